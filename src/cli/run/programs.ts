import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Paths } from "../../base/paths.ts";

/** A program of this product: what is run, without the runtime itself. */
export type OwnProgram = "agent" | "spawner";

/**
 * The agent is idle nearly always: a small nursery costs nothing it would notice and saves 7 MiB;
 * `gc` lets it give back what reading the configuration left behind.
 */
const LEAN = ["--max-semi-space-size=1", "--expose-gc"];

/** Arguments for the runtime: the sources of a checkout, or the built file beside this one. */
export function programArguments(
  program: OwnProgram,
  paths: Paths,
  checkout: string | null,
): string[] {
  const quiet = "--disable-warning=ExperimentalWarning";
  if (program === "spawner") {
    return [quiet, fileOf("workers", checkout), "spawner", "--run", paths.run];
  }
  const folder = dirname(paths.run);
  const places = ["--state", folder, "--config", paths.config];
  return [quiet, ...LEAN, fileOf("agent", checkout), ...places];
}

function fileOf(name: "agent" | "workers", checkout: string | null): string {
  const built = join(import.meta.dirname, `${name}.js`);
  if (checkout === null || existsSync(built)) return built;
  return join(checkout, "src", name, "main.ts");
}
