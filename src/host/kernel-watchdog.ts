import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatDuration, type Millis, SECOND } from "../base/duration.ts";
import type { GuardDevice, StallAction } from "../base/guard-message.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import type { WatchdogFacts } from "../base/watchdog-facts.ts";
import type { Watchdog } from "../ports/guard.ts";
import { createDeviceCalls, type DeviceCalls } from "./device-calls.ts";
import { listWatchdogs, readAttribute } from "./watchdog-devices.ts";

// <linux/watchdog.h>; x86-64 and arm64 number ioctls alike (asm-generic/ioctl.h).
const WDIOC_GETSUPPORT = 0x8028_5700;
const WDIOC_SETTIMEOUT = 0xc004_5706;
const WDIOC_GETTIMEOUT = 0x8004_5707;
const WDIOC_SETPRETIMEOUT = 0xc004_5708;
/** struct watchdog_info: options, firmware_version, identity[32]. */
const INFO_BYTES = 40;
const IDENTITY_AT = 8;

const FIRST_DEVICE = "/dev/watchdog0";
/** The first device under its old name. */
const OLD_NAME = "/dev/watchdog";
const PANIC = "panic";
/** So much of the timeout is left for the panic: for its log, and to end it where it hangs. */
const PRETIMEOUT_SHARE = 4;
const NOT_COVERED = "a frozen kernel or guard is not covered";

/** A device that is held open. */
interface Held {
  readonly fd: number;
  readonly facts: WatchdogFacts;
  readonly identity: string;
  timeoutMs: Millis;
  hasPanicPretimeout: boolean;
}

/**
 * The kernel watchdog behind `/dev/watchdogN` (kernel, Documentation/watchdog/watchdog-api.rst).
 * Nothing is opened before `arm`. `device`: a path, or `auto` for the best one that is free.
 */
export class KernelWatchdog implements Watchdog {
  readonly #device: string;
  readonly #sys: string;
  readonly #calls: DeviceCalls;
  #held: Held | null = null;
  /** Devices that could not be had, and why. */
  #missed: readonly string[] = [];
  #wantedMs: Millis = 0;

  constructor(device: string, sys: string, calls: DeviceCalls) {
    this.#device = device === OLD_NAME ? FIRST_DEVICE : device;
    this.#sys = sys;
    this.#calls = calls;
  }

