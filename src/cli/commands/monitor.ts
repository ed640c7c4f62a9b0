import type { ResponseOf } from "../../api/contract.ts";
import { formatDuration } from "../../base/duration.ts";
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
    monitors.length === 0 ? "There are no monitors." : monitorList(context, monitors).join("\n"),
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
  const rows = [
    ["type", one.type],
    ["recovers", one.target],
    ["interval", `${formatDuration(one.intervalMs)}, timeout ${formatDuration(one.timeoutMs)}`],
    ["retries", String(one.retries)],
    ["recovery script", `${ladder.scripts} of ${ladder.scriptCount}`],
    ["reactivations", `${ladder.reactivations} of ${ladder.reactivationThreshold}`],
    ["group restarts", `${ladder.groupRestarts} of ${ladder.groupRestartThreshold}`],
    ["final action", ladder.finalAction],
    ...provenRows(context, one),
    ...Object.entries(params).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  ];
  return [
    context.paint.bold(`monitor ${one.name}`),
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
    wrap(`  It cannot detect: ${cannotDetect}`, context.width, "    "),
  ].join("\n");
}
