import type { DrillSummary } from "../api/drill-answers.ts";
import type { Event, EventFields, EventId } from "../core/event.ts";
import { targetName } from "../core/model.ts";
import type { View } from "./view.ts";

/** What tells what waits, besides the state. */
export interface WaitingFacts {
  readonly drills: readonly DrillSummary[];
  /** The configuration is not valid, and an earlier one is in force. */
  readonly isLastGoodConfig: boolean;
}

/** What is left of an event when it is said again. */
export type Said = { readonly id: EventId; readonly fields: Event["fields"] };

/** What waits for a person now: each as the event that tells what to do, what is worst first. */
export function waitingNow(view: View, { drills, isLastGoodConfig }: WaitingFacts): Said[] {
  const found: Said[] = [];
  const say = <Id extends EventId>(id: Id, fields: EventFields[Id]): void => {
    found.push({ id, fields });
  };
  const { state, model, config } = view;
  if (state.recordFault !== null) say("record-fault", { fault: state.recordFault });
  if (state.isSaveFaulty) say("save-failed", { fault: "" });
  sayGuard(view, say);
  if (isLastGoodConfig) say("config-fault", { fault: config.path });
  for (const { id, undoFault, target } of drills) {
    if (undoFault !== null)
      say("drill-not-undone", { drill: id, target, tries: 1, fault: undoFault });
  }
  for (const { id } of model.resources.values()) {
    const { phase, blocked, stoppedOutsideSince } = state.resources.get(id);
    if (phase.is === "stop-failed") {
      say("resource-stop-failed", { resource: id, reason: phase.reason });
    } else if (blocked !== null) say("resource-blocked", { resource: id, reason: blocked });
    if (stoppedOutsideSince !== null) {
      const since = view.at - stoppedOutsideSince;
      say("resource-stopped-outside-still", { resource: id, since });
    }
  }
  const exhausted = [...model.monitors.values()].filter(({ name }) => {
    const { ladder, status } = state.monitors.get(name);
    return ladder.isExhausted && status.is === "failed";
  });
  for (const { name, recovery } of exhausted) {
    say("recovery-exhausted", { monitor: name, target: targetName(recovery.target) });
  }
  const told = new Set(exhausted.map(({ name }) => name));
  for (const { group, members, heldBy, openedAt } of state.incidents) {
    if (members.some((name) => told.has(name))) continue;
    const waitingFor = heldBy ?? members.join(", ");
    const since = view.at - openedAt;
    say("incident-open-still", { scope: group ?? "server", since, waitingFor });
  }
  for (const [scope, one] of state.suspensions) {
    const isEndless = one.untilUptime === null && one.untilWall === null;
    if (isEndless) say("suspension-reminder", { scope, since: view.at - one.since });
  }
  return found;
}

/** How the guard is; nothing where none is expected. */
function sayGuard(
  { state, at }: View,
  say: <Id extends EventId>(id: Id, fields: EventFields[Id]) => void,
): void {
  const { guard } = state;
  if (guard === null) return;
  const { cover, fault, noProof } = guard.facts;
  if (guard.goneSince !== null) return say("guard-lost", { since: at - guard.goneSince });
  if (cover === "none") say("guard-uncovered", { fault: fault ?? "" });
  else if (fault !== null) say("guard-fault", { fault });
  if (noProof !== null) say("no-proofs", { reason: noProof });
}
