import type { Model, ResourceId } from "./model.ts";
import type { State } from "./state.ts";

/** A resource and everything that comes after it. */
export function withDependants(model: Model, id: ResourceId): ResourceId[] {
  const found = new Set<ResourceId>([id]);
  // A Set yields what is added while it is walked, so this ends when nothing new is reached.
  for (const one of found) for (const other of model.dependants.get(one) ?? []) found.add(other);
  return [...found];
}

/** A resource and everything it comes after. */
export function withRequired(model: Model, id: ResourceId): ResourceId[] {
  return [id, ...(model.required.get(id) ?? [])];
}

/** Whether a person or somebody outside keeps it inactive, or it is blocked: nobody may start it. */
export function isHeldDown(state: State, id: ResourceId): boolean {
  const resource = state.resources.get(id);
  return (
    resource.isStoppedByPerson || resource.stoppedOutsideSince !== null || resource.blocked !== null
  );
}

/**
 * Whether the policy wants it active now. What comes after something that is held down cannot run,
 * and must not be recovered for it (never a reboot for somebody else's stop).
 */
export function isWanted(model: Model, state: State, id: ResourceId): boolean {
  const group = model.resources.get(id)?.group;
  if (group === undefined || state.groups.get(group).goal !== "active") return false;
  return (
    !isHeldDown(state, id) && !(model.required.get(id) ?? []).some((one) => isHeldDown(state, one))
  );
}

/** Whether every resource of the group that may run is active. */
export function isGroupActive(model: Model, state: State, name: string): boolean {
  const group = model.groups.get(name);
  if (!group || state.groups.get(name).goal !== "active") return false;
  return group.resources.every(
    (id) => state.resources.get(id).phase.is === "active" || !isWanted(model, state, id),
  );
}

/** Whether nothing of `ids` that must stop before this resource is left to be stopped. */
export function mayStop(model: Model, id: ResourceId, left: ReadonlySet<ResourceId>): boolean {
  if ((model.dependants.get(id) ?? []).some((one) => left.has(one))) return false;
  const group = model.resources.get(id)?.group ?? "";
  const later = model.groupsAfter.get(group) ?? [];
  return !later.some((name) => model.groups.get(name)?.resources.some((one) => left.has(one)));
}

/**
 * Whether a resource may start now (`yes`), waits for one that is still to be started (`wait`), or
 * never can because one that it comes after is not active and will not be (`never`).
 */
export function mayStart(
  model: Model,
  state: State,
  id: ResourceId,
  left: ReadonlySet<ResourceId>,
): "yes" | "wait" | "never" {
  const resource = model.resources.get(id);
  if (!resource) return "never";
  const missing = resource.after.filter((one) => state.resources.get(one).phase.is !== "active");
  if (missing.some((one) => !left.has(one))) return "never";
  if (missing.length > 0) return "wait";
  const earlier = model.groups.get(resource.group)?.after ?? [];
  const waits = earlier.some((name) =>
    model.groups.get(name)?.resources.some((one) => left.has(one)),
  );
  return waits ? "wait" : "yes";
}
