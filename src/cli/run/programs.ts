import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { INSTALLED, type Paths } from "../../base/paths.ts";

/** A program of this product: what is run, without the runtime itself. */
export type OwnProgram = "agent" | "spawner" | "web";

/**
 * Idle nearly always: a small nursery costs nothing they would notice. Most other flags of V8 make it
 * refuse the compiled form of Node's own modules: 25 ms at each start, and 0.6 MiB.
 */
const LEAN = "--max-semi-space-size=1";

/** One heap of the C library for all threads: 2 MiB less in the agent. Not passed on to programs. */
export const LEAN_ENVIRONMENT = { MALLOC_ARENA_MAX: "1" } as const;

/** Arguments for the runtime: the sources of a checkout, or the built file beside this one. */
export function programArguments(
  program: OwnProgram,
  paths: Paths,
  checkout: string | null,
): string[] {
  const flags = ["--disable-warning=ExperimentalWarning", LEAN];
  if (program === "spawner") {
    return [...flags, fileOf("workers", checkout), "spawner", "--run", paths.run];
  }
  if (program === "web") {
    const state = join(paths.state, "web");
    const page = ["--page", pageFolder(paths, checkout)];
    return [...flags, fileOf("web", checkout), "--run", paths.run, "--state", state, ...page];
  }
  const places = ["--config", paths.config];
  // The installed places lie below no folder of their own.
  if (paths.run !== INSTALLED.run) places.unshift("--state", dirname(paths.run));
  return [...flags, fileOf("agent", checkout), ...places];
}

/** The built page: beside the programs; in a checkout it is built there when it is wanted. */
export function pageFolder(paths: Paths, checkout: string | null): string {
  return checkout === null ? join(import.meta.dirname, "page") : join(dirname(paths.run), "page");
}

function fileOf(name: "agent" | "workers" | "web", checkout: string | null): string {
  const built = join(import.meta.dirname, `${name}.js`);
  if (checkout === null || existsSync(built)) return built;
  return join(checkout, "src", name, "main.ts");
}
