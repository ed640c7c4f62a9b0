import type { Draft } from "./draft.ts";
import { takeServerAction } from "./final-action.ts";
import { openOrJoin } from "./incident.ts";
import type { ResourceId } from "./model.ts";
import { isServerAction } from "./reboot-limit.ts";
import type { Trouble } from "./operation-end.ts";
import type { Incident } from "./state.ts";
import { takeStop } from "./recovery.ts";

/**
 * A resource could not be started or stopped and no try is left. In a step of recovery a failed
 * start is the ladder's business: it goes on with the next step (src/README.md, decision 13).
 */
export function takeTrouble(d: Draft, trouble: Trouble): void {
  const { resource, doing, action, reason } = trouble;
  if (doing === "start" && trouble.isInRecovery) return;
  // What goes down anyway is told, not acted upon.
  if (d.isGoingDown) return;
  const { group } = d.modelResource(resource);
  const incident = openOrJoin(d, group, resource, reason);
  if (doing === "start") {
    d.tell("group-start-failed", { group, resource, action }, incident.id);
  }
  // What the action itself could not stop either is not stopped over and over.
  const isKnown = d.resource(resource).blocked !== null;
  if (doing === "stop") {
    d.patchResource(resource, { blocked: reason });
    d.mustSync = true;
  }
  if (doing === "stop" && (action === "none" || isKnown)) {
    d.tell("resource-blocked", { resource, reason }, incident.id);
    return;
  }
  if (action === "none") return;
  if (!isServerAction(action)) {
    const cause = { name: resource, monitor: null, reason };
    takeStop(d, incident, action, { kind: "resource", id: resource }, cause);
    return;
  }
  const { asked } = d.incident(incident.id) ?? incident;
  const others = asked.filter((one) => one.resource !== resource);
  d.patchIncident(incident.id, { asked: [...others, { resource, action, reason }] });
}

/** Server-level actions that a failed start or stop asked for, until pace and limit let them pass. */
export function takeAsked(d: Draft): void {
  for (const incident of d.state.incidents) {
    for (const one of incident.asked) {
      if (d.isGoingDown) return;
      const resource = d.state.resources.find(one.resource);
      if (!resource || resource.phase.is === "active") {
        dropAsked(d, incident, one.resource);
        continue;
      }
      const cause = { name: one.resource, monitor: null, reason: one.reason };
      if (takeServerAction(d, incident, cause, one.action) !== "taken") continue;
      dropAsked(d, incident, one.resource);
    }
  }
}

function dropAsked(d: Draft, { id }: Incident, resource: ResourceId): void {
  const asked = d.incident(id)?.asked ?? [];
  d.patchIncident(id, { asked: asked.filter((one) => one.resource !== resource) });
}
