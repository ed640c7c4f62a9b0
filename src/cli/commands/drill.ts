import { formatDuration, parseDuration } from "../../base/duration.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";

/** `solosafe drill`. */
export const drill: Command = {
  name: "drill",
  usage: ["kill TARGET", "freeze TARGET [--for SPAN]"],
  summary: "Really break something: kill or freeze it",
  detail:
    "TARGET is a resource (`group/name`) or a monitor of type `process`. `kill` sends KILL to its main process. `freeze` stops its whole tree (STOP) and lets it go on after a while; its port still accepts connections, so only a monitor that reads an answer notices.",
  options: { for: { value: "SPAN", help: "freeze: how long, at most 10m (default 60s)" } },
  words: [2, 2],
  examples: [
    ["kill demo/web", "see it come back"],
    ["freeze demo/web --for 30s", "see the http monitor notice what the process monitor cannot"],
  ],
  run: async (context, words) => {
    const [kind = "", target = ""] = words.plain;
    if (kind === "kill") return kill(context, target);
    if (kind === "freeze") return freeze(context, words, target);
    return refuse(
      context,
      2,
      usageFault(`there is no drill \`${kind}\``, "There are kill and freeze."),
    );
  },
};

async function kill(context: Context, target: string): Promise<number> {
  const result = await context.client.call("drillKill", { target });
  if (!result.ok) return refuseCall(context, result.problem);
  const { resource, pids } = result.value;
  answer(context, result.value, () =>
    withProgram(
      context,
      `Killed \`${resource}\` (pid ${pids.join(", ")}). \`solosafe events --follow\` shows what is done.`,
    ),
  );
  return 0;
}

async function freeze(context: Context, words: Words, target: string): Promise<number> {
  const text = words.text("for");
  const forMs = text === undefined ? undefined : parseDuration(text);
  if (forMs === null) {
    return refuse(context, 2, usageFault(`\`${text}\` is no span of time`, "Write 30s or 2m."));
  }
  const request = forMs === undefined ? { target } : { target, forMs };
  const result = await context.client.call("drillFreeze", request);
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () => {
    const { resource, pids } = result.value;
    const span = formatDuration(result.value.forMs);
    return `Froze \`${resource}\` (pid ${pids.join(", ")}) for ${span} at most.`;
  });
  return 0;
}
