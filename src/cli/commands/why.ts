import type { BootReport } from "../../api/boot-answers.ts";
import type { ResponseOf } from "../../api/contract.ts";
import { render, renderStatement } from "../../events/render.ts";
import { type Command, usageFault } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { clock } from "../event-line.ts";
import { table, wrap } from "../layout.ts";

/** `solosafe why`. */
export const why: Command = {
  name: "why",
  usage: ["", "NUMBER", "--list"],
  summary: "Say why the server rebooted",
  detail:
    "After each reboot SoloSafe looks for what tells how the boot before ended: its own record of boots, the guard's last word, the watchdog device, what the kernel kept of a panic, the end of the journal, the login records and the clocks. The last 50 reports are kept.",
  options: { list: { help: "one line for each boot, newest first" } },
  words: [0, 1],
  examples: [
    ["", "why did it reboot last night?"],
    ["--list", "how often, and why each time?"],
  ],
  async run(context, words) {
    const [number] = words.plain;
    const result = await context.client.call("boots", {});
    if (!result.ok) return refuseCall(context, result.problem);
    if (words.has("list")) {
      answer(context, result.value, () => describeList(context, result.value.boots));
      return 0;
    }
    if (number !== undefined) {
      const report = result.value.boots.find((one) => String(one.id) === number);
      if (report === undefined) {
        const hint = "`solosafe why --list` shows them.";
        return refuse(context, 2, usageFault(context.headings.why.unknown(number), hint));
      }
      answer(context, report, () => describe(context, report, result.value.boots));
      return 0;
    }
    answer(context, result.value, () => describeLast(context, result.value));
    return 0;
  },
};

function describeLast(context: Context, { isThisBoot, boots }: ResponseOf<"boots">): string {
  const { why: said } = context.headings;
  const [newest] = boots;
  if (newest === undefined) return `${said.notThere}\n${said.none}`;
  const report = describe(context, newest, boots);
  return isThisBoot ? report : `${said.notThere}\n\n${said.older}\n${report}`;
}

/** What happened first; then what speaks for it. */
function describe(context: Context, report: BootReport, all: readonly BootReport[]): string {
  const { paint, width, speech, headings } = context;
  const { why: said } = headings;
  const before = all.find((one) => one.id < report.id)?.kernel ?? null;
  const hasChanged = before !== null && before !== report.kernel;
  const facts = report.facts.map((fact) => wrap(`- ${renderStatement(fact, speech)}`, width, "  "));
  return [
    wrap(paint.bold(withProgram(context, render(report.event, speech))), width, ""),
    "",
    paint.dim(clock(report.bootedWall, true)),
    said.facts,
    ...facts,
    said.kernel(report.kernel, hasChanged ? before : null),
  ].join("\n");
}

function describeList(context: Context, boots: readonly BootReport[]): string {
  const { why: said, span } = context.headings;
  if (boots.length === 0) return said.none;
  const rows = boots.map((one) => [
    String(one.id),
    clock(one.bootedWall, true),
    said.ends[one.verdict],
    said.sure[one.confidence],
    one.awayMs === null ? said.notKnown : span(one.awayMs),
  ]);
  return table([said.columns, ...rows], "").join("\n");
}
