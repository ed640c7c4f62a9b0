import {
  type GuardOrder,
  GUARD_SETTINGS,
  type GuardSettings,
  type Sender,
} from "../base/guard-message.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { GuardFacts } from "../core/guarding.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { GuardTalk } from "../ports/guard-talk.ts";
import type { StateFiles } from "../ports/store.ts";
import { GuardLink } from "./guard-link.ts";

/** What the agent needs from outside to work with the guard. */
export interface GuardDutyParts {
  /** Null: there is no guard, and none is expected. */
  readonly talk: GuardTalk | null;
  /** This process. */
  readonly self: Sender;
  /** The last words of a panic outlive the boot. */
  readonly keepsEvidence: boolean;
}

export interface DutyParts extends GuardDutyParts {
  readonly clock: Clock;
  readonly files: StateFiles;
  /** An earlier agent has durably marked this boot as open; its disk may be gone by now. */
  readonly isCharged: boolean;
  readonly onFacts: (facts: GuardFacts) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/** What the agent tells the guard of configuration, record and orders; nothing without a guard. */
export class GuardDuty {
  readonly #parts: DutyParts;
  readonly #link: GuardLink | null;
  /** This boot is durably marked as open. */
  #isCharged: boolean;
  #settings = "";

  constructor(parts: DutyParts) {
    const { talk } = parts;
    this.#parts = parts;
    this.#isCharged = parts.isCharged;
    this.#link = talk === null ? null : new GuardLink({ ...parts, talk });
  }

  /** How the guard is; null where there is none. */
  get facts(): GuardFacts | null {
    return this.#link?.facts ?? null;
  }

  /** Reads how the guard is, for the policy's first input. */
  look(): void {
    this.#link?.look();
  }

  /** Begins to beat, and to tell what changes. */
  start(): void {
    this.#link?.start();
  }

  /** Also kept for a guard that starts before the agent does. */
  configure(config: LoadedConfig): void {
    if (this.#link === null) return;
    const settings = guardSettings(config, this.#parts.keepsEvidence);
    const text = JSON.stringify(settings);
    if (text === this.#settings) return;
    this.#settings = text;
    this.#link.settings(settings);
    const { files, onFault } = this.#parts;
    files
      .replace(GUARD_SETTINGS, `${text}\n`, true)
      .catch((error: unknown) => onFault("the guard's settings cannot be kept", error));
  }

  /** It is durable: when it marks this boot as open, what ends the boot is counted from now on. */
  durable({ record, bootId }: State, now: State): void {
    if (record.bootId !== bootId || record.mark !== "open") return;
    this.#isCharged = true;
    this.decided(now);
  }

  /** After each decision. */
  decided(state: State): void {
    const isUnsaved = !this.#isCharged && state.isSaveFaulty;
    this.#link?.record({
      counted: state.record.counted.length,
      isLost: state.recordFault !== null || isUnsaved,
      isCharged: this.#isCharged,
    });
  }

  order(order: GuardOrder): void {
    this.#link?.order(order);
  }

  groupsStopped(id: string): void {
    this.#link?.groupsStopped(id);
  }

  shutdown(isOn: boolean, isRescue: boolean): void {
    this.#link?.shutdown(isOn, isRescue);
  }

  leave(): void {
    this.#link?.leave();
    this.#parts.talk?.close();
  }
}

/** What the guard has to know of a configuration. */
export function guardSettings(config: LoadedConfig, keepsEvidence: boolean): GuardSettings {
  const { model, watchdog, shutdownTimeoutMs } = config;
  const { action, device } = watchdog;
  const evident = keepsEvidence ? "panic" : "reset";
  return {
    mode: model.mode,
    timeoutMs: watchdog.timeoutMs,
    stallAction: action === "auto" ? evident : action,
    agentTimeoutMs: watchdog.agentTimeoutMs,
    agentLost: watchdog.agentLost,
    gracefulTimeoutMs: model.reboots.gracefulTimeoutMs,
    shutdownTimeoutMs,
    dumpTimeoutMs: watchdog.dumpTimeoutMs,
    rebootLimit: model.reboots.limit,
    lastGasp: watchdog.lastGasp,
    ...(device === null ? {} : { device }),
  };
}
