import { dirname } from "node:path";
import { createClient } from "../../api/client.ts";
import { pathsBelow } from "../../base/paths.ts";
import type { Command } from "../command.ts";
import { type Context, refuse } from "../context.ts";
import { checkoutFolder, demoConfig } from "../places.ts";
import { demoTips, prepareDemo } from "../run/demo.ts";
import { runForeground } from "../run/foreground.ts";

/** `solosafe run`. */
export const run: Command = {
  name: "run",
  usage: ["[--demo] [--keep-apps] [--page]"],
  summary: "Run the agent in the foreground; Ctrl-C ends everything it started",
  detail:
    "Plays the part of systemd: keeps the agent and its spawner running and shows what happens. The first Ctrl-C stops the groups in reverse order, a second one ends them by force. Server-level actions (reboot, poweroff, reset, panic) are simulated in this version: said and written down, never done.",
  options: {
    demo: { help: "guard the demonstration in the checkout's `.solosafe` folder" },
    page: { help: "with the page in a browser; the demonstration has it anyway" },
    "keep-apps": { help: "leave the applications running at the end" },
  },
  words: [0, 0],
  examples: [
    ["--demo", "a small web server and its worker, to be killed and healed (also: npm start)"],
    ["--config my.yaml --state /tmp/try", "your own configuration, everything in one folder"],
  ],
  async run(context, words) {
    const keepsApps = words.has("keep-apps");
    if (!words.has("demo")) {
      return runForeground(context, { keepsApps, hasPage: words.has("page"), tips: () => [] });
    }
    const { checkout } = context;
    if (checkout === null) {
      const message = "the demonstration is part of the source checkout only";
      return refuse(context, 4, {
        code: "run/no-demo",
        message,
        hint: "Clone it, then npm start.",
      });
    }
    const folder = words.text("state") ?? context.environment["SOLOSAFE_STATE"];
    const demo = demoContext(context, checkout, folder);
    const prepared = await prepareDemo(demo, checkout);
    if (!prepared.ok) return refuse(context, 5, prepared.problem);
    return runForeground(demo, {
      keepsApps,
      hasPage: true,
      tips: (status, healed) => demoTips(demo, status, healed),
    });
  },
};

/** The demonstration has its own configuration, and stays in the checkout unless told otherwise. */
function demoContext(context: Context, checkout: string, state: string | undefined): Context {
  const folder = state === undefined ? checkoutFolder(checkout) : dirname(context.paths.run);
  const paths = pathsBelow(folder, demoConfig(folder));
  return { ...context, paths, client: createClient(paths.control) };
}
