import type { CommandAnswer, EventRecord } from "../api/answers.ts";
import type { Millis } from "../base/duration.ts";
import type { Action } from "../core/action.ts";
import type { Event } from "../core/event.ts";
import type { Command } from "../core/input.ts";
import type { Group, ResourceId } from "../core/model.ts";
import type { Clock } from "../ports/clock.ts";
import type { Engine } from "./engine.ts";

/** How a command ended; null while it goes on. */
export type CommandEnd = { readonly outcome: "done" | "failed"; readonly reason: string } | null;

export interface CommandParts {
  readonly engine: Engine;
  readonly clock: Clock;
  /** The record of an event that was told; null when it has not been told yet. */
  readonly recordOf: (event: Event) => EventRecord | null;
  /** Settles when what was decided is saved, or cannot be (bounded). */
  readonly saved: () => Promise<void>;
  /** Settles when the agent is leaving because the policy said so. */
  readonly left: Promise<void>;
  /** Callers that wait now; one that went away is waited for, too. */
  readonly waits: { count: number };
}

/** So many callers wait at the same time; one more is answered at once, as `accepted`. */
const WAITS_MAX = 32;
/** How many events of one command are told in its answer. */
const EVENTS_MAX = 200;

/**
 * Gives a person's command to the policy. Answers when it is decided and saved, or, with `waitMs`,
 * when `endOf` says that it has ended or the time is over.
 */
export async function runCommand(
  parts: CommandParts,
  command: Command,
  by: string,
  waitMs: Millis,
  endOf: () => CommandEnd,
): Promise<CommandAnswer> {
  const told: Event[] = [];
  const { engine } = parts;
  const collect = (actions: readonly Action[]): void => {
    for (const action of actions) {
      if (action.type === "event" && told.length < EVENTS_MAX) told.push(action.event);
    }
  };
  let actionCount = 0;
  engine.submit({ type: "command", command, by }, (decision) => {
    actionCount = decision.actions.length;
    collect(decision.actions);
  });
  // A save before this one may hold it back: what is not begun is not among what is saved.
  await engine.performed();
  await parts.saved();
  const isWaiting = waitMs > 0 && parts.waits.count < WAITS_MAX;
  const end = isWaiting ? await waitForEnd(parts, waitMs, endOf, collect) : endOf();
  const events = told.flatMap((event) => parts.recordOf(event) ?? []);
  if (end !== null) return { ...end, events };
  const reason = actionCount === 0 ? "there was nothing to do" : "";
  return { outcome: actionCount === 0 ? "done" : "accepted", reason, events };
}

function waitForEnd(
  parts: CommandParts,
  waitMs: Millis,
  endOf: () => CommandEnd,
  collect: (actions: readonly Action[]) => void,
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const end = endOf();
    if (end !== null) {
      resolve(end);
      return;
    }
    const stopListening = parts.engine.onDecision((_input, decision) => {
      collect(decision.actions);
      const now = endOf();
      if (now !== null) finish(now);
    });
    const limit = parts.clock.timer(waitMs, () => finish(null));
    parts.waits.count += 1;
    let isOver = false;
    function finish(value: CommandEnd): void {
      if (isOver) return;
      isOver = true;
      parts.waits.count -= 1;
      stopListening();
      limit.cancel();
      resolve(value);
    }
    void parts.left.then(() => finish({ outcome: "done", reason: "" }));
  });
}

/** Whether a group (or one resource of it) came to where a start or stop wanted it. */
export function groupEnd(
  engine: Engine,
  group: Group,
  resource: ResourceId | null,
  wanted: "active" | "inactive",
): CommandEnd {
  const state = engine.state;
  if (state.plans.some((plan) => plan.groups.includes(group.name))) return null;
  if (state.groups.get(group.name).waitsUntil !== null) return null;
  const ids = resource === null ? group.resources : [resource];
  for (const id of ids) {
    const { phase, blocked } = state.resources.get(id);
    if (phase.is === wanted) continue;
    // What has ended by itself needs no stop.
    if (wanted === "inactive" && phase.is === "failed") continue;
    const reason = "reason" in phase && phase.reason !== "" ? phase.reason : blocked;
    return { outcome: "failed", reason: `${id} is ${phase.is}${reason ? `: ${reason}` : ""}` };
  }
  return { outcome: "done", reason: "" };
}
