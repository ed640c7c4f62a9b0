import type { Millis } from "../base/duration.ts";
import type { Order } from "./action.ts";
import type { StepKind } from "./event.ts";
import type { GuardState, UncoveredTold } from "./guarding.ts";
import type { ResourceId, ServerAction, SuspendScope } from "./model.ts";
import type { Table } from "./table.ts";

/** Raised when a saved state could not be understood by older or newer code. */
export const STATE_VERSION = 1;

/** Where a resource is between inactive and active. One tagged value, so that none contradict. */
export type ResourcePhase =
  | { readonly is: "inactive" }
  /** `isLaunched`: the program runs (or its ready check succeeded); now its monitors decide. */
  | {
      readonly is: "starting";
      readonly op: string;
      readonly isLaunched: boolean;
      readonly until: Millis;
      readonly awaiting: readonly string[];
    }
  | { readonly is: "active" }
  /** `failure`: it is stopped because it failed, and is `failed` again once it is stopped. */
  | { readonly is: "stopping"; readonly op: string; readonly failure: string | null }
  /** It should be active and is not: it ended, or could not be started. */
  | { readonly is: "failed"; readonly reason: string }
  /** Its tree could not be proved empty: it is never started before it is. */
  | { readonly is: "stop-failed"; readonly reason: string };

export interface ResourceState {
  readonly phase: ResourcePhase;
  readonly since: Millis;
  /** Tries of the start, and of the stop, in the plan that runs now. */
  readonly startAttempt: number;
  readonly stopAttempt: number;
  /** A person stopped this resource alone; it stays stopped, over reboots too. */
  readonly isStoppedByPerson: boolean;
  /** Stopped by a job that was not ours, since then. */
  readonly stoppedOutsideSince: Millis | null;
  /** When a person is reminded of that, once. */
  readonly outsideRemindAt: Millis | null;
  /** Held back until a person clears it. */
  readonly blocked: string | null;
  /** The longest it took to be ready since the agent first saw it; null = it never was. */
  readonly readyTook: Millis | null;
  /** Starts since the agent first saw it, for people. */
  readonly starts: number;
}

export interface GroupState {
  readonly goal: "active" | "inactive";
  readonly isByPerson: boolean;
  readonly since: Millis;
  /** It waits for the groups before it until then; null when it does not wait. */
  readonly waitsUntil: Millis | null;
  /** Not yet judged whether it starts by itself: it came into the configuration since. */
  readonly isNew: boolean;
}

export type MonitorStatus =
  /** Not judged yet, or not judged now: its resource is not active, it is suspended or disabled. */
  | { readonly is: "waiting" }
  | { readonly is: "ok" }
  | { readonly is: "warning" }
  /** Three unknown outcomes in a row. */
  | { readonly is: "unknown" }
  | { readonly is: "suspect"; readonly failures: number }
  /** `failures` since the last step; a further step is due when they exceed the retries. */
  | { readonly is: "failed"; readonly failures: number };

/** A monitor's own place on its ladder. Zeroed by a cure, and by a person. */
export interface Ladder {
  readonly scripts: number;
  readonly reactivations: number;
  readonly groupRestarts: number;
  /** The final action was taken, or is none: nothing more will be done until the cure. */
  readonly isExhausted: boolean;
}

