import type { Millis } from "../base/duration.ts";
import type { EchoAnswer, EchoMethod } from "../ports/ping.ts";
import type { ProbeContext } from "./define.ts";
import type { Target } from "./ping-targets.ts";
import type { Route } from "./routes.ts";
import type { Fault } from "./whose-fault.ts";

/** How a ping monitor is configured. */
export interface PingPlan {
  readonly addresses: readonly string[];
  readonly isAnyEnough: boolean;
  readonly interface: string | null;
  readonly source: string | null;
  readonly packets: number;
  readonly waitMs: Millis;
  readonly anchor: string | null;
  readonly method: EchoMethod;
}

/** What a target answered. */
export interface Answered {
  readonly target: Target;
  /** One for each of its addresses, in their order. */
  readonly answers: readonly EchoAnswer[];
}

/** What a probe knows while it runs. */
export interface PingWork {
  readonly plan: PingPlan;
  readonly context: ProbeContext;
  readonly routes: readonly Route[];
  readonly memory: Memory;
}

/** What is kept from one probe to the next, by word of the configuration. */
export interface Memory {
  /** Addresses that names had. */
  readonly addresses: Map<string, readonly string[]>;
  /** What follows from the routes alone for a word that is no name; good while they are the same. */
  readonly fixed: Map<string, { readonly routes: readonly Route[]; readonly target: Target }>;
  /** Interfaces through which something answered: when one is switched off, its routes go with it. */
  readonly interfaces: Map<string, string>;
  /** The address that answered last, and the routes of that moment: `interfaces` says by which way. */
  readonly reached: Map<string, { readonly routes: readonly Route[]; readonly address: string }>;
  /** Whose fault it was last that something did not answer. */
  readonly faults: Map<string, Fault>;
}

export function hasAnswered({ answers }: Answered): boolean {
  return answers.some(({ kind }) => kind === "answered");
}

/** The address that answered. */
export function answeringAddress({ target, answers }: Answered): string | null {
  return target.addresses[answers.findIndex(({ kind }) => kind === "answered")] ?? null;
}

/** The address that is looked into when none answered: one that could be asked at all. */
export function silentAddress({ target, answers }: Answered): string | null {
  const at = answers.findIndex(({ kind }) => kind === "silent");
  return target.addresses[Math.max(0, at)] ?? null;
}
