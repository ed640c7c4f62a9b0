import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Paths, pathsBelow } from "../../src/base/paths.ts";
import { ExecDriver } from "../../src/host/exec-driver.ts";
import { ProcessWatch } from "../../src/host/process-watch.ts";
import type { AskSystemd } from "../../src/host/scopes.ts";
import { SpawnerClient } from "../../src/host/spawner-client.ts";
import type { OperationRequest, ExecParams } from "../../src/ports/driver.ts";

export const PROGRAMS = join(import.meta.dirname, "../programs");
const WORKER = join(import.meta.dirname, "../../src/workers/main.ts");
/** A minute costs nothing where something happens in the end. */
const PATIENCE = 60_000;

/** Waits until something is true; fails after a minute with what was waited for. */
export async function until<Value>(
  what: string,
  look: () => Value | null | undefined | false | Promise<Value | null | undefined | false>,
): Promise<Value> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const value = await look();
    if (value !== null && value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited a minute in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** One agent's worth of host: a spawner process and a driver; `agents` may follow one another. */
export interface Lab {
  readonly folder: string;
  readonly paths: Paths;
  readonly stateId: string;
  readonly spawner: ChildProcess;
  driver: ExecDriver;
  client: SpawnerClient;
  readonly ends: { resource: string; how: string }[];
  /** The agent dies and another one takes its place. */
  nextAgent(): void;
  /** Ends everything that carries this lab's mark; returns the pids that were left. */
  close(): Promise<readonly number[]>;
}

export async function startSpawner(run: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [WORKER, "spawner", "--run", run], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout?.once("data", () => resolve());
  child.once("exit", (code) => reject(new Error(`the spawner ended with ${code}`)));
  await promise;
  return child;
}

export async function openLab(
  cgroups: "where-possible" | "none",
  systemd: AskSystemd | null = null,
): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "solosafe lab-"));
  const paths = pathsBelow(folder, join(folder, "solosafe.yaml"));
  mkdirSync(paths.run);
  const stateId = `lab-${process.pid}-${Math.floor(performance.now() * 1000)}`;
  const spawner = await startSpawner(paths.run);
  const watch = new ProcessWatch();
  const connectDriver = () => {
    const client = new SpawnerClient(paths.spawner);
    const driver = new ExecDriver({ paths, spawner: client, watch, stateId, cgroups, systemd });
    driver.onEnded((resource, how) => lab.ends.push({ resource, how }));
    return { client, driver };
  };
  const lab: Lab = {
    folder,
    paths,
    stateId,
    spawner,
    ends: [],
    ...connectDriver(),
    nextAgent() {
      lab.driver.close();
      lab.client.close();
      Object.assign(lab, connectDriver());
    },
    async close() {
      const left = markedWith(stateId);
      for (const pid of left) kill(pid);
      await until("the lab is empty", () => markedWith(stateId).length === 0);
      lab.driver.configure(new Map());
      lab.driver.close();
      lab.client.close();
      watch.close();
      if (spawner.exitCode === null && spawner.signalCode === null) {
        const gone = new Promise((resolve) => spawner.once("exit", resolve));
        spawner.kill("SIGTERM");
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
      return left;
    },
  };
  return lab;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/** Living processes that carry the mark of this lab, read independently of the code under test. */
export function markedWith(stateId: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isMarked = readFileSync(`/proc/${pid}/environ`, "latin1").includes(`=${stateId}/`);
        return isMarked && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
      } catch {
        return false;
      }
    })
    .map(Number);
}

export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

export function params(
  id: string,
  start: readonly [string, ...string[]],
  more: Partial<ExecParams> = {},
): ExecParams {
  return {
    type: "exec",
    id,
    kind: "resident",
    start,
    stop: null,
    user: null,
    workingDirectory: null,
    environment: {},
    successCodes: [0],
    ready: null,
    logMaxBytes: 1_000_000,
    hasAliases: false,
    ...more,
  };
}

let lastOp = 0;

export function ask(
  resource: string,
  event: OperationRequest["event"],
  more: Partial<OperationRequest> = {},
): OperationRequest {
  lastOp += 1;
  return {
    op: `op-${lastOp}`,
    resource,
    event,
    attempt: 1,
    reason: "a test",
    timeoutMs: 120_000,
    ...more,
  };
}

export function configure(lab: Lab, ...all: readonly ExecParams[]): void {
  lab.driver.configure(new Map(all.map((one) => [one.id, one])));
}
