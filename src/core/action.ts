import type { Millis } from "../base/duration.ts";
import type { Event } from "./event.ts";
import type { ResourceId, ServerAction } from "./model.ts";

/** Why a script is called; it learns this from its environment (product.md G2). */
export type ScriptEvent = "START" | "STOP" | "RECOVER";

/** What goes to the guard: performed at most once per id. */
export interface Order {
  readonly id: string;
  readonly kind: ServerAction;
  readonly reason: string;
  /** When the guard goes on by itself, whatever the agent does. */
  readonly deadlineAt: Millis;
}

/**
 * What the shell is to do, in this order. An action with an `op` ends in exactly one
 * `actionFinished`; the others are not answered.
 */
export type Action =
  /** Prove the tree empty, start, wait until launched (or ready, where there is a ready check). */
  | {
      readonly type: "startResource";
      readonly op: string;
      readonly resource: ResourceId;
      readonly event: ScriptEvent;
      readonly attempt: number;
      readonly reason: string;
      readonly timeoutMs: Millis;
    }
  /** Stop script or TERM, deadline, KILL of the tree, 10 s, prove it empty. Supersedes a start. */
  | {
      readonly type: "stopResource";
      readonly op: string;
      readonly resource: ResourceId;
      readonly event: ScriptEvent;
      readonly attempt: number;
      readonly reason: string;
      readonly timeoutMs: Millis;
    }
  /** Kept of a failure; begun before its operation `stop`, which waits for it (bounded); null: nothing waits. */
  | {
      readonly type: "takeEvidence";
      readonly incident: string;
      readonly resource: ResourceId;
      readonly stop: string | null;
    }
  | {
      readonly type: "runScript";
      readonly op: string;
      readonly monitor: string;
      readonly attempt: number;
      readonly reason: string;
      readonly timeoutMs: Millis;
    }
  /** Wait again for an operation that an earlier agent began. */
  | { readonly type: "awaitOperation"; readonly op: string; readonly timeoutMs: Millis }
  /** Give up on a running operation; it is not answered any more. */
  | { readonly type: "abandon"; readonly op: string }
  /** `isEager`: until ready, probe each second instead of each interval. */
  | {
      readonly type: "startProbing";
      readonly monitor: string;
      readonly delayMs: Millis;
      readonly isEager: boolean;
    }
  | { readonly type: "stopProbing"; readonly monitor: string }
  | { readonly type: "probeNow"; readonly monitor: string }
  /** `sync`: durable before the next action (bounded); `write`: must outlive the agent only. */
  | {
      readonly type: "saveState";
      readonly durability: "sync" | "write";
      /** Asked for when something waits for it: answered `done` only when it is durable. */
      readonly op?: string;
    }
  | { readonly type: "order"; readonly order: Order }
  /** Nothing is left to stop for this order: systemd is asked at once. */
  | { readonly type: "groupsStopped"; readonly id: string }
  | { readonly type: "event"; readonly event: Event }
  /** Leave; the applications go on. */
  | { readonly type: "stopAgent"; readonly reason: string };
