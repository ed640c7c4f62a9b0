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

const ASK_AGAIN: Millis = SECOND;
const ASKED_MOST = 10;

/**
 * Tells once when the server begins to shut down. Told by systemd, and asked when it could be asked
 * for the first time: a job for one of the targets alone may be one that stops it.
 */
export class ShutdownWatch {
  readonly #units: Units;
  readonly #began: () => void;
  #isTold = false;
  #isAsking = false;
  /** Something happened while it was asked: the answer may be older. */
  #isDoubtful = false;

  constructor(units: Units, began: () => void) {
    this.#units = units;
    this.#began = began;
    units.onJob((unit) => {
      if (LAST_TARGETS.includes(unit)) void this.#ask();
    });
    units.onUp(() => void this.#ask());
    units.listenTo(LAST_TARGETS.map(jobRule));
  }

  async #ask(): Promise<void> {
    this.#isDoubtful = true;
    if (this.#isTold || this.#isAsking) return;
    this.#isAsking = true;
    for (let left = ASKED_MOST; left > 0; left -= 1) {
      if (this.#isTold || !this.#isDoubtful) break;
      this.#isDoubtful = false;
      const answer = await this.#units.manager.property(MANAGER_PATH, MANAGER, "SystemState");
      if (answer.ok && LAST_STATES.has(answer.value)) this.#tell();
      if (answer.ok) continue;
      this.#isDoubtful = true;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
    }
    this.#isAsking = false;
  }

  #tell(): void {
    this.#isTold = true;
    this.#began();
  }
}

/** Watches where systemd is the server's first process and we are the server's own agent. */
export function watchShutdown(units: Units, began: () => void): void {
  const isOwnServer = process.getuid?.() === 0 && existsSync("/run/systemd/system");
  if (isOwnServer) new ShutdownWatch(units, began);
}
