import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { MINUTE, type Millis, SECOND } from "../../base/duration.ts";
import { identify, isAlive, type KnownProcess, signal } from "./process-facts.ts";

/** What a kept program is, and who is told about it. */
export interface KeeperOptions {
  /** For people: "agent". */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What it finds in its environment beside ours. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it says besides its first line `ready` goes here. */
  readonly log: string;
  readonly onStart: (pid: number) => void;
  /** It ended by itself. `restartIn` null: it left on purpose and is not started again. */
  readonly onEnd: (how: string, restartIn: Millis | null) => void;
  /** Whether this exit code means that it left on purpose. */
  readonly isFinal: (code: number) => boolean;
}

const BACKOFF_MIN: Millis = SECOND;
const BACKOFF_MAX: Millis = 5 * MINUTE;
/** After so long without a death the back-off begins anew. */
const STABLE_AFTER: Millis = MINUTE;
/** The line by which a program says that it can be asked. */
const READY = "ready";
const READY_POLL: Millis = 10;
/** The last words of a program that died, for the message about it. */
const LAST_WORDS = 2000;
/** The log is kept twice this long: itself and the one before. */
const LOG_MAX = 4 * 1024 * 1024;

/**
 * Keeps one program running as systemd would: started again whenever it dies, after 1 s, 2 s, … 5 min,
 * without end (recovery.md 4). The program leads a session of its own, so that Ctrl-C on the
 * terminal reaches only this process.
 */
export class Keeper {
  readonly #options: KeeperOptions;
  #child: ChildProcess | null = null;
  #known: KnownProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #backoff: Millis = BACKOFF_MIN;
  #startedAt = 0;
  #isStopping = false;
  #lastWords = "";
  #isReady = false;
  #ended = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** The running process; null between two lives. */
  get process(): KnownProcess | null {
    return this.#known !== null && isAlive(this.#known) ? this.#known : null;
  }

  /** What the program complained of last, for a message about its death; at most three lines. */
  get lastWords(): readonly string[] {
    return this.#lastWords
      .split("\n")
      .map(complaintOf)
      .filter((line) => line !== "" && line !== READY)
      .slice(-3);
  }

  /** Waits until the program says that it is ready; false when it does not within `limit`. */
  async waitUntilReady(limit: Millis): Promise<boolean> {
    const until = performance.now() + limit;
    while (performance.now() < until && !this.#isStopping) {
      if (this.#isReady) return true;
      await delay(READY_POLL);
    }
    return this.#isReady;
  }

  start(): void {
    this.#timer = null;
    const [file, ...rest] = this.#options.command;
    this.#startedAt = performance.now();
    this.#lastWords = "";
    this.#isReady = false;
    const { environment } = this.#options;
    const child = spawn(file, rest, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    const ended = Promise.withResolvers<void>();
    this.#ended = ended.promise;
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => this.#keepWords(chunk));
    child.stderr.on("data", (chunk: Buffer) => this.#keepWords(chunk));
    child.once("spawn", () => {
      this.#known = identify(child.pid ?? 0);
      this.#options.onStart(child.pid ?? 0);
    });
    let isOver = false;
    const over = (how: string, code: number | null): void => {
      if (isOver) return;
      isOver = true;
      this.#child = null;
      this.#known = null;
      ended.resolve();
      this.#afterEnd(how, code);
    };
    child.once("error", (error) => over(`could not be started: ${error.message}`, null));
    child.once("exit", (code, by) =>
      over(by === null ? `exit code ${code}` : `signal ${by.slice(3)}`, code),
    );
  }

  /** From now on it is not started again. */
  release(): void {
    this.#isStopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Waits until it has ended by itself; false when it still runs after `limit`. */
  async waitForEnd(limit: Millis): Promise<boolean> {
    if (this.#child === null) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), limit);
    void this.#ended.then(() => resolve(true));
    const result = await promise;
    clearTimeout(timer);
    return result;
  }

  /** TERM, then KILL after `patience`. It is not started again. */
  async end(patience: Millis): Promise<void> {
    this.release();
    if (this.#known !== null) signal(this.#known, "SIGTERM");
    if (await this.waitForEnd(patience)) return;
    this.kill();
    await this.waitForEnd(patience);
  }

  /** KILL, now. It is not started again. */
  kill(): void {
    this.release();
    if (this.#known !== null) signal(this.#known, "SIGKILL");
  }

  #afterEnd(how: string, code: number | null): void {
    if (this.#isStopping) return;
    if (code !== null && this.#options.isFinal(code)) {
      this.#options.onEnd(how, null);
      return;
    }
    if (performance.now() - this.#startedAt > STABLE_AFTER) this.#backoff = BACKOFF_MIN;
    const restartIn = this.#backoff;
    this.#backoff = Math.min(this.#backoff * 2, BACKOFF_MAX);
    this.#timer = setTimeout(() => this.start(), restartIn);
    this.#options.onEnd(how, restartIn);
  }

  #keepWords(chunk: Buffer): void {
    const text = chunk.toString("utf8");
    this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    this.#isReady ||= this.#lastWords.split("\n").includes(READY);
    try {
      appendFileSync(this.#options.log, text);
      if (statSync(this.#options.log).size > LOG_MAX) {
        renameSync(this.#options.log, `${this.#options.log}.1`);
      }
    } catch {
      // A full disk must not end the one who starts the agent again.
    }
  }
}

/** Log lines are JSON: only the faults among them are for people; other text is as it is. */
function complaintOf(line: string): string {
  if (!line.startsWith("{")) return line.trim();
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== "object" || entry === null) return "";
    const fields = new Map(Object.entries(entry));
    if (Number(fields.get("level")) < 50) return "";
    return `${fields.get("msg")}: ${String(fields.get("error")).split("\n")[0]}`;
  } catch {
    return "";
  }
}
