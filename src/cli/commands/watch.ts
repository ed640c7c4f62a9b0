import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Command, usageFault } from "../command.ts";
import { answer, refuse, refuseCall } from "../context.ts";

/** `solosafe watch`. */
export const watch: Command = {
  name: "watch",
  usage: ["--group GROUP --name NAME -- PROGRAM [ARGUMENTS]"],
  summary: "Start a program and put its life under watch",
  detail:
    "For start scripts: the program goes on in the background as resource GROUP/NAME while the script ends. If it cannot be put under watch it is ended again.",
  options: {
    group: { value: "GROUP", help: "the group whose start script this is" },
    name: { value: "NAME", help: "the name of the resource" },
  },
  words: [0, 0],
  takesProgram: true,
  examples: [["--group shop --name cache -- /srv/shop/cache --port 7000", "in a start script"]],
  async run(context, words) {
    const group = words.text("group");
    const name = words.text("name");
    const [file, ...rest] = words.program;
    if (group === undefined || name === undefined || file === undefined) {
      const message = "--group, --name and a program after `--` are needed";
      return refuse(context, 2, usageFault(message, null));
    }
    // A session of its own, so that it outlives the script and its terminal.
    const child = spawn(file, rest, { detached: true, stdio: ["ignore", "inherit", "inherit"] });
    try {
      await once(child, "spawn");
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return refuse(context, 5, { code: "watch/not-started", message });
    }
    const pid = child.pid ?? 0;
    const result = await context.client.call("watch", { group, name, pid });
    if (!result.ok) {
      child.kill("SIGTERM");
      return refuseCall(context, result.problem);
    }
    child.unref();
    answer(context, result.value, () => `Watching \`${result.value.resource}\` (pid ${pid}).`);
    return 0;
  },
};
