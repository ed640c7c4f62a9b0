import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";
import { runCli } from "../../src/cli/cli.ts";
import type { GuardTools } from "../../src/cli/guard-tools.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { listKept, readKept } from "../../src/host/kept-evidence.ts";
import { historySegments } from "../../src/host/history-segments.ts";
import { upload } from "../../src/host/upload.ts";
import { replaceConfigFile } from "../../src/host/config-files.ts";

/** The top of this checkout. */
export const ROOT: string = resolve(import.meta.dirname, "../..");

/** What a command line said and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Settings of one run; each left out is that of a script: no terminal, nothing set. */
export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  readonly width?: number;
  readonly currentFolder?: string;
  /** What a person answers; left out: nobody is there. */
  readonly said?: string;
  /** Left out: neither devices nor a guard. */
  readonly guard?: GuardTools;
  /** Left out: what is kept in the folder. */
  readonly keptEvidence?: Surroundings["keptEvidence"];
  /** Called with the function that presses Ctrl-C. */
  readonly onReady?: (press: () => void) => void;
  readonly onOut?: (text: string) => void;
  readonly isContainer?: boolean;
  readonly kernelWish?: "off" | "observe";
}

const NO_GUARD: GuardTools = {
  listWatchdogs: async () => [],
  askGuard: async () => ({
    isRoot: true,
    now: () => 0,
    report: () => null,
    tell: () => "there is no guard",
  }),
};

/** Runs the command line in this process and collects what it says. */
export async function cli(typed: readonly string[], options: RunOptions = {}): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(typed, {
    version: "9.9.9",
    environment: options.environment ?? {},
    currentFolder: options.currentFolder ?? ROOT,
    checkout: ROOT,
    isTerminal: options.isTerminal ?? false,
    width: options.width ?? 80,
    storageOf: () => "local",
    isContainer: options.isContainer ?? false,
    kernelWish: options.kernelWish ?? null,
    guard: options.guard ?? NO_GUARD,
    historySegments: (state) => historySegments(`${state}/history`),
    keptEvidence: options.keptEvidence ?? {
      list: (state, incident) => listKept(`${state}/evidence`, incident),
      read: (state, ...wanted) => readKept(`${state}/evidence`, ...wanted),
    },
    ask: async (question) => {
      if (options.said === undefined) return null;
      err.push(question);
      return options.said;
    },
    replaceFile: (path, text) => replaceConfigFile(path, text, () => true),
    upload,
    onInterrupt: (listener) => options.onReady?.(listener),
    out: (text) => {
      out.push(text);
      options.onOut?.(text);
    },
    err: (text) => err.push(text),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

/** An empty folder (with a space in its name) that is removed after the test. */
export function scratch(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "solosafe cli-"));
  // What an agent was told to run may still write while it is being ended.
  context.after(() =>
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  );
  return folder;
}
