import { existsSync } from "node:fs";
import { type Millis, SECOND } from "../../base/duration.ts";
import { jobRule, MANAGER, MANAGER_PATH } from "./manager.ts";
import type { Units } from "./units.ts";

/** Targets whose job is the end of normal service (systemd.special(7)). */
const LAST_TARGETS = [
  "shutdown.target",
  "reboot.target",
  "soft-reboot.target",
  "poweroff.target",
  "halt.target",
  "kexec.target",
  "rescue.target",
  "emergency.target",
];

/** States of systemd in which the server is going down, or is kept for a person (systemctl(1)). */
const LAST_STATES: ReadonlySet<unknown> = new Set(["stopping", "maintenance"]);
/** States of normal service; `initializing`, `starting` and `offline` say nothing. */
const SERVING_STATES: ReadonlySet<unknown> = new Set(["running", "degraded"]);

/** `isRescue`: it is kept for a person, who works without limit. */
export type TellShutdown = (isShutdown: boolean, isRescue: boolean) => void;

export interface ShutdownTiming {
  /** Pause before asking again when systemd did not answer. */
  readonly againMs: Millis;
  /** In a shutdown systemd is asked so often whether it still goes on: it tells nobody. */
  readonly lookMs: Millis;
}

export const SHUTDOWN_TIMING: ShutdownTiming = { againMs: SECOND, lookMs: 5 * SECOND };

const ASKED_MOST = 10;
/** A stop of the agent waits no longer for an answer of systemd. */
const LOOK_LAST: Millis = SECOND;

/**
 * Tells when the server begins to shut down, and when it goes on instead: rescue mode was left, the
 * shutdown cancelled. Told by systemd, and asked when it could be asked for the first time: a job for
 * one of the targets alone may be one that stops it.
 */
export class ShutdownWatch {
  readonly #units: Units;
  readonly #tell: TellShutdown;
  readonly #timing: ShutdownTiming;
  #isShutdown = false;
  #isAsking = false;
  /** Something happened while it was asked: the answer may be older. */
  #isDoubtful = false;

  constructor(units: Units, tell: TellShutdown, timing = SHUTDOWN_TIMING) {
    this.#units = units;
    this.#tell = tell;
    this.#timing = timing;
    units.onJob((unit) => {
      if (LAST_TARGETS.includes(unit)) void this.#ask();
    });
    units.onUp(() => void this.#ask());
    units.listenTo(LAST_TARGETS.map(jobRule));
  }

  async #ask(): Promise<void> {
    this.#isDoubtful = true;
    if (this.#isShutdown || this.#isAsking) return;
    this.#isAsking = true;
    for (let left = ASKED_MOST; left > 0; left -= 1) {
      if (this.#isShutdown || !this.#isDoubtful) break;
      this.#isDoubtful = false;
      const state = await this.#state();
      if (state !== null && LAST_STATES.has(state)) this.#began(state);
      if (state !== null) continue;
      this.#isDoubtful = true;
      await pause(this.#timing.againMs);
    }
    this.#isAsking = false;
  }

  /** Asks once more, because this process is asked to leave; tells before it settles. */
  async lookNow(limitMs = LOOK_LAST): Promise<void> {
    if (this.#isShutdown) return;
    const limit = Promise.withResolvers<null>();
    const timer = setTimeout(limit.resolve, limitMs, null);
    const state = await Promise.race([this.#state(), limit.promise]);
    clearTimeout(timer);
    if (!this.#isShutdown && LAST_STATES.has(state)) this.#began(state);
  }

  #began(state: unknown): void {
    this.#isShutdown = true;
    this.#tell(true, state === "maintenance");
    this.#lookLater();
  }

  #lookLater(): void {
    // A shutdown ends with the process: nothing is to be kept alive for it.
    setTimeout(() => void this.#look(), this.#timing.lookMs).unref();
  }

  async #look(): Promise<void> {
    this.#isDoubtful = false;
    if (!SERVING_STATES.has(await this.#state())) {
      this.#lookLater();
      return;
    }
    this.#isShutdown = false;
    this.#tell(false, false);
    if (this.#isDoubtful) void this.#ask();
  }

  /** systemd's word for how the server is; null when it does not answer. */
  async #state(): Promise<unknown> {
    const answer = await this.#units.manager.property(MANAGER_PATH, MANAGER, "SystemState");
    return answer.ok ? answer.value : null;
  }
}

/** Watches where systemd is the server's first process and we are the server's own agent. */
export function watchShutdown(units: Units, tell: TellShutdown): ShutdownWatch | null {
  const isOwnServer = process.getuid?.() === 0 && existsSync("/run/systemd/system");
  return isOwnServer ? new ShutdownWatch(units, tell) : null;
}

function pause(ms: Millis): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, ms, null));
}
