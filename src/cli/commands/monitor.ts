import type { ResponseOf } from "../../api/contract.ts";
import { renderStatement } from "../../events/render.ts";
import { type Command, usageFault } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { table, wrap } from "../layout.ts";
import { monitorList, provenRows } from "../proven-text.ts";

/** `solosafe monitor`. */
export const monitor: Command = {
  name: "monitor",
  usage: ["list", "show NAME"],
  summary: "List the monitors, or show one with its parameters",
  detail: "",
  options: {},
  words: [1, 2],
  examples: [
    ["list", "one line for each"],
    ["show shop-page", "its last probe, its parameters in force, what it cannot detect"],
  ],
  async run(context, words) {
    const [action = "", name] = words.plain;
    if (action === "list" && name === undefined) return list(context);
    if (action === "show" && name !== undefined) return show(context, name);
    return refuse(context, 2, usageFault("say `list` or `show NAME`", null));
  },
};

async function list(context: Context): Promise<number> {
  const result = await context.client.call("monitors", {});
  if (!result.ok) return refuseCall(context, result.problem);
  const { monitors } = result.value;
  answer(context, result.value, () =>
    monitors.length === 0
      ? context.headings.monitor.none
      : monitorList(context, monitors).join("\n"),
  );
  return 0;
}

async function show(context: Context, name: string): Promise<number> {
  const result = await context.client.call("monitor", { name });
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () => describe(context, result.value));
  return 0;
}

function describe(context: Context, shown: ResponseOf<"monitor">): string {
  const { monitor: one, params, statements, cannotDetect } = shown;
  const { ladder } = one;
  const { monitor: said } = context.headings;
  const rows = [
    [said.type, one.type],
    [said.recovers, one.target],
    [said.interval, said.times(one.intervalMs, one.timeoutMs)],
    [said.retries, String(one.retries)],
    [said.script, said.of(ladder.scripts, ladder.scriptCount)],
    [said.reactivations, said.of(ladder.reactivations, ladder.reactivationThreshold)],
    [said.groupRestarts, said.of(ladder.groupRestarts, ladder.groupRestartThreshold)],
    [said.final, ladder.finalAction],
    ...provenRows(context, one),
    ...Object.entries(params).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  ];
  return [
    context.paint.bold(said.name(one.name)),
    ...statements.map((said) =>
      wrap(
        `  ${withProgram(context, renderStatement(said, context.speech))}`,
        context.width,
        "    ",
      ),
    ),
    "",
    ...table(rows, "  "),
    "",
    wrap(`  ${said.cannotDetect(cannotDetect)}`, context.width, "    "),
  ].join("\n");
}