  arm(timeoutMs: Millis, onStall: StallAction): Result<GuardDevice> {
    const held = this.#held ?? this.#open();
    if (held === null) return fail(this.#noDevice());
    this.#held = held;
    this.setTimeout(timeoutMs);
    held.hasPanicPretimeout = this.#setPretimeout(held, onStall === PANIC);
    const { facts, identity, hasPanicPretimeout } = held;
    const { path, isSoftware, isNowayout } = facts;
    const device = { path, identity, isSoftware, isNowayout, hasPanicPretimeout };
    return succeed({ ...device, timeoutMs: held.timeoutMs });
  }

  fault(): string | null {
    const held = this.#held;
    if (held === null) return this.#noDevice().message;
    const faults = [...this.#missed];
    if (held.facts.isSoftware) {
      faults.push("softdog is a part of the kernel: a kernel that hangs as a whole is not covered");
    }
    if (held.timeoutMs !== wholeSeconds(this.#wantedMs) * SECOND) {
      const [is, wanted] = [held.timeoutMs, this.#wantedMs].map(formatDuration);
      faults.push(`${held.facts.path} is set to ${is} and does not accept ${wanted}`);
    }
    return faults.length === 0 ? null : faults.join("; ");
  }

  feed(): boolean {
    return this.#held !== null && this.#calls.write(this.#held.fd, "\0");
  }

  setTimeout(timeoutMs: Millis): Millis | null {
    const held = this.#held;
    if (held === null) return null;
    this.#wantedMs = timeoutMs;
    let isSet = false;
    for (const wanted of candidates(timeoutMs, held.facts.timeoutMostMs)) {
      isSet = this.#setNumber(held.fd, WDIOC_SETTIMEOUT, wanted);
      if (isSet) break;
    }
    const value = Buffer.alloc(4);
    // The driver may have rounded it, or cannot change it at all.
    if (this.#calls.ioctl(held.fd, WDIOC_GETTIMEOUT, value) === null) {
      held.timeoutMs = value.readInt32LE(0) * SECOND;
    }
    return isSet ? held.timeoutMs : null;
  }

  disarm(): boolean {
    const held = this.#held;
    if (held === null) return true;
    // Closed, it could not even be fed any more.
    if (held.facts.isNowayout) return false;
    this.#calls.write(held.fd, "V");
    this.#calls.close(held.fd);
    this.#held = null;
    return readAttribute(held.facts.folder, "state") !== "active";
  }

  /** The first that is free. */
  #open(): Held | null {
    const all = listWatchdogs(this.#sys);
    const wanted = all.filter(({ path }) => this.#device === "auto" || path === this.#device);
    const missed: string[] = [];
    this.#missed = missed;
    for (const facts of wanted) {
      const fd = this.#calls.open(facts.path);
      if (typeof fd === "number") return this.#hold(fd, facts);
      const name = facts.identity === "" ? facts.path : `${facts.path} (${facts.identity})`;
      missed.push(fd === "EBUSY" ? `${name} is taken by another program` : `${name}: ${fd}`);
    }
    return null;
  }

  #hold(fd: number, facts: WatchdogFacts): Held {
    const info = Buffer.alloc(INFO_BYTES);
    const isKnown = this.#calls.ioctl(fd, WDIOC_GETSUPPORT, info) === null;
    const text = info.toString("latin1", IDENTITY_AT).replace(/\0.*$/s, "");
    return {
      fd,
      facts,
      identity: isKnown && text !== "" ? text : facts.identity,
      timeoutMs: facts.timeoutMs ?? 0,
      hasPanicPretimeout: false,
    };
  }

  /** Whether it will panic before it resets. It is never part of what must succeed. */
  #setPretimeout({ fd, facts, timeoutMs }: Held, isPanic: boolean): boolean {
    if (!facts.governors.includes(PANIC)) return false;
    const seconds = Math.max(1, Math.floor(timeoutMs / SECOND / PRETIMEOUT_SHARE));
    if (!isPanic) {
      this.#setNumber(fd, WDIOC_SETPRETIMEOUT, 0);
      return false;
    }
    try {
      writeFileSync(join(facts.folder, "pretimeout_governor"), PANIC);
    } catch {
      return false;
    }
    const isSet = this.#setNumber(fd, WDIOC_SETPRETIMEOUT, seconds);
    return isSet && readAttribute(facts.folder, "pretimeout_governor") === PANIC;
  }

  #setNumber(fd: number, request: number, seconds: number): boolean {
    const value = Buffer.alloc(4);
    value.writeInt32LE(seconds, 0);
    return this.#calls.ioctl(fd, request, value) === null;
  }

  #noDevice(): { readonly code: string; readonly message: string; readonly hint: string } {
    const hint = "Load the driver of this server's watchdog, or softdog.";
    const which = this.#device === "auto" ? "no watchdog device" : `no device ${this.#device}`;
    const why = this.#missed.length === 0 ? `there is ${which}` : this.#missed.join("; ");
    return { code: "watchdog/none", message: `${why}; ${NOT_COVERED}`, hint };
  }
}

/** The real one, for the guard alone. */
export function createKernelWatchdog(device: string): KernelWatchdog {
  return new KernelWatchdog(device, "/sys", createDeviceCalls());
}

function wholeSeconds(span: Millis): number {
  return Math.max(1, Math.ceil(span / SECOND));
}

/** Seconds to try one after the other: what is wanted, else the most that is known, else ever less. */
function* candidates(timeoutMs: Millis, mostMs: Millis | null): Generator<number> {
  const wanted = wholeSeconds(timeoutMs);
  const most = mostMs === null ? wanted : Math.min(wanted, wholeSeconds(mostMs));
  for (let seconds = most; seconds >= 1; seconds = Math.floor(seconds / 2)) yield seconds;
}
