import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** Far longer than a busy machine needs. */
const WAIT_MS = 180_000;
const COMMAND_MS = 60_000;

/** Why no network can be made here; false when one can. */
export const NO_NETWORKS: string | false = whyNone();

function whyNone(): string | false {
  if (process.getuid?.() !== 0) return "only root can make networks";
  const name = `solosafe-try-${process.pid}`;
  try {
    execFileSync("ip", ["netns", "add", name], { stdio: "ignore", timeout: COMMAND_MS });
    execFileSync("ip", ["netns", "del", name], { stdio: "ignore", timeout: COMMAND_MS });
    return false;
  } catch {
    return "no network namespace can be made here (package iproute2)";
  }
}

/** Networks of their own, by namespaces; nothing of this machine's own network is touched. */
export class NetworkLab {
  readonly #spaces: string[] = [];
  readonly #programs: LineProgram[] = [];

  /** A new namespace with its loopback up; its name is also good for `ip -n`. */
  space(word: string): string {
    const name = `solosafe-${word}-${process.pid}`;
    execFileSync("ip", ["netns", "add", name], { timeout: COMMAND_MS });
    this.#spaces.push(name);
    this.ip(name, "link set lo up");
    return name;
  }

  /** `ip` in a namespace; the words are separated by single spaces. */
  ip(space: string, words: string): string {
    return execFileSync("ip", ["-n", space, ...words.split(" ")], {
      encoding: "utf8",
      timeout: COMMAND_MS,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Many commands of `ip` at once, one a line. */
  batch(space: string, lines: readonly string[]): void {
    const input = `${lines.join("\n")}\n`;
    execFileSync("ip", ["-n", space, "-batch", "-"], { input, timeout: COMMAND_MS });
  }

  /** A kernel setting of the namespace's network. */
  setting(space: string, name: string, value: string): void {
    const command = ["sh", "-c", 'echo "$2" >"/proc/sys/net/$1"', "sh", name, value];
    execFileSync("ip", ["netns", "exec", space, ...command], { timeout: COMMAND_MS });
  }

  /** How many netlink messages did not fit into the sockets of a namespace (proc(5)). */
  lostMessages(space: string): number {
    const command = ["netns", "exec", space, "cat", "/proc/net/netlink"];
    const table = execFileSync("ip", command, { encoding: "utf8", timeout: COMMAND_MS });
    const drops = table
      .split("\n")
      .slice(1)
      .map((row) => Number(row.trim().split(/\s+/)[8] ?? 0));
    return drops.reduce((sum, one) => sum + (one || 0), 0);
  }

  /** A program of ours in a namespace that writes a line of JSON for each thing it has to say. */
  start(space: string, program: string, ...words: readonly string[]): LineProgram {
    return this.startBy([], space, program, ...words);
  }

  /** The same, started by another program (`setpriv …`). */
  startBy(
    starter: readonly string[],
    space: string,
    program: string,
    ...words: readonly string[]
  ): LineProgram {
    const command = ["netns", "exec", space, ...starter, process.execPath, program, ...words];
    const running = new LineProgram(spawn("ip", command, { stdio: ["pipe", "pipe", "inherit"] }));
    this.#programs.push(running);
    return running;
  }

  async close(): Promise<void> {
    for (const program of this.#programs) await program.end();
    for (const name of this.#spaces) {
      execFileSync("ip", ["netns", "del", name], { timeout: COMMAND_MS });
    }
  }
}

/** A child that writes JSON lines and reads words. */
export class LineProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly lines: unknown[] = [];

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once("exit", resolve));
    assert.ok(child.stdout);
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.lines.push(JSON.parse(line));
    });
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** The first line from the given one on that is as wanted; fails when none comes. */
  async find<Line>(isWanted: (line: Line) => boolean, from = 0): Promise<Line> {
    const until = performance.now() + WAIT_MS;
    while (performance.now() < until) {
      const found = this.lines.slice(from).find((line) => isWanted(line as Line));
      if (found !== undefined) return found as Line;
      await sleep(5);
    }
    throw new Error(
      `it did not come; there were ${JSON.stringify(this.lines.slice(from, from + 20))}`,
    );
  }

  /** Asks and waits for the next answer. */
  async ask<Line>(line: string): Promise<Line> {
    const before = this.lines.length;
    this.say(line);
    return await this.find<Line>((one) => isAnswer(one), before);
  }

  /** Stopped it reads and does nothing. */
  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

function isAnswer(line: unknown): boolean {
  return typeof line === "object" && line !== null && Reflect.get(line, "asked") === true;
}
