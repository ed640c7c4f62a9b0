import type { Draft } from "./draft.ts";
import type { Monitor, ResourceId } from "./model.ts";
import type { Plan } from "./state.ts";

/** The first restarts of an incident tell most; later ones would only fill the disk. */
const RESTARTS_MOST = 3;

/**
 * Asks for evidence of a resource that recovery stops because of its own failure. Before the stop
 * `op` while it lives; what has ended already is started again meanwhile. Nothing while the server
 * goes down: a last resort waits for nobody.
 */
export function askForEvidence(d: Draft, id: ResourceId, plan: Plan, op: string): void {
  const { phase, stopAttempt } = d.resource(id);
  const incident = d.incident(plan.incident);
  if (plan.step === null || incident === undefined || stopAttempt > 0 || d.isGoingDown) return;
  if (incident.restarts > RESTARTS_MOST) return;
  const monitors = plan.monitors.flatMap((name) => d.model.monitors.get(name) ?? []);
  if (!monitors.some((monitor) => isAbout(d, monitor, id))) return;
  const isAlive = phase.is === "active" || phase.is === "starting";
  d.act({ type: "takeEvidence", incident: incident.id, resource: id, stop: isAlive ? op : null });
}

/** Whether the monitor's failure is that of this resource, and not only of one that needs it. */
function isAbout(d: Draft, { watches, recovery }: Monitor, id: ResourceId): boolean {
  if (watches !== null) return watches === id;
  const { target } = recovery;
  if (target.kind === "resource") return target.id === id;
  return target.kind === "group" && d.modelResource(id).group === target.group;
}
