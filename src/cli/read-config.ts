import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { fail, type Fault, type Result, succeed } from "../base/result.ts";
import { cronFor } from "../config/cron.ts";
import { destinationsFor } from "../config/loaded-destinations.ts";
import { loadConfig } from "../config/load.ts";
import {
  type ConfigSurroundings,
  type FileFacts,
  type LoadedOrProblems,
  MAX_CONFIG_BYTES,
} from "../config/loaded-config.ts";

/** What is known of this server besides what Node tells. */
export type KnownHere = Required<Pick<ConfigSurroundings, "storageOf" | "isContainer">>;

/** Reads and checks a configuration file without an agent; the fault is that it cannot be read. */
export async function readConfig(
  path: string,
  known: KnownHere,
): Promise<Result<LoadedOrProblems>> {
  const text = readText(path);
  return text.ok ? succeed(await checkText(text.value, path, known)) : text;
}

/** The same for a text; `path` is named in problems, and programs written as `./…` lie in its folder. */
export async function checkText(
  text: string,
  path: string,
  { storageOf, isContainer }: KnownHere,
): Promise<LoadedOrProblems> {
  const lazy = { ...(await cronFor(text)), ...(await destinationsFor(text)) };
  const here = { inspectFile, ownAddresses: ownAddresses(), wall: Date.now() };
  return loadConfig(text, path, { ...here, storageOf, isContainer, ...lazy });
}

/** The text of a configuration file, at most 1 MiB; the fault is that it cannot be read. */
export function readText(path: string): Result<string> {
  const code = "config/unreadable";
  try {
    const { size } = statSync(path);
    if (size > MAX_CONFIG_BYTES) {
      const mebibytes = MAX_CONFIG_BYTES / 1024 / 1024;
      const message = `\`${path}\` is larger than ${mebibytes} MiB and was not read`;
      return fail({ code: "config/too-large", message });
    }
    return succeed(readFileSync(path, "utf8"));
  } catch (error) {
    return fail({ code, message: `\`${path}\` cannot be read: ${reason(error)}`, hint: HINT });
  }
}

const HINT = "Name another file with --config FILE.";

function reason(error: unknown): Fault["message"] {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "you may not read it";
  if (code === "EISDIR") return "it is a folder";
  return error instanceof Error ? error.message : String(error);
}

function inspectFile(path: string): FileFacts | null {
  try {
    const stats = statSync(path);
    const kind = stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
    return { kind, isExecutable: isExecutable(path) };
  } catch {
    return null;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap(
    (list) => list?.map((one) => one.address) ?? [],
  );
}
