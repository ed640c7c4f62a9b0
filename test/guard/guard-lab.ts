import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  formatGuardLine,
  GUARD_FIFO,
  GUARD_REPORT,
  type GuardMessage,
  type GuardSettings,
} from "../../src/base/guard-message.ts";
import type { GuardReport } from "../../src/base/guard-report.ts";
import { readGuardReport } from "../../src/host/report-file.ts";

const MAIN = fileURLToPath(new URL("../../src/guard/main.ts", import.meta.url));
/** Where something happens in the end, patience costs nothing; the machine may be very busy. */
const PATIENCE_MS = 240_000;
/** PROC_PID_INIT_INO: what a server's own first namespace of processes is called. */
const FIRST_NAMESPACE = "pid:[4026531836]";
const PROOFS = { loopMs: 1, memoryMs: 1, programMs: 1, fileMs: 1, threadMs: 1 };

/** A healthy server that is slow enough for any test machine. */
export const SETTINGS: GuardSettings = {
  mode: "enforce",
  timeoutMs: 60_000,
  stallAction: "panic",
  agentTimeoutMs: 60_000,
  agentLost: "alert",
  gracefulTimeoutMs: 2000,
  shutdownTimeoutMs: 600_000,
  dumpTimeoutMs: 600_000,
  rebootLimit: 3,
};
export const CHARGED: GuardMessage = {
  is: "record",
  record: { counted: 0, isLost: false, isCharged: true },
};

export interface Place {
  readonly commandLine?: string;
  readonly init?: string;
  readonly namespace?: string;
  readonly environment?: string;
  /** What the agent left in its cache of settings. */
  readonly cached?: GuardSettings;
  /** The disk with that cache hangs. */
  readonly isCacheHung?: boolean;
  /** What the guard before this one said last. */
  readonly before?: object;
}

/** The real program with a FIFO and a report of its own, and with stand-ins that print. */
export class GuardLab {
  readonly folder: string;
  readonly lines: string[] = [];
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  #errors = "";
  #prover: NodeJS.Timeout | null = null;
  #provedAt = 0;
  /** So long nothing was proved though it should have been: this machine had no time for the test. */
  heldUpMs = 0;

  constructor(place: Place = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "solosafe guard "));
    makeRoot(this.folder, place);
    const settings = join(this.folder, "settings.json");
    if (place.cached) writeFileSync(settings, JSON.stringify(place.cached));
    // A FIFO that nobody writes to is opened by a reader as slowly: never.
    if (place.isCacheHung === true) spawnSync("mkfifo", [settings]);
    if (place.before) writeFileSync(join(this.folder, GUARD_REPORT), JSON.stringify(place.before));
    const places = ["--run", this.folder, "--root", this.folder, "--settings", settings];
    this.child = spawn(process.execPath, [MAIN, ...places], { stdio: ["ignore", "pipe", "pipe"] });
    let rest = "";
    this.child.stdout?.on("data", (chunk) => {
      const parts = (rest + String(chunk)).split("\n");
      rest = parts.pop() ?? "";
      this.lines.push(...parts);
    });
    this.child.stderr?.on("data", (chunk) => (this.#errors += String(chunk)));
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
  }

  /** Waits until the program has opened its FIFO and ticked. */
  async ready(): Promise<void> {
    await this.until("its first report", () => this.report()?.pid === this.child.pid);
  }

  report(): GuardReport | null {
    return readGuardReport(join(this.folder, GUARD_REPORT));
  }

  tell(...messages: readonly GuardMessage[]): void {
    for (const message of messages) this.write(formatGuardLine(message) ?? "");
  }

  /** False when the FIFO took none of it now. */
  write(text: string): boolean {
    const access = constants.O_WRONLY | constants.O_NONBLOCK;
    const fd = openSync(join(this.folder, GUARD_FIFO), access);
    try {
      return writeSync(fd, text) > 0;
    } catch {
      return false;
    } finally {
      closeSync(fd);
    }
  }

  /** Somebody proves several times a second until `stopProving`. */
  prove(pid: number): void {
    const proof = formatGuardLine({ is: "proof", by: { pid, startTime: 1 }, times: PROOFS }) ?? "";
    this.write(proof);
    this.#provedAt = performance.now();
    this.#prover = setInterval(() => {
      this.#noteDelay();
      this.write(proof);
    }, 200);
  }

  stopProving(): void {
    if (this.#prover) clearInterval(this.#prover);
    if (this.#prover) this.#noteDelay();
    this.#prover = null;
  }

  #noteDelay(): void {
    const now = performance.now();
    this.heldUpMs = Math.max(this.heldUpMs, now - this.#provedAt);
    this.#provedAt = now;
  }

  /** Waits for the first line that begins like this, and gives back where it stands. */
  async line(beginning: string): Promise<number> {
    const find = (): number => this.lines.findIndex((line) => line.startsWith(beginning));
    await this.until(`the line ${beginning}`, () => find() >= 0);
    return find();
  }

  async until(what: string, isTrue: () => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!isTrue()) {
      if (performance.now() > deadline) {
        throw new Error(
          `${what} did not come; it said:\n${this.lines.join("\n")}\n${this.#errors}`,
        );
      }
      await sleep(20);
    }
  }

  async end(): Promise<void> {
    this.stopProving();
    this.child.kill("SIGKILL");
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function makeRoot(folder: string, place: Place): void {
  mkdirSync(join(folder, "proc/self/ns"), { recursive: true });
  mkdirSync(join(folder, "proc/1"), { recursive: true });
  symlinkSync(place.namespace ?? FIRST_NAMESPACE, join(folder, "proc/self/ns/pid"));
  writeFileSync(join(folder, "proc/cmdline"), `${place.commandLine ?? "root=/dev/sda1 quiet"}\n`);
  writeFileSync(join(folder, "proc/1/comm"), `${place.init ?? "systemd"}\n`);
  writeFileSync(join(folder, "proc/1/environ"), place.environment ?? "HOME=/\0TERM=linux\0");
}
