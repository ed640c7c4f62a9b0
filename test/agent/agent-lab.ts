import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "../../src/api/client.ts";
import { type Paths, pathsBelow } from "../../src/base/paths.ts";
import { startSpawner, until } from "../process/lab.ts";

const AGENT = join(import.meta.dirname, "../../src/agent/main.ts");
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
    this.client = createClient(this.paths.control);
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

  async stopAgent(run: AgentRun, signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    run.process.kill(signal);
    return await run.end;
  }

  /** Lines of a file in the lab's folder; none when it is not there. */
  lines(name: string): string[] {
    try {
      return readFileSync(join(this.folder, name), "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  }

  /** Stops every application, the agent and the spawner, and removes the folder. */
  async close(): Promise<void> {
    // Asked of whoever runs; a lab without an agent gets one more for it.
    const isStopped = await this.client.call("stopAll", { waitMs: 20_000 });
    if (!isStopped.ok) await this.#stopByNewAgent();
    await Promise.all(this.#runs.map((run) => run.end));
    this.#spawner?.kill("SIGTERM");
    await until("the spawner has left", () => this.#spawner === null || hasEnded(this.#spawner));
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #stopByNewAgent(): Promise<void> {
    for (const run of this.#runs) if (!hasEnded(run.process)) run.process.kill("SIGKILL");
    await Promise.all(this.#runs.map((run) => run.end));
    const last = this.startAgent();
    await last.ready.then(
      () => this.client.call("stopAll", { waitMs: 20_000 }),
      () => null,
    );
  }
}

const ascending = (one: number, two: number): number => one - two;

/** The same pids in whatever order. */
export function sorted(pids: readonly number[]): number[] {
  return pids.toSorted(ascending);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export { until };
