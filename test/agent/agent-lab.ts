import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ServerStatus } from "../../src/api/answers.ts";
import { type Client, createClient } from "../../src/api/client.ts";
import { HOUR } from "../../src/base/duration.ts";
import { type Paths, pathsBelow } from "../../src/base/paths.ts";
import { startSpawner, until } from "../process/lab.ts";

const AGENT = join(import.meta.dirname, "../../src/agent/main.ts");
/** For what happens in the end, on however busy a machine. */
const PATIENCE_MS = 60_000;
/** Of each agent's log, told when a test has failed. */
const LOG_TAIL = 6000;
export const ONE_COPY = join(import.meta.dirname, "one-copy.sh");

export interface AgentRun {
  readonly process: ChildProcess;
  /** Settles when the control socket listens; rejects when the agent ended before. */
  readonly ready: Promise<void>;
  /** Exit code, or the name of the signal. */
  readonly end: Promise<number | string>;
  /** Everything it wrote to stderr so far. */
  stderr(): string;
}

/** A folder of its own with a real spawner, for one real agent after the other. */
export class AgentLab {
  readonly folder: string;
  readonly paths: Paths;
  readonly client: Client;
  #spawner: ChildProcess | null = null;
  #runs: AgentRun[] = [];

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "solosafe agent-"));
    this.paths = pathsBelow(this.folder, join(this.folder, "solosafe.yaml"));
    for (const folder of [this.paths.run, this.paths.state]) mkdirSync(folder);
    const client = createClient(this.paths.control);
    this.client = {
      ...client,
      call: (name, request, deadlineMs = PATIENCE_MS) => client.call(name, request, deadlineMs),
    };
  }

  configure(text: string): void {
    writeFileSync(this.paths.config, text);
  }

  async startSpawner(): Promise<void> {
    this.#spawner = await startSpawner(this.paths.run);
  }

  startAgent(...words: readonly string[]): AgentRun {
    return this.startAgentBehind([], ...words);
  }

  /** The same behind another program that becomes the agent, such as `unshare`. */
  startAgentBehind(wrapper: readonly string[], ...words: readonly string[]): AgentRun {
    const own = [process.execPath, AGENT, "--state", this.folder, ...words];
    const [program = "", ...all] = [...wrapper, ...own];
    const child = spawn(program, all, {
      stdio: ["ignore", "pipe", "pipe"],
      // Many agents are started one after the other: the second loads what the first compiled.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "solosafe-compile-cache") },
    });
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-100_000);
    });
    const end = new Promise<number | string>((resolve) => {
      child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
    const ready = new Promise<void>((resolve, reject) => {
      child.stdout?.once("data", () => resolve());
      void end.then((how) => reject(new Error(`the agent ended with ${how}: ${stderr}`)));
    });
    // Who kills an agent before it is ready does not wait for it.
    ready.catch(() => {});
    const run = { process: child, ready, end, stderr: () => stderr };
    this.#runs.push(run);
    return run;
  }

  /** The agent that was started last. */
  get agent(): AgentRun {
    const run = this.#runs.at(-1);
    assert(run, "no agent was started");
    return run;
  }

  async stopAgent(run: AgentRun, signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    run.process.kill(signal);
    return await run.end;
  }

  /**
   * Starts the agent anew as if all that the last one saved were of another boot, whose record says
   * this, and which ended an hour before that. The real boot is the same, so what was found out about
   * the one before it is forgotten.
   */
  async reboot(said: Readonly<Record<string, unknown>>): Promise<void> {
    await this.stopAgent(this.agent);
    const { state } = this.paths;
    for (const name of readdirSync(state)) {
      if (name.startsWith("boot-record")) rmSync(join(state, name));
    }
    rmSync(join(state, "boots"), { recursive: true, force: true });
    const bootId = "11111111-1111-4111-8111-111111111111";
    edit(join(state, "state.json"), (saved) => {
      // Long before this boot began: how long the server was away depends on when the test runs.
      Object.assign(saved, { bootId, wall: 1_000_000_000_000 });
      saved["record"] = Object.assign(saved["record"] ?? {}, { bootId, ...said });
    });
    edit(join(state, "availability.json"), ({ ledger = {} }) => {
      Object.assign(ledger, { bootId, wall: Number(ledger["wall"]) - HOUR });
    });
    await this.startAgent().ready;
  }

  /** Lines of a file in the lab's folder; none when it is not there. */
  lines(name: string): string[] {
    try {
      return readFileSync(join(this.folder, name), "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  }

  /**
   * Waits until the first group is active and each of its programs, all `one-copy.sh`, has become what
   * it stays: until then its shell, and a lock it takes, come and go, and its start is not written.
   */
  async active(): Promise<ServerStatus> {
    return await until("the group is active", async () => {
      const now = await this.client.call("status", {});
      assert(now.ok, JSON.stringify(now));
      const { groups, plans } = now.value;
      if (groups[0]?.phase !== "active" || plans.length > 0) return null;
      const { resources } = groups[0];
      return resources.every((one) => one.pids.map(programOf).join() === "sleep")
        ? now.value
        : null;
    });
  }

  /** Waits for that many starts of a `one-copy.sh`, which writes them down; fails at one more. */
  async started(name: string, times: number): Promise<void> {
    const count = (): number => this.lines(`${name}.starts`).length;
    await until(`${name} has started ${times} times`, () => count() >= times);
    assert.equal(count(), times, `starts of ${name}`);
  }

  /** Stops every application, the agent and the spawner, removes the folder; tells a failure's logs. */
  async close(test?: TestContext): Promise<void> {
    // Not in the types: test.d.ts of @types/node 24 leaves it out.
    if (test && Reflect.get(test, "error")) this.#tellLogs();
    // Asked of whoever runs; a lab without an agent gets one more for it.
    const isStopped = await this.client.call("stopAll", { waitMs: PATIENCE_MS });
    if (!isStopped.ok) await this.#stopByNewAgent();
    await Promise.all(this.#runs.map((run) => run.end));
    this.#spawner?.kill("SIGTERM");
    await until("the spawner has left", () => this.#spawner === null || hasEnded(this.#spawner));
    // A program that takes evidence may still write while it is being ended.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  #tellLogs(): void {
    for (const run of this.#runs) {
      console.error(`agent ${run.process.pid} wrote:\n${run.stderr().slice(-LOG_TAIL)}`);
    }
  }

  async #stopByNewAgent(): Promise<void> {
    for (const run of this.#runs) if (!hasEnded(run.process)) run.process.kill("SIGKILL");
    await Promise.all(this.#runs.map((run) => run.end));
    const last = this.startAgent();
    await last.ready.then(
      () => this.client.call("stopAll", { waitMs: PATIENCE_MS }),
      () => null,
    );
  }
}

/** Changes what a file of JSON holds; it must be there. */
function edit(path: string, change: (value: Record<string, Record<string, unknown>>) => void) {
  const value = JSON.parse(readFileSync(path, "utf8"));
  change(value);
  writeFileSync(path, JSON.stringify(value));
}

const ascending = (one: number, two: number): number => one - two;

/** The same pids in whatever order. */
export function sorted(pids: readonly number[]): number[] {
  return pids.toSorted(ascending);
}

/** Empty for one that has ended. */
function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export { until };