export interface MonitorState {
  readonly status: MonitorStatus;
  readonly since: Millis;
  readonly reason: string;
  readonly isProbing: boolean;
  readonly ladder: Ladder;
  /** The next step is due since then; null when none is. */
  readonly dueSince: Millis | null;
  /** First ok after failed; cured when it lasts for the failure timeout. */
  readonly recoveredAt: Millis | null;
  /** Unknown outcomes in a row. */
  readonly unknowns: number;
  /** When it failed or recovered, as far back as flapping is judged. */
  readonly changes: readonly Millis[];
  readonly isFlapping: boolean;
  /** When the unit was restarted by its own supervisor, as far back as it is judged. */
  readonly outsideRestarts: readonly Millis[];
  /** Times of cures in the last 24 h. */
  readonly cures: readonly Millis[];
  readonly isChronic: boolean;
  /** A dummy failure, made by a person. */
  readonly isRehearsed: boolean;
  /** Asked before step 1; the decision waits for these until then. */
  readonly awaiting: { readonly monitors: readonly string[]; readonly until: Millis } | null;
  /** Folded into the incident of this monitor. */
  readonly consequenceOf: string | null;
  readonly isSlow: boolean;
  /** Its last failure was somebody else's fault: shown, told, and never acted upon. */
  readonly isAlertOnly: boolean;
  /** Its probe hangs in the kernel: no other can be made, and the stuck action is in force. */
  readonly isStuck: boolean;
  readonly proven: Proven;
}

/** A moment that must last over reboots: by the calendar, and by uptime of the server over all boots. */
export interface Stamp {
  readonly wall: Millis;
  readonly uptime: Millis;
}

/** When a monitor and its steps last really worked (product.md R14). */
export interface Proven {
  /** It exists in its present form since then; null = the policy has not looked yet. */
  readonly since: Stamp | null;
  /** It last found a real failure, of an incident or of a drill; a rehearsal proves only the ladder. */
  readonly detectedAt: Stamp | null;
  /** Each kind of step that was last done successfully for its sake. */
  readonly steps: { readonly [Step in StepKind]?: Stamp };
  /** A person was last told then that it is not proven. */
  readonly toldAt: Stamp | null;
}

export interface StepRecord {
  readonly step: StepKind;
  readonly target: string;
  readonly at: Millis;
  readonly wall: Millis;
  readonly result: string | null;
  readonly tookMs: Millis | null;
  readonly isSimulated: boolean;
}

export interface Incident {
  readonly id: string;
  /** Group name, or null for the server's own. */
  readonly group: string | null;
  readonly openedAt: Millis;
  readonly openedWall: Millis;
  readonly cause: string;
  /** Monitors (or resources that could not be started or stopped) that are not cured yet. */
  readonly members: readonly string[];
  /** Everything that was ever part of it. */
  readonly participants: readonly string[];
  readonly steps: readonly StepRecord[];
  /** Reactivations and group restarts so far: they set the pace. */
  readonly restarts: number;
  readonly lastRestartAt: Millis | null;
  readonly remindAt: Millis;
  /** Server-level actions that a failed start or stop asks for and that have to wait. */
  readonly asked: readonly {
    readonly resource: ResourceId;
    readonly action: ServerAction;
    readonly reason: string;
  }[];
  /** Why nothing more is done for now, told once: `package-work`, `limit`, `record`, … */
  readonly heldBy: string | null;
  /** When a person is told again that its server-level action is blocked; null = never was. */
  readonly blockedRemindAt: Millis | null;
}

export type PlanKind = "activate" | "deactivate" | "restart" | "script";

/** Something that runs: which resources are to be stopped, then which started. */
export interface Plan {
  readonly id: string;
  readonly kind: PlanKind;
  /** For people: a resource, a group, "all-groups". */
  readonly target: string;
  /** It holds these groups: one plan per group at a time. */
  readonly groups: readonly string[];
  readonly toStop: readonly ResourceId[];
  readonly toStart: readonly ResourceId[];
  readonly incident: string | null;
  /** Failed monitors for which it counts as a try. */
  readonly monitors: readonly string[];
  /** The step of the ladder this is; null for what a person or the boot asked for. */
  readonly step: StepKind | null;
  readonly attempt: number;
  /** Operation of a recovery script, while it runs. */
  readonly scriptOp: string | null;
  readonly reason: string;
  readonly startedAt: Millis;
  readonly thenStopAgent: boolean;
  /** Why it did not reach its goal. */
  readonly failure: string | null;
}

