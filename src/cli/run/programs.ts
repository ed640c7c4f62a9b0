import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { INSTALLED, type Paths } from "../../base/paths.ts";

/** A program of this product: what is run, without the runtime itself. */
export type OwnProgram = "agent" | "spawner";

/**
 * Both are idle nearly always: a small nursery costs nothing they would notice. `gc` lets the agent
 * give back what reading the configuration left behind (7 MiB together). The spawner does the same
 * few things again and again, as fast without compiled code (2 MiB); not in a checkout, where taking
 * off the types needs WebAssembly.
 */
const LEAN = {
  agent: ["--max-semi-space-size=1", "--expose-gc"],
  spawner: ["--max-semi-space-size=1"],
} as const;

/** One heap of the C library for all threads: 2 MiB less in the agent. Not passed on to programs. */
export const LEAN_ENVIRONMENT = { MALLOC_ARENA_MAX: "1" } as const;

/** Arguments for the runtime: the sources of a checkout, or the built file beside this one. */
export function programArguments(
  program: OwnProgram,
  paths: Paths,
  checkout: string | null,
): string[] {
  const quiet = "--disable-warning=ExperimentalWarning";
  if (program === "spawner") {
    const file = fileOf("workers", checkout);
    const uncompiled = file.endsWith(".js") ? ["--lite-mode"] : [];
    return [quiet, ...LEAN.spawner, ...uncompiled, file, "spawner", "--run", paths.run];
  }
  const places = ["--config", paths.config];
  // The installed places lie below no folder of their own.
  if (paths.run !== INSTALLED.run) places.unshift("--state", dirname(paths.run));
  return [quiet, ...LEAN.agent, fileOf("agent", checkout), ...places];
}

function fileOf(name: "agent" | "workers", checkout: string | null): string {
  const built = join(import.meta.dirname, `${name}.js`);
  if (checkout === null || existsSync(built)) return built;
  return join(checkout, "src", name, "main.ts");
}
