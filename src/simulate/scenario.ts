import type { Millis } from "../base/duration.ts";
import type { Command, Outcome } from "../core/input.ts";
import type { ModelSpec, ResourceId } from "../core/model.ts";

/** What brings a monitor back to ok by itself. */
export type Until =
  | { readonly kind: "told" }
  /** So many probes answer like this, then ok again. */
  | { readonly kind: "count"; readonly probes: number }
  /** A start of this resource (or of any resource of this group) heals it. */
  | { readonly kind: "restart"; readonly name: string }
  | { readonly kind: "reboot" };

/** What the probes of a monitor answer from now on. */
export interface Answer {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly isTimeout: boolean;
  /** Somebody else's fault. */
  readonly isAlertOnly?: boolean;
  /** It times out, and hangs from then on. */
  readonly isStuck?: boolean;
  readonly durationMs: Millis;
  readonly until: Until;
}

/** How the starts or stops of a resource (or a monitor's script) end from now on. */
export interface Behaviour {
  readonly ends: "works" | "fails" | "hangs";
  readonly takesMs: Millis | null;
  readonly reason: string;
}

/** What the agent finds wrong when it comes up. */
export interface StartFaults {
  readonly state: boolean;
  readonly config: boolean;
  readonly record: boolean;
}

/** Everything is as it should be when the agent comes up. */
export const NO_FAULTS: StartFaults = { state: false, config: false, record: false };

/** One thing that happens in the simulated world. */
export type Happening =
  /** A probe finds it at once, or only the next that is due. */
  | {
      readonly kind: "answer";
      readonly monitor: string;
      readonly answer: Answer;
      readonly isAtOnce: boolean;
    }
  | {
      readonly kind: "behave";
      readonly operation: "start" | "stop" | "script";
      readonly name: string;
      readonly behaviour: Behaviour;
    }
  /** The monitors of a resource answer only so long after its start. */
  | { readonly kind: "needs"; readonly resource: ResourceId; readonly warmUpMs: Millis }
  | { readonly kind: "ended"; readonly resource: ResourceId; readonly how: string }
  | { readonly kind: "outside"; readonly resource: ResourceId; readonly isStopped: boolean }
  | { readonly kind: "restarted-outside"; readonly resource: ResourceId; readonly count: number }
  | { readonly kind: "command"; readonly command: Command; readonly by: string }
  | { readonly kind: "gap"; readonly lostMs: Millis }
  | { readonly kind: "agent-starts"; readonly faults: StartFaults }
  | { readonly kind: "agent-restarts"; readonly awayMs: Millis; readonly faults: StartFaults }
  /** The boot ends at once and another begins, `how` says what it leaves behind. */
  | {
      readonly kind: "boot";
      readonly how: "clean" | "power" | "watchdog" | "panic";
      readonly faults: StartFaults;
    }
  | { readonly kind: "config"; readonly spec: ModelSpec; readonly changed: ReadonlySet<string> }
  /** The calendar: a planned window begins and ends after `forMs`; null = it is over. */
  | { readonly kind: "window"; readonly window: string; readonly forMs: Millis | null }
  | { readonly kind: "package-work"; readonly isHeld: boolean }
  | { readonly kind: "saves"; readonly fault: string | null; readonly takesMs: Millis }
  /** Something ends that an earlier agent began and nobody waits for. */
  | { readonly kind: "stale" }
  /** Processes are there that the policy knows nothing of. */
  | { readonly kind: "left"; readonly resource: ResourceId }
  | { readonly kind: "shutdown"; readonly isOver: boolean }
  | { readonly kind: "wall"; readonly jumpMs: Millis }
  | { readonly kind: "nothing" };

export interface TimedLine {
  /** Since the beginning of the scenario. */
  readonly at: Millis;
  readonly text: string;
  readonly happening: Happening;
}

/** A parsed scenario file: why it exists, the configuration, and what happens when. */
export interface Scenario {
  /** Comment and model lines as they stand, to write the file again. */
  readonly head: readonly string[];
  readonly spec: ModelSpec;
  readonly world: WorldOptions;
  readonly lines: readonly TimedLine[];
}

export interface WorldOptions {
  /** Uptime of the server at 00:00. */
  readonly uptimeMs: Millis;
  readonly hasGuard: boolean;
  /** Nothing runs and no agent has ever run at 00:00; the first line starts one. */
  readonly isCold: boolean;
}

/** A line of a scenario that cannot be read. */
export class ScenarioError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}