export interface Suspension {
  readonly by: string;
  readonly since: Millis;
  readonly sinceWall: Millis;
  /** The earlier of the two ends it; both null = until a person says so. */
  readonly untilUptime: Millis | null;
  readonly untilWall: Millis | null;
  readonly remindAt: Millis;
}

/** A planned window that is open. */
export interface OpenWindow {
  /** What it suspends, as the configuration says. */
  readonly scopes: readonly SuspendScope[];
  readonly sinceWall: Millis;
  /** The earlier of the two ends it (`untilUptime`: over all boots). */
  readonly untilWall: Millis;
  readonly untilUptime: Millis;
}

export interface RecordEntry {
  readonly kind: ServerAction | "watchdog-reset" | "panic-seen" | "unexplained";
  readonly monitor: string | null;
  readonly bootId: string;
  /** Accumulated uptime of the server as the record knows it, and wall time, when it was counted. */
  readonly uptime: Millis;
  readonly wall: Millis;
}

/** The durable record of boots and server-level actions (recovery.md 3). */
export interface BootRecord {
  readonly machineId: string;
  readonly bootId: string;
  /** `open` until a clean shutdown marks it closed. */
  readonly mark: "open" | "closed";
  /** Uptime of all boots before this one, and of this one when last saved. */
  readonly uptimeBefore: Millis;
  readonly uptimeNow: Millis;
  /** Accumulated uptime without a server-level action or a failed monitor that has one. */
  readonly quietUptime: Millis;
  readonly counted: readonly RecordEntry[];
  /** A server-level action that was decided and whose boot has not come yet. */
  readonly intent: RecordEntry | null;
  /** Monitors whose reboot is being judged: the action and when the judging began. */
  readonly judging: readonly { readonly monitor: string; readonly action: ServerAction }[];
  /** Monitors whose reboot did not help: final action none until cured. */
  readonly didNotHelp: readonly string[];
  readonly powerLosses: number;
}

/** A server-level action that was decided: first its intent is saved, then the guard is told. */
export interface GivenOrder extends Order {
  /** The save that it waits for; null = the guard was told. */
  readonly saveOp: string | null;
  /** The monitor or resource that asked for it, and the incident it belongs to. */
  readonly cause: string;
  readonly incident: string;
  /** The guard was told that nothing is left to stop. */
  readonly areGroupsStopped: boolean;
}

export interface State {
  readonly version: typeof STATE_VERSION;
  readonly at: Millis;
  readonly wall: Millis;
  readonly bootId: string;
  /** Number for the next plan, operation or order. */
  readonly nextId: number;
  /** Number for the next incident: people read it, so it stays small. */
  readonly nextIncident: number;
  readonly groups: Table<GroupState>;
  readonly resources: Table<ResourceState>;
  readonly monitors: Table<MonitorState>;
  readonly incidents: readonly Incident[];
  readonly plans: readonly Plan[];
  readonly suspensions: ReadonlyMap<string, Suspension>;
  /** Planned windows that are open, by name. */
  readonly windows: ReadonlyMap<string, OpenWindow>;
  readonly record: BootRecord;
  /** Observe mode counts here, never in the real record. */
  readonly observedRecord: BootRecord;
  readonly recordFault: string | null;
  readonly order: GivenOrder | null;
  readonly hasGuard: boolean;
  /** Null where none is expected: in the foreground, or before it was looked for. */
  readonly guard: GuardState | null;
  /** Null: nothing, or a watchdog was armed since. */
  readonly uncoveredTold: UncoveredTold | null;
  /** The boot was unclean: the first start of each resource gets twice the time. */
  readonly isAfterUncleanBoot: boolean;
  readonly shutdownSince: Millis | null;
  readonly packageWork: {
    readonly since: Millis;
    readonly endedAt: Millis | null;
    readonly isTold: boolean;
  } | null;
  readonly isSaveFaulty: boolean;
  /** It is only slow so far, and nobody was told. */
  readonly isSaveSlow: boolean;
  /** The uptime in the record was brought up to date then. */
  readonly uptimeSavedAt: Millis;
}
