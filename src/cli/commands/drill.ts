import type { ResponseOf } from "../../api/contract.ts";
import { DRILL_KINDS } from "../../base/drill.ts";
import { parseDuration } from "../../base/duration.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { describeDrill, describeDrills, drillEventLine } from "../drill-text.ts";

/** `solosafe drill`. */
export const drill: Command = {
  name: "drill",
  usage: [
    "kill TARGET",
    "freeze TARGET [--for SPAN]",
    "slow TARGET [--for SPAN] [--pause SPAN]",
    "fill MONITOR --yes [--for SPAN] [--path FOLDER]",
    "link MONITOR --namespace NAME --interface NAME [--for SPAN]",
    "list",
    "show [NUMBER]",
    "end",
  ],
  summary: "Really break something, and report what found and healed it",
  detail:
    "TARGET is a resource (`group/name`) or a monitor of one. `kill` sends KILL to its main process. `freeze` stops its whole tree (STOP); its port still accepts connections, so only a monitor that reads an answer notices. `slow` stops it again and again, so that it answers late. `fill` reserves the free space of a file system that the monitor watches, up to one per cent; never one that the server needs. `link` takes a virtual interface in a network namespace down, so that its peer outside has no carrier; never a real one. The agent undoes the fault after `--for` at the latest, whatever becomes of this command, and keeps a report of each of the last 100 drills. Those of `drills:` in the configuration are made by themselves in planned windows; `list` says when, and when each was last proven.",
  options: {
    for: { value: "SPAN", help: "how long the fault lasts, at most 10m (default 60s)" },
    pause: { value: "SPAN", help: "slow: how long it stands still at a time (default 5s)" },
    path: { value: "FOLDER", help: "fill: which of the folders that the monitor watches" },
    namespace: { value: "NAME", help: "link: the network namespace" },
    interface: { value: "NAME", help: "link: the interface in it" },
    yes: { help: "fill: it is understood that programs cannot write meanwhile" },
    "no-wait": { help: "do not wait for the end; `drill show` tells it" },
  },
  words: [1, 2],
  examples: [
    ["kill demo/web", "see it come back"],
    ["freeze demo/web --for 30s", "see the http monitor notice what the process monitor cannot"],
    ["slow demo/web --pause 2s", "does anybody notice that it is slow?"],
    ["show", "the report of the last drill"],
  ],
  async run(context, words) {
    const [kind = "", target] = words.plain;
    if (kind === "list" && target === undefined) return await list(context);
    if (kind === "show") return await show(context, target);
    if (kind === "end" && target === undefined) return await end(context);
    if (!isKind(kind)) {
      const hint = "There are kill, freeze, slow, fill, link, list, show and end.";
      return refuse(context, 2, usageFault(`there is no drill \`${kind}\``, hint));
    }
    if (target === undefined) return refuse(context, 2, usageFault("TARGET is missing", null));
    if (kind === "fill" && !words.has("yes")) {
      const message = "while a file system is full, programs that write to it fail";
      return refuse(context, 2, usageFault(message, "Add --yes when that may be."));
    }
    return await begin(context, words, kind, target);
  },
};

type Report = ResponseOf<"drill">;
type Kind = Report["kind"];

function isKind(word: string): word is Kind {
  return DRILL_KINDS.some((kind) => kind === word);
}

async function begin(context: Context, words: Words, kind: Kind, target: string): Promise<number> {
  const spans: { forMs?: number; pauseMs?: number } = {};
  for (const [option, key] of [["for", "forMs"] as const, ["pause", "pauseMs"] as const]) {
    const text = words.text(option);
    const span = text === undefined ? undefined : parseDuration(text);
    if (span === null) {
      return refuse(context, 2, usageFault(`\`${text}\` is no span of time`, "Write 30s or 2m."));
    }
    if (span !== undefined) spans[key] = span;
  }
  const names: { path?: string; namespace?: string; interface?: string } = {};
  for (const option of ["path", "namespace", "interface"] as const) {
    const text = words.text(option);
    if (text !== undefined) names[option] = text;
  }
  const begun = await context.client.call(
    "drillBegin",
    { kind, target, ...spans, ...names },
    BEGIN_LIMIT_MS,
  );
  if (!begun.ok) return refuseCall(context, begun.problem);
  if (words.has("no-wait")) {
    answer(context, begun.value, () => describeDrill(context, begun.value));
    return 0;
  }
  return await follow(context, begun.value);
}

/** Two programs of twenty seconds each may prepare and make a fault. */
const BEGIN_LIMIT_MS = 60_000;
const ASK_EVERY_MS = 500;

/** Shows what happens until the drill has ended; then the report. */
async function follow(context: Context, begun: Report): Promise<number> {
  if (!context.isJson) {
    const { drill: said } = context.headings;
    context.out(said.begun(begun.id, begun.fault, begun.forMs));
    context.out(context.paint.dim(withProgram(context, said.ends)));
  }
  let seen = 0;
  let report = begun;
  while (report.verdict === "running") {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    const asked = await context.client.call("drill", { id: begun.id });
    if (!asked.ok) return refuseCall(context, asked.problem);
    report = asked.value;
    if (!context.isJson) {
      for (const one of report.events.slice(seen)) {
        context.out(drillEventLine(context, report, one));
      }
    }
    seen = report.events.length;
  }
  answer(context, report, () => describeDrill(context, { ...report, events: [] }));
  return report.verdict === "recovered" ? 0 : 1;
}

async function list(context: Context): Promise<number> {
  const result = await context.client.call("drills", {});
  if (!result.ok) return refuseCall(context, result.problem);
  const { drills, planned } = result.value;
  answer(context, result.value, () => describeDrills(context, drills, planned));
  return 0;
}

async function show(context: Context, text: string | undefined): Promise<number> {
  const id = text === undefined ? undefined : Number(text);
  if (id !== undefined && !(Number.isInteger(id) && id > 0)) {
    const hint = "`solosafe drill list` shows them.";
    return refuse(context, 2, usageFault(`\`${text}\` is no number of a drill`, hint));
  }
  const result = await context.client.call("drill", id === undefined ? {} : { id });
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () => describeDrill(context, result.value));
  return 0;
}

async function end(context: Context): Promise<number> {
  const result = await context.client.call("drillEnd", {}, BEGIN_LIMIT_MS);
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () => describeDrill(context, result.value));
  return 0;
}
