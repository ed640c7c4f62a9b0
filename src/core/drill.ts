import type { DrillKind } from "../base/drill.ts";
import type { Draft } from "./draft.ts";
import type { DrillHindrance, DrillNews } from "./drill-news.ts";
import { isGroupActive } from "./group-order.ts";
import { groupOf, type Model, type Resource } from "./model.ts";
import type { State } from "./state.ts";
import { isGroupSuspended, isSuspended } from "./suspension.ts";

/** Names that a drill may be made for. */
export type DrillTargets = Pick<Model, "groups" | "resources" | "monitors">;

/** The resource itself, the one a monitor watches or recovers, or the only one of a group. */
export function drilledResource(names: DrillTargets, target: string): Resource | undefined {
  const monitor = names.monitors.get(target);
  const recovered =
    monitor?.recovery.target.kind === "resource" ? monitor.recovery.target.id : null;
  const watched = monitor?.watches ?? recovered;
  if (watched !== null) return names.resources.get(watched);
  const only = names.groups.get(target)?.resources;
  return names.resources.get(only?.length === 1 ? (only[0] ?? "") : target);
}

/** The group that suffers from a drill; null where it is the server. */
export function drilledGroup(names: DrillTargets, kind: DrillKind, target: string): string | null {
  const resource = isResourceDrill(kind) ? drilledResource(names, target) : undefined;
  const monitor = names.monitors.get(target);
  return resource?.group ?? (monitor ? groupOf(names, monitor) : null);
}

/** Whether the drill of this kind breaks a resource; the others are made for a monitor. */
export function isResourceDrill(kind: DrillKind): boolean {
  return kind === "kill" || kind === "freeze" || kind === "slow";
}

/**
 * Why nothing may be broken on purpose now without a person who looks at it: the server must be well,
 * and the policy free to heal it. Null when it may.
 */
export function drillHindrance(
  model: Model,
  state: State,
  kind: DrillKind,
  target: string,
): DrillHindrance | null {
  const general = hindranceOfAll(model, state);
  if (general !== null) return general;
  const monitor = model.monitors.get(target);
  const group = drilledGroup(model, kind, target);
  if (group !== null && isGroupSuspended(state, group))
    return { because: "suspended", name: group };
  if (group !== null && !isGroupActive(model, state, group)) {
    return { because: "not-active", name: group };
  }
  if (monitor && isSuspended(state, model, monitor)) return { because: "suspended", name: target };
  for (const [name, { status, isProbing }] of state.monitors.entries()) {
    if (status.is === "failed" || status.is === "suspect") return { because: "not-well", name };
    const one = model.monitors.get(name);
    const isNear = name === target || (group !== null && one && groupOf(model, one) === group);
    if (isNear && isProbing && status.is === "waiting") return { because: "not-judged", name };
  }
  return null;
}

function hindranceOfAll(model: Model, state: State): DrillHindrance | null {
  const [incident] = state.incidents;
  if (state.shutdownSince !== null || state.order !== null) return plain("going-down");
  if (model.mode === "observe") return plain("observe");
  if (state.isSaveFaulty) return plain("not-saved");
  const { limit } = model.reboots;
  // What a drill leads to must not be the reboot that is one too many.
  if (limit > 0 && state.record.counted.length >= limit) return plain("reboot-limit");
  if (state.packageWork !== null) return plain("package-work");
  if (incident !== undefined) return { because: "incident", name: incident.group ?? "server" };
  return state.plans.length > 0 ? plain("busy") : null;
}

function plain(because: DrillHindrance["because"]): DrillHindrance {
  return { because, name: "" };
}

/** Tells what became of a drill; it changes nothing, what it broke is judged like every fault. */
export function takeDrill(d: Draft, news: DrillNews): void {
  switch (news.is) {
    case "begun": {
      const { drill, target, by, fault } = news;
      return d.tell("drill-begun", { drill, target, by, fault });
    }
    case "ended": {
      const { drill, target, verdict, detectedBy, detected, recovered } = news;
      if (verdict === "not-detected" || verdict === "not-recovered")
        return d.tell("drill-failed", { drill, target, verdict, detectedBy });
      return d.tell("drill-ended", { drill, target, verdict, detectedBy, detected, recovered });
    }
    case "not-undone": {
      const { drill, target, tries, fault } = news;
      return d.tell("drill-not-undone", { drill, target, tries, fault });
    }
    case "skipped": {
      const { drill, target, window, because, name } = news;
      return d.tell("drill-skipped", { drill, target, window, because, name });
    }
  }
}
