import type { Millis } from "../base/duration.ts";
import { MINUTE, SECOND } from "../base/duration.ts";
import {
  BEAT_EVERY,
  type GuardDevice,
  type GuardOrder,
  type GuardRecord,
  type GuardSettings,
  PROOF_EVERY,
  type ProofTimes,
  type Sender,
  type StallAction,
} from "../base/guard-message.ts";
import { slowedUntil } from "./reboot-limit.ts";

/** Why nothing is opened whatever the settings say. */
export type Held =
  /** `solosafe=off` on the kernel's command line. */
  | "off"
  /** `solosafe=observe` there. */
  | "observe"
  /** Device and sysrq are those of somebody else's server; init may be asked. */
  | "container";

/** How a device is wanted. */
export interface Asked {
  readonly timeoutMs: Millis;
  readonly onStall: StallAction;
  readonly device: string;
}

export type DeviceState =
  | { readonly is: "closed" }
  /** It was asked for; the answer is the next input. */
  | { readonly is: "opening" }
  /** `asked`: how it was last asked to be. */
  | { readonly is: "open"; readonly device: GuardDevice; readonly asked: Asked }
  /** Asked again at `retryAt`: who holds it may let it go. */
  | { readonly is: "refused"; readonly retryAt: Millis };

export interface ProverState {
  readonly process: Sender | null;
  readonly proofAt: Millis | null;
  readonly times: ProofTimes | null;
  readonly noProof: string | null;
  /** From when silence counts; null = it does not, because it never proved or left in order. */
  readonly dueSince: Millis | null;
  /** Since when nobody is expected to prove. */
  readonly leftAt: Millis | null;
  /** It left in order. */
  readonly hasLeft: boolean;
  /** Killed since the last proof: once is enough to tell a stuck prover from a stall. */
  readonly isKilled: boolean;
  readonly kills: number;
  /** That this stall is slowed was noted. */
  readonly isSlowNoted: boolean;
}

export interface AgentState {
  readonly process: Sender | null;
  readonly beatAt: Millis | null;
  /** From when silence counts; null = nobody to be missed. */
  readonly dueSince: Millis | null;
  /** Since when it is heard without a hole. */
  readonly steadySince: Millis;
  readonly hasLeft: boolean;
  /** When one was lost, of the last ten minutes: it was killed here, or ended without a word. */
  readonly lossesAt: readonly Millis[];
  /** When it was killed here, of the last ten minutes. */
  readonly killsAt: readonly Millis[];
  readonly isLost: boolean;
}

/** Rungs in their order; `crash` is before `last` for a panic only. */
export type Rung = "groups" | "init" | "sync" | "read-only" | "crash" | "last";

/** A server-level action on its way down the ladder (recovery.md 3). */
export interface Course {
  /** Null = the guard's own: a stall, or a shutdown that does not end. */
  readonly id: string | null;
  readonly kind: GuardOrder["kind"];
  readonly reason: string;
  readonly rung: Rung;
  /** When this rung was taken. */
  readonly since: Millis;
  /** systemd is asked then at the latest; of no use to panic and reset. */
  readonly askAt: Millis;
  /** The kernel's rungs begin. */
  readonly deadlineAt: Millis;
}

export interface GuardState {
  /** Of the last input. */
  readonly at: Millis;
  readonly held: Held | null;
  /** Null = nobody said yet what is wanted here, so nothing is done. */
  readonly settings: GuardSettings | null;
  readonly record: GuardRecord | null;
  readonly startedAt: Millis;
  readonly hasHeardAgent: boolean;
  /** The guard before this one left its device armed: it counts, and must be fed at once. */
  readonly isInherited: boolean;
  readonly device: DeviceState;
  readonly deviceFault: string | null;
  readonly fedAt: Millis | null;
  readonly prover: ProverState;
  readonly agent: AgentState;
  /**
   * While nobody has proved: since when next to nothing was started, and the newest process then;
   * null = that is not looked at.
   */
  readonly still: { readonly since: Millis; readonly newest: number } | null;
  /** Gaps in a row that were forgiven without a proof in between. */
  readonly gaps: number;
  readonly ending: { readonly since: Millis; readonly isRescue: boolean } | null;
  readonly course: Course | null;
  /** Ids of orders that were taken, the newest last: none is performed twice. */
  readonly taken: readonly string[];
  readonly refusal: string | null;
  readonly hasCrashKernel: boolean;
  /** It was asked to leave and did. */
  readonly isGone: boolean;
}

/** Orders remembered; a boot sees a handful. */
export const TAKEN_MAX = 100;
/** The window in which losses of the agent are counted, and how many mean that it is lost for good. */
export const LOSSES_WITHIN: Millis = 10 * MINUTE;
export const LOSSES_MAX = 5;
/** An agent that was heard so lately lives; two of its beats may be late. */
export const BEATS_ARRIVE: Millis = 3 * BEAT_EVERY;
/** Proofs arrive: the last is no older. When both fall silent it is the server, not the agent. */
export const PROOFS_ARRIVE: Millis = 2 * PROOF_EVERY;
/** Two inputs further apart are a gap: ticks come twice a second (recovery.md, "Gap"). */
export const GAP: Millis = 5 * SECOND;

export function initialGuardState(at: Millis, held: Held | null, isInherited: boolean): GuardState {
  return {
    at,
    held,
    settings: null,
    record: null,
    startedAt: at,
    hasHeardAgent: false,
    isInherited,
    device: { is: "closed" },
    deviceFault: null,
    fedAt: null,
    prover: {
      process: null,
      proofAt: null,
      times: null,
      noProof: null,
      dueSince: null,
      leftAt: at,
      hasLeft: false,
      isKilled: false,
      kills: 0,
      isSlowNoted: false,
    },
    agent: {
      process: null,
      beatAt: null,
      dueSince: null,
      steadySince: at,
      hasLeft: false,
      lossesAt: [],
      killsAt: [],
      isLost: false,
    },
    still: null,
    gaps: 0,
    ending: null,
    course: null,
    taken: [],
    refusal: null,
    hasCrashKernel: false,
    isGone: false,
  };
}

/** Something may be done at all: it is wanted, and nothing at the boot forbids it. */
export function isEnforcing(state: GuardState): boolean {
  return state.held === null && state.settings?.mode === "enforce";
}

/** From here on nothing is dropped and nobody leaves: the kernel is at work. */
export function isIrreversible(course: Course | null): boolean {
  return course !== null && course.rung !== "groups" && course.rung !== "init";
}

/** The last rungs, in which the device is meant to bite. */
export function isStarving(course: Course | null): boolean {
  return course?.rung === "crash" || course?.rung === "last";
}

/**
 * The uptime before which a stall is not acted upon. Without a record nobody would count what is
 * done, so it is done at the slow rate (recovery.md 3).
 */
export function stallHeldUntil(state: GuardState): Millis {
  const { record, settings } = state;
  if (record === null || record.isLost || settings === null) return slowedUntil(0);
  const excess = record.counted - settings.rebootLimit;
  return excess < 0 ? 0 : slowedUntil(excess);
}

/** No proof for so long that it is a stall. */
export function isStalled(state: GuardState): boolean {
  const { settings, prover } = state;
  if (settings === null || prover.dueSince === null) return false;
  return state.at - prover.dueSince >= settings.timeoutMs;
}
