import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import type { GaspTarget, Sender } from "../base/guard-message.ts";
import type { Power } from "../ports/guard.ts";
import { LastGasp } from "./last-gasp.ts";
import { SIGKILL, signalProcess } from "./signal-process.ts";
import { threadPlaces } from "./thread-places.ts";

/** What the last resort works on. A test, and the walk at the guard's start, name harmless files. */
export interface LastResortPlaces {
  /** A letter written to it is done at once (kernel, admin-guide/sysrq.rst). */
  readonly trigger: string;
  readonly kernelLog: string;
  /** After so many seconds a panic ends in a reboot; 0 = never. */
  readonly panicTimeout: string;
  /** `1` when a crash kernel is loaded. */
  readonly crashKernel: string;
  /** The process that systemd is; null: nobody. */
  readonly init: number | null;
}

const { O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** This server. */
export const REAL_PLACES: LastResortPlaces = {
  trigger: "/proc/sysrq-trigger",
  kernelLog: "/dev/kmsg",
  panicTimeout: "/proc/sys/kernel/panic",
  crashKernel: "/sys/kernel/kexec_crash_loaded",
  init: 1,
};

/** Nothing happens. */
export const NULL_PLACES: LastResortPlaces = {
  trigger: "/dev/null",
  kernelLog: "/dev/null",
  panicTimeout: "/dev/null",
  crashKernel: "/dev/null",
  init: null,
};

/** glibc keeps two of the kernel's 32 for itself (signal(7)). */
const SIGRTMIN = 34;
/** systemd(1), signals. */
const INIT_SIGNALS = { poweroff: SIGRTMIN + 4, reboot: SIGRTMIN + 5 } as const;
/** Facility daemon; the kernel keeps its own for itself. */
const LEVELS = { emergency: 3 * 8, warning: 3 * 8 + 4 } as const;
const LINE_MAX = 900;
const PANIC_TIMEOUT = "10";

/**
 * Everything that ends a boot, opened beforehand: doing it touches no disk and starts no program.
 * What could not be opened is null and told once, by `openLastResort`.
 */
export class LastResort implements Power {
  readonly #trigger: number | null;
  readonly #log: number | null;
  /** The kernel limits lines by descriptor: stacks must not use up what an emergency needs. */
  readonly #places: number | null;
  readonly #panicTimeout: number | null;
  readonly #crashKernel: number | null;
  readonly #init: number | null;
  readonly #number = Buffer.alloc(16);
  #gasp: LastGasp | null = null;
  #isPanicPrepared = false;

  /** `open` gives null for what it has told already. */
  constructor(places: LastResortPlaces, open: (path: string, flags: number) => number | null) {
    this.#trigger = open(places.trigger, O_WRONLY);
    this.#log = open(places.kernelLog, O_WRONLY);
    this.#places = open(places.kernelLog, O_WRONLY);
    this.#panicTimeout = open(places.panicTimeout, O_RDWR);
    this.#crashKernel = open(places.crashKernel, O_RDONLY);
    this.#init = places.init;
  }

  sysrq(key: "s" | "u" | "b" | "o" | "c"): boolean {
    return write(this.#trigger, key);
  }

  askInit(kind: "reboot" | "poweroff"): boolean {
    if (this.#init === null) return false;
    try {
      return process.kill(this.#init, INIT_SIGNALS[kind]);
    } catch {
      return false;
    }
  }

  kill(target: Sender): boolean {
    for (const place of threadPlaces(target.pid)) write(this.#places, line("warning", place));
    return signalProcess(target, SIGKILL);
  }

  preparePanic(): void {
    if (this.#isPanicPrepared || this.#read(this.#panicTimeout) !== "0") return;
    this.#isPanicPrepared = write(this.#panicTimeout, PANIC_TIMEOUT, 0);
  }

  restorePanic(): void {
    // Somebody may have changed it since.
    const isOurs = this.#isPanicPrepared && this.#read(this.#panicTimeout) === PANIC_TIMEOUT;
    if (isOurs) write(this.#panicTimeout, "0", 0);
    this.#isPanicPrepared = false;
  }

  hasCrashKernel(): boolean {
    return this.#read(this.#crashKernel) === "1";
  }

  note(level: "warning" | "emergency", text: string): void {
    write(this.#log, line(level, text));
  }

  lastGasp(text: string): void {
    this.#gasp?.send(text);
  }

  setLastGasp(target: GaspTarget | null): boolean {
    this.#gasp?.close();
    this.#gasp = target === null ? null : LastGasp.open(target);
    this.#gasp?.greet();
    return target === null || this.#gasp !== null;
  }

  /** Closes everything; nothing can be done after that. */
  close(): void {
    this.setLastGasp(null);
    const all = [this.#trigger, this.#log, this.#places, this.#panicTimeout, this.#crashKernel];
    for (const fd of all) if (fd !== null) closeSync(fd);
  }

  #read(fd: number | null): string {
    if (fd === null) return "";
    try {
      const length = readSync(fd, this.#number, 0, this.#number.length, 0);
      return this.#number.toString("latin1", 0, length).trim();
    } catch {
      return "";
    }
  }
}

/** Opens all of it. `faults`: one sentence for each part that cannot be had. */
export function openLastResort(places: LastResortPlaces): {
  readonly power: LastResort;
  readonly faults: readonly string[];
} {
  const faults = new Set<string>();
  const power = new LastResort(places, (path, flags) => {
    try {
      return openSync(path, flags);
    } catch (error) {
      // A kernel without kexec has no crash kernel: nothing is missing.
      if (path !== places.crashKernel) {
        faults.add(error instanceof Error ? error.message : String(error));
      }
      return null;
    }
  });
  return { power, faults: [...faults] };
}

/** One line as /dev/kmsg takes it; a longer one it refuses whole. */
function line(level: keyof typeof LEVELS, text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, LINE_MAX);
  return `<${LEVELS[level]}>solosafe-guard: ${plain}\n`;
}

function write(fd: number | null, text: string, position: number | null = null): boolean {
  if (fd === null) return false;
  try {
    return writeSync(fd, text, position) > 0;
  } catch {
    return false;
  }
}
