import * as z from "zod/mini";
import type { Millis } from "../base/duration.ts";
import { type Result, fail, succeed } from "../base/result.ts";
import type { Soon } from "../base/soon.ts";
import type { Host } from "../ports/host.ts";

/** What a probe says. `unknown`: it could not be done; shown, never acted upon. */
export type ProbeOutcome = "ok" | "warning" | "failed" | "unknown";

export interface ProbeResult {
  readonly outcome: ProbeOutcome;
  /** One sentence for people, without a full stop. */
  readonly reason: string;
  /** Failed, and not to be recovered from here: somebody else's fault. Told, never acted upon. */
  readonly isAlertOnly?: boolean;
}

export interface ProbeContext {
  readonly host: Host;
  /** Name of the monitor that is probed. */
  readonly monitor: string;
  readonly timeoutMs: Millis;
  /** Aborted at the timeout: the probe is abandoned then, never waited for. */
  readonly signal: AbortSignal;
  /** Told what takes long at the moment; the last word is the reason when it does not end in time. */
  readonly onSlow?: (what: string) => void;
}

/**
 * One probe of one configured monitor. It may remember between its runs; it never throws for what a
 * server can do. What it found out without waiting it gives back at once: that costs a tenth.
 */
export type Probe = (context: ProbeContext) => Soon<ProbeResult>;

/** Values a monitor has when its configuration does not name them (recovery.md 7). */
export interface MonitorDefaults {
  /** `server` where nothing else follows from what is watched; left out: `none`. */
  readonly target?: "server" | "none";
  /** Instead of the final action while a probe hangs in the kernel; left out: there is no difference. */
  readonly stuckAction?: "reset";
  readonly repeatReboot?: boolean;
  readonly intervalMs: Millis;
  readonly timeoutMs: Millis;
  readonly retries: number;
  /** `reboot-if-local`: only when the target is a resource of this server and what is probed is local. */
  readonly finalAction: "none" | "reboot" | "reboot-if-local";
}

/** What the configuration has to check about a monitor's parameters. */
export interface MonitorLinks {
  /** The resource whose own tree is watched: its end is a failed probe. */
  readonly resource: string | null;
  /** Other monitors it judges by. */
  readonly monitors: readonly string[];
  /** A program it runs. */
  readonly command: readonly [string, ...string[]] | null;
  /** Host name or address it talks to; null when it talks to nobody. */
  readonly address: string | null;
  /** The systemd unit it watches; where that is a resource of ours, it watches the resource. */
  readonly unit?: string;
  /** Where news makes a probe due at once (`ports/news.ts`); left out: nowhere. */
  readonly wakes?: readonly string[];
}

export const NO_LINKS: MonitorLinks = {
  resource: null,
  monitors: [],
  command: null,
  address: null,
};

/** What is known about this server when a configuration is read; each left out: not known. */
export interface ServerFacts {
  /** What kind of storage a path or device lies on; null: no such path, or nobody knows. */
  readonly storageOf?: (path: string) => "local" | "network" | "multipath" | null;
}

/** What the author of a monitor type writes; one file per type, nothing else to edit. */
export interface MonitorDefinition<Params extends z.ZodMiniObject> {
  /** As in `type: http`, also the key of the short form. */
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly detects: string;
  /** One sentence: what it is blind to. */
  readonly cannotDetect: string;
  /** Strict object; keys in kebab-case, each described. */
  readonly params: Params;
  /** The parameters that `<name>: value` stands for; null when the value cannot be meant so. */
  readonly shortForm: (value: unknown) => Readonly<Record<string, unknown>> | null;
  /** An example of the short form's value, as YAML. */
  readonly shortExample: string;
  readonly defaults: MonitorDefaults;
  /**
   * A probe that hangs in the kernel is a failure of what is watched, and a second one would hang
   * beside it: none begins before the first has settled. Left out: a fresh probe judges.
   */
  readonly isStuckJudged?: boolean;
  /** Where the defaults depend on what is watched; `facts` is what this server knows about it. */
  readonly defaultsFor?: (params: z.output<Params>, facts: ServerFacts) => MonitorDefaults;
  /** Told by an event besides being polled; may depend on how it is configured. */
  readonly isEventDriven: (params: z.output<Params>) => boolean;
  readonly links: (params: z.output<Params>) => MonitorLinks;
  /** Complaints about values that do not fit together, as key and sentence. */
  readonly check?: (params: z.output<Params>) => readonly Complaint[];
  /** Called once per configuration; programs in `commands` were made absolute. */
  readonly createProbe: (params: z.output<Params>) => Probe;
}

export interface Complaint {
  readonly key: string;
  readonly what: string;
  readonly hint: string | null;
}

/** Parameters that were read, with what follows from them. */
export interface ReadMonitor {
  readonly params: Readonly<Record<string, unknown>>;
  readonly links: MonitorLinks;
  readonly isEventDriven: boolean;
  readonly complaints: readonly Complaint[];
  readonly defaultsFor: (facts: ServerFacts) => MonitorDefaults;
  readonly createProbe: () => Probe;
}

/** A monitor type with its parameters' type hidden, as the registry holds it. */
export interface MonitorType {
  readonly name: string;
  readonly title: string;
  readonly detects: string;
  readonly cannotDetect: string;
  readonly params: z.ZodMiniObject;
  readonly shortForm: (value: unknown) => Readonly<Record<string, unknown>> | null;
  readonly shortExample: string;
  readonly defaults: MonitorDefaults;
  readonly isStuckJudged: boolean;
  /** The parameters as configured (kebab-case keys, durations as text) or zod's issues. */
  readonly read: (input: unknown) => Result<ReadMonitor, readonly z.core.$ZodIssue[]>;
}

/** Checks a definition against the contract and hides the type of its parameters. */
export function defineMonitor<Params extends z.ZodMiniObject>(
  definition: MonitorDefinition<Params>,
): MonitorType {
  return {
    name: definition.name,
    title: definition.title,
    detects: definition.detects,
    cannotDetect: definition.cannotDetect,
    params: definition.params,
    shortForm: definition.shortForm,
    shortExample: definition.shortExample,
    defaults: definition.defaults,
    isStuckJudged: definition.isStuckJudged ?? false,
    read: (input) => {
      const parsed = z.safeParse(definition.params, input);
      if (!parsed.success) return fail(parsed.error.issues);
      const params = parsed.data;
      return succeed({
        params,
        links: definition.links(params),
        isEventDriven: definition.isEventDriven(params),
        complaints: definition.check?.(params) ?? [],
        defaultsFor: (facts) => definition.defaultsFor?.(params, facts) ?? definition.defaults,
        createProbe: () => definition.createProbe(params),
      });
    },
  };
}

export const ok = (reason: string): ProbeResult => ({ outcome: "ok", reason });
export const warning = (reason: string): ProbeResult => ({ outcome: "warning", reason });
export const failed = (reason: string): ProbeResult => ({ outcome: "failed", reason });
export const unknown = (reason: string): ProbeResult => ({ outcome: "unknown", reason });
