import type { Draft } from "./draft.ts";
import type { StepKind } from "./event.ts";
import { isGroupActive, isWanted, withDependants, withRequired } from "./group-order.ts";
import type { ResourceId, Target } from "./model.ts";
import { beginPlan } from "./plan.ts";
import type { Plan } from "./state.ts";

const NO_STEP = {
  step: null,
  attempt: 1,
  incident: null,
  monitors: [],
  thenStopAgent: false,
} as const;

/** Starts everything of these groups that is wanted; what failed is cleaned up first. */
export function planActivate(d: Draft, groups: readonly string[], reason: string): void {
  for (const name of groups) {
    const group = d.modelGroup(name);
    const toStart = group.resources.filter((id) => isWanted(d.model, d.state, id));
    const isWaiting = group.after.length > 0;
    const missing = group.after.filter(
      (one) => d.group(one).goal === "active" && !isGroupActive(d.model, d.state, one),
    );
    if (missing.length > 0) {
      d.tell("group-waits", { group: name, for: missing.join(", "), limit: group.waitLimitMs });
    }
    d.patchGroup(name, { waitsUntil: isWaiting ? d.at + group.waitLimitMs : null });
    beginPlan(d, {
      ...NO_STEP,
      kind: "activate",
      target: name,
      groups: [name],
      toStop: toStart.filter((id) => isBroken(d, id)),
      toStart: toStart.filter((id) => d.resource(id).phase.is !== "active"),
      reason,
    });
  }
}

/** Stops these groups, later ones first. */
export function planDeactivate(
  d: Draft,
  groups: readonly string[],
  reason: string,
  thenStopAgent: boolean,
): Plan {
  return beginPlan(d, {
    ...NO_STEP,
    kind: "deactivate",
    target: groups.length === 1 ? (groups[0] ?? "") : "all-groups",
    groups,
    toStop: groups.flatMap((name) => d.modelGroup(name).resources).filter((id) => !isDown(d, id)),
    toStart: [],
    reason,
    thenStopAgent,
  });
}

/** Starts one resource and what it comes after. */
export function planStart(d: Draft, id: ResourceId, reason: string): void {
  const chain = withRequired(d.model, id).filter((one) => isWanted(d.model, d.state, one));
  beginPlan(d, {
    ...NO_STEP,
    kind: "activate",
    target: id,
    groups: [d.modelResource(id).group],
    toStop: chain.filter((one) => isBroken(d, one)),
    toStart: chain.filter((one) => d.resource(one).phase.is !== "active"),
    reason,
  });
}

/** Stops one resource and what comes after it. */
export function planStop(d: Draft, id: ResourceId, reason: string): Plan {
  return beginPlan(d, {
    ...NO_STEP,
    kind: "deactivate",
    target: id,
    groups: [d.modelResource(id).group],
    toStop: withDependants(d.model, id).filter((one) => !isDown(d, one)),
    toStart: [],
    reason,
  });
}

export interface Restart {
  readonly step: StepKind | null;
  readonly attempt: number;
  readonly incident: string | null;
  readonly monitors: readonly string[];
  readonly reason: string;
}

/** Stops the target with what comes after it, and starts what of it is wanted. */
export function planRestart(d: Draft, target: Target, name: string, restart: Restart): Plan {
  const ids = targetResources(d, target);
  const wanted = ids.filter((id) => isWanted(d.model, d.state, id));
  // What it comes after may be down too: without it the target could not be started.
  const missing = wanted
    .flatMap((id) => withRequired(d.model, id))
    .filter((id) => d.resource(id).phase.is !== "active" && isWanted(d.model, d.state, id));
  return beginPlan(d, {
    ...restart,
    kind: "restart",
    target: name,
    groups: [...new Set(ids.map((id) => d.modelResource(id).group))],
    // What failed is proved empty too: a tree may be left of it.
    toStop: [
      ...new Set([
        ...ids.filter((id) => mustStop(d, id)),
        ...missing.filter((id) => isBroken(d, id)),
      ]),
    ],
    toStart: [...new Set([...missing, ...wanted])],
    thenStopAgent: false,
  });
}

function mustStop(d: Draft, id: ResourceId): boolean {
  return !isDown(d, id) && (isWanted(d.model, d.state, id) || isAlive(d, id));
}

/** The resources a restart of this target stops and starts. */
export function targetResources(d: Draft, target: Target): ResourceId[] {
  switch (target.kind) {
    case "resource":
      return withDependants(d.model, target.id);
    case "group":
      return [...d.modelGroup(target.group).resources];
    case "all-groups":
      return [...d.model.groups.values()]
        .filter((group) => d.group(group.name).goal === "active")
        .flatMap((group) => group.resources);
    case "server":
    case "none":
      return [];
  }
}

function isDown(d: Draft, id: ResourceId): boolean {
  return d.resource(id).phase.is === "inactive";
}

function isAlive(d: Draft, id: ResourceId): boolean {
  const { is } = d.resource(id).phase;
  return is === "active" || is === "starting" || is === "stopping";
}

function isBroken(d: Draft, id: ResourceId): boolean {
  const { is } = d.resource(id).phase;
  return is === "failed" || is === "stop-failed";
}

/** Whether something of the group is inactive that is to be active, and no plan is at it. */
export function isLeftDown(d: Draft, name: string): boolean {
  if (d.state.plans.some((plan) => plan.groups.includes(name))) return false;
  return d.modelGroup(name).resources.some((id) => isDown(d, id) && isWanted(d.model, d.state, id));
}
