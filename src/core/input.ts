import type { Millis } from "../base/duration.ts";
import type { EventFields } from "./event.ts";
import type { GuardFacts } from "./guarding.ts";
import type { ResourceId, SuspendScope } from "./model.ts";
import type { BootEndEvent } from "./boot-cause.ts";
import type { PersonAction } from "./person-order.ts";
import type { DrillNews } from "./drill-news.ts";

/** What a probe says. `unknown`: it could not be done; shown, never acted upon. */
export type Outcome = "ok" | "warning" | "failed" | "unknown";

/** Every input carries time, so that the policy needs no clock. */
export interface At {
  /** `CLOCK_MONOTONIC`: starts at the boot, never jumps. */
  readonly at: Millis;
  /** Calendar time, milliseconds since 1970; may jump. */
  readonly wall: Millis;
}

export interface ProbeFinished extends At {
  readonly type: "probeFinished";
  readonly monitor: string;
  readonly outcome: Outcome;
  /** One sentence for people. */
  readonly reason: string;
  readonly durationMs: Millis;
  readonly isTimeout: boolean;
  /** Somebody else's fault: told, never acted upon. */
  readonly isAlertOnly?: boolean;
  /** It timed out long ago and still hangs in the kernel; no other probe can be made meanwhile. */
  readonly isStuck?: boolean;
}

/** The life of a resource's tree ended without a stop of ours. */
export interface ResourceEnded extends At {
  readonly type: "resourceEnded";
  readonly resource: ResourceId;
  /** "exit code 3", "signal KILL", "status unknown". */
  readonly how: string;
}

export type OperationResult = "done" | "failed" | "timed-out" | "still-populated";

/** The one answer to each action that has an `op`. */
export interface ActionFinished extends At {
  readonly type: "actionFinished";
  readonly op: string;
  readonly result: OperationResult;
  readonly reason: string;
}

/** What the shell found when it looked at a resource at its own start. */
export type Observed =
  | { readonly is: "running" }
  /** A start or stop that an earlier agent began still runs under its runner. */
  | { readonly is: "busy"; readonly op: string }
  /** A one-shot resource leaves nothing to look at: the saved state is believed. */
  | { readonly is: "ended"; readonly how: string }
  /** It is empty because somebody else stopped it: meant, where it was active before. */
  | { readonly is: "stoppedOutside" }
  | { readonly is: "empty" };

/** What is known about the boot we are in and the end of the one before (recovery.md 3). */
export interface BootFacts {
  readonly bootId: string;
  readonly machineId: string;
  /** Uptime of this boot when the agent started. */
  readonly uptimeMs: Millis;
  /** The kernel or the watchdog device says that a watchdog ended the boot before. */
  readonly hasWatchdogStatus: boolean;
  readonly hasPanicRecord: boolean;
  /** Whether the record of boots could be read and written. */
  readonly recordFault: string | null;
  /** The saved state could not be used; it was kept aside. */
  readonly stateFault: string | null;
  /** The configuration did not parse; the last good one is in force. */
  readonly configFault: string | null;
}

export interface AgentStarted extends At {
  readonly type: "agentStarted";
  readonly boot: BootFacts;
  readonly observed: ReadonlyMap<string, Observed>;
  readonly hasGuard: boolean;
}

export type Command =
  | {
      readonly type: "start" | "stop" | "restart";
      readonly group: string;
      readonly resource: ResourceId | null;
    }
  | { readonly type: "suspend"; readonly scope: SuspendScope; readonly forMs: Millis | null }
  | { readonly type: "resume"; readonly scope: SuspendScope }
  | { readonly type: "rehearse"; readonly monitor: string; readonly isOn: boolean }
  /** `name`: a group, a resource, a monitor, or everything. */
  | { readonly type: "clear"; readonly name: string | null }
  | { readonly type: "clearReboots" }
  /** The server ends this boot, groups first. */
  | { readonly type: "orderServer"; readonly kind: PersonAction }
  /** All groups stop in reverse order, then the agent ends (the foreground run's Ctrl-C). */
  | { readonly type: "stopAll" };

export interface CommandInput extends At {
  readonly type: "command";
  readonly command: Command;
  /** Who: "root", a user's name, "page". */
  readonly by: string;
}

export type Input =
  | AgentStarted
  | ProbeFinished
  | ResourceEnded
  | ActionFinished
  | CommandInput
  /** The earliest deadline of the state has come (`nextDeadline`). */
  | (At & { readonly type: "tick" })
  /** The process did not run for so long: paused VM, SIGSTOP (recovery.md, "Gap"). */
  | (At & { readonly type: "gap"; readonly lostMs: Millis })
  /** The model passed along is a new one; `changed` names what must be treated as new. */
  | (At & {
      readonly type: "configChanged";
      /** `monitor:name`, `group:name` and `group/resource`. */
      readonly changed: ReadonlySet<string>;
      readonly by: string;
      /** Its number in the history of configurations; left out: it has none. */
      readonly version?: string;
      /** What was found of resources that are new or changed, so that none is started twice. */
      readonly observed?: ReadonlyMap<string, Observed>;
    })
  /** A package manager took or released its lock. */
  | (At & { readonly type: "packageWork"; readonly isHeld: boolean })
  /** A unit was stopped by a job that was not ours, or came back. */
  | (At & {
      readonly type: "stoppedOutside";
      readonly resource: ResourceId;
      readonly isStopped: boolean;
    })
  /** systemd restarts the unit by itself: suspect, not failed. */
  | (At & {
      readonly type: "restartedOutside";
      readonly resource: ResourceId;
      readonly count: number;
    })
  /**
   * The calendar says that we are inside or outside of a planned window now: told at the start of
   * the agent, at every change, and as often as one likes. `untilWall`: when it ends; the policy
   * closes it then by itself, whatever becomes of the shell.
   */
  | (At & {
      readonly type: "window";
      readonly window: string;
      readonly isOpen: boolean;
      readonly untilWall: Millis;
    })
  /** What the guard says of itself, when it changed; never where there is none. */
  | (At & { readonly type: "guardChanged"; readonly guard: GuardFacts })
  /** The agent was asked to leave and will not decide any more; applications go on. */
  | (At & { readonly type: "leaving" })
  | (At & { readonly type: "shutdownBegan" })
  /** A person left rescue mode, or cancelled the shutdown: the boot goes on. */
  | (At & { readonly type: "shutdownEnded" })
  /** A real fault was made on purpose, or is over. */
  | (At & { readonly type: "drill"; readonly news: DrillNews })
  /** It was found out how the boot before ended; told once for each boot. */
  | (At & { readonly type: "bootExplained"; readonly event: BootEndEvent })
  /** What was to be seen of a failed resource is in that folder. */
  | (At & {
      readonly type: "evidenceKept";
      readonly incident: string;
      readonly fields: EventFields["evidence-kept"];
    })
  /** `isSlow`: it is not given up, and nobody need be told yet. */
  | (At & {
      readonly type: "saveFinished";
      readonly fault: string | null;
      readonly isSlow: boolean;
    });
