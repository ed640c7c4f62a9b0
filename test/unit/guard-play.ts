import type { GuardDevice, GuardSettings, Sender } from "../../src/base/guard-message.ts";
import type { GuardAct, GuardInput } from "../../src/core/guard-input.ts";
import { guardDecide } from "../../src/core/guard-policy.ts";
import { type GuardState, type Held, initialGuardState } from "../../src/core/guard-state.ts";
import { guardPhase } from "../../src/core/guard-summary.ts";

export const SETTINGS: GuardSettings = {
  mode: "enforce",
  timeoutMs: 60_000,
  stallAction: "panic",
  agentTimeoutMs: 20_000,
  agentLost: "alert",
  gracefulTimeoutMs: 120_000,
  shutdownTimeoutMs: 600_000,
  dumpTimeoutMs: 600_000,
  rebootLimit: 3,
};
export const DEVICE: GuardDevice = {
  path: "/dev/watchdog0",
  identity: "i6300ESB timer",
  isSoftware: false,
  timeoutMs: 60_000,
  hasPanicPretimeout: false,
  isNowayout: false,
};
export const PROOFS = { loopMs: 1, memoryMs: 1, programMs: 5, fileMs: 1, threadMs: 1 };
const TICK = 500;
const PROOF_EVERY = 5000;
const BEAT_EVERY = 2000;

/** An input without its time. */
export type Told = GuardInput extends infer Each
  ? Each extends GuardInput
    ? Omit<Each, "at">
    : never
  : never;

export interface World {
  /** A process that brings proofs, and one that beats; null: there is none. */
  prover: Sender | null;
  agent: Sender | null;
  /** The guard itself does not run. */
  isStopped: boolean;
  /** A killed one is followed by another so much later; null: by none. */
  restartAfter: number | null;
  device: GuardDevice | null;
  /** Says something to the guard now. */
  tell(told: Told): void;
}

export interface Setting {
  readonly settings?: Partial<GuardSettings> | null;
  /** Counted actions; null: the record is lost; "untold": nobody says. */
  readonly counted?: number | null | "untold";
  readonly held?: Held;
  readonly isInherited?: boolean;
  readonly device?: GuardDevice | null;
  readonly restartAfter?: number | null;
  readonly startAt?: number;
  /** Nobody but the story speaks. */
  readonly isSilent?: boolean;
}

type Happening = readonly [second: number, what: (world: World) => void];

export interface Played {
  /** `12.5 sysrq s`: seconds since the guard's start, and what was done; notes and feeding left out. */
  readonly done: readonly string[];
  readonly notes: readonly string[];
  readonly fed: readonly number[];
  readonly phases: readonly string[];
  readonly state: GuardState;
}

/** Plays a guard with its surroundings for so many seconds. */
export function play(setting: Setting, seconds: number, happenings: readonly Happening[]): Played {
  return new Play(setting, happenings).run(seconds);
}

class Play implements World {
  prover: Sender | null = null;
  agent: Sender | null = null;
  isStopped = false;
  restartAfter: number | null;
  device: GuardDevice | null;
  readonly #setting: Setting;
  readonly #start: number;
  readonly #happenings: Happening[];
  readonly #due: Happening[] = [];
  readonly #done: string[] = [];
  readonly #notes: string[] = [];
  readonly #fed: number[] = [];
  readonly #phases: string[] = [];
  #pid = 100;
  #now: number;
  #state: GuardState;
  readonly #waiting: Told[] = [];

  constructor(setting: Setting, happenings: readonly Happening[]) {
    this.#setting = setting;
    this.#start = setting.startAt ?? 10_000;
    this.#now = this.#start;
    this.#happenings = [...happenings];
    this.restartAfter = setting.restartAfter === undefined ? 1000 : setting.restartAfter;
    this.device = setting.device === undefined ? DEVICE : setting.device;
    const { settings = {}, held = null, isInherited = false } = setting;
    this.#state = initialGuardState(this.#start, held, isInherited);
    if (settings === null) return;
    this.#submit({ is: "kept-settings", at: this.#start, settings: { ...SETTINGS, ...settings } });
  }

  run(seconds: number): Played {
    if (this.#setting.isSilent !== true) this.#begin();
    for (let past = 0; past <= seconds * 1000; past += TICK) this.#step(past);
    return {
      done: this.#done,
      notes: this.#notes,
      fed: this.#fed,
      phases: this.#phases,
      state: this.#state,
    };
  }

  tell(told: Told): void {
    this.#waiting.push(told);
  }

  #begin(): void {
    const { counted = 0 } = this.#setting;
    this.agent = this.#next();
    this.prover = this.#next();
    if (counted === "untold") return;
    const isLost = counted === null;
    this.tell({
      is: "record",
      record: { counted: counted ?? 0, isLost, isCharged: !isLost },
    });
  }

  #next(): Sender {
    this.#pid += 1;
    return { pid: this.#pid, startTime: 7 };
  }

  #step(past: number): void {
    this.#now = this.#start + past;
    const due = [...this.#happenings, ...this.#due].filter(([second]) => second * 1000 === past);
    for (const [, what] of due) what(this);
    if (this.prover && past % PROOF_EVERY === 0) {
      this.tell({ is: "proof", by: this.prover, times: PROOFS });
    }
    if (this.agent && past % BEAT_EVERY === 0) this.tell({ is: "beat", by: this.agent });
    if (this.isStopped) return;
    for (const told of this.#waiting.splice(0)) this.#submit({ ...told, at: this.#now });
    this.#submit({ is: "tick", at: this.#now });
    const phase = guardPhase(this.#state);
    const last = this.#phases.at(-1)?.split(" ")[1];
    if (phase !== last) this.#phases.push(`${past / 1000} ${phase}`);
  }

  #submit(input: GuardInput): void {
    const { state, acts } = guardDecide(this.#state, input);
    this.#state = state;
    for (const act of acts) this.#perform(act);
  }

  #perform(act: GuardAct): void {
    const second = (this.#now - this.#start) / 1000;
    if (act.type === "feed") this.#fed.push(second);
    else if (act.type === "note") this.#notes.push(`${second} ${act.level}: ${act.text}`);
    else this.#done.push(`${second} ${show(act)}`);
    if (act.type === "arm") {
      const fault = this.device === null ? "there is no device" : null;
      this.#submit({ is: "device", at: this.#now, device: this.device, fault });
    }
    if (act.type === "kill") this.#kill(act.who);
  }

  #kill(who: "agent" | "prover"): void {
    this[who] = null;
    const { restartAfter } = this;
    if (restartAfter === null) return;
    const second = (this.#now - this.#start + restartAfter) / 1000;
    this.#due.push([
      second,
      () => {
        this[who] = this.#next();
      },
    ]);
  }
}

function show(act: Exclude<GuardAct, { type: "feed" | "note" }>): string {
  switch (act.type) {
    case "arm":
      return `arm ${act.device} ${act.timeoutMs / 1000} ${act.onStall}`;
    case "setTimeout":
      return `set ${act.timeoutMs / 1000}`;
    case "disarm":
    case "exit":
      return act.type;
    case "lastGasp":
      return `last gasp: ${act.text}`;
    case "askInit":
      return `ask init: ${act.kind}`;
    case "sysrq":
      return `sysrq ${act.key}`;
    case "kill":
      return `kill ${act.who} ${act.process.pid}`;
  }
}

/** An order as the agent gives it at this second of the story. */
export function order(
  id: string,
  kind: "reboot" | "poweroff" | "reset" | "panic",
  deadlineAt = 0,
): Told {
  return { is: "order", order: { id, kind, reason: "page failed", deadlineAt } };
}
