/**
 * One program, many roles:
 *
 *     node src/workers/main.ts spawner --run <folder> [--socket <path>]
 *
 * `spawner` starts programs for the agent. It listens on `<folder>/spawner.sock` (or `--socket`),
 * writes one line `ready` to stdout when it does, and runs until it is asked to leave over the
 * socket or gets TERM or INT; what it started goes on. Exit codes: 0 left when asked, 2 usage,
 * 3 another spawner answers on the socket, 1 anything else. `<folder>` must exist and be ours.
 */
import { parseArgs } from "node:util";
import { runSpawner } from "./spawner.ts";

const USAGE = "usage: main.ts spawner --run <folder> [--socket <path>]";

async function main(words: readonly string[]): Promise<void> {
  const [role, ...rest] = words;
  const { values } = parseArgs({
    args: rest,
    options: { run: { type: "string" }, socket: { type: "string" } },
  });
  if (role !== "spawner" || values.run === undefined) throw new Error(USAGE);
  const hasStarted = await runSpawner(values.socket ?? `${values.run}/spawner.sock`);
  if (!hasStarted) {
    console.error("spawner: another spawner answers on the socket");
    process.exitCode = 3;
    return;
  }
  console.log("ready");
}

main(process.argv.slice(2)).catch((fault: unknown) => {
  const message = fault instanceof Error ? fault.message : String(fault);
  console.error(message.startsWith("usage") ? message : `spawner: ${message}`);
  process.exit(message.startsWith("usage") ? 2 : 1);
});
