import type { Millis } from "../base/duration.ts";
import { Draft } from "./draft.ts";
import { effectiveAction } from "./final-action.ts";
import { groupOf, type Model, type ResourceId, targetName } from "./model.ts";
import { nextStep, nextStepAt } from "./recovery.ts";
import type { State } from "./state.ts";
import { isSuspended } from "./suspension.ts";

/** What can be said of why something is as it is and what comes next. Rendered outside the core. */
export interface ExplainFields {
  "monitor-is": { monitor: string; status: string; since: Millis; reason: string };
  "monitor-disabled": { monitor: string };
  "monitor-suspended": { monitor: string };
  "monitor-waits-for-target": { monitor: string; target: string };
  "monitor-folded": { monitor: string; cause: string };
  "monitor-asks": { monitor: string; required: string };
  "monitor-forgives": { monitor: string; left: number };
  "monitor-recovering": { monitor: string; curedIn: Millis };
  "ladder-at": {
    monitor: string;
    target: string;
    scripts: string;
    reactivations: string;
    groupRestarts: string;
    finalAction: string;
  };
  "ladder-exhausted": { monitor: string };
  "final-did-not-help": { monitor: string };
  "next-step": { monitor: string; step: string; target: string; in: Millis | null };
  "next-if-fails": { monitor: string; step: string; target: string };
  "resource-is": { resource: string; phase: string; since: Millis; detail: string };
  "resource-blocked": { resource: string; reason: string };
  "resource-stopped-by-person": { resource: string };
  "resource-awaits": { resource: string; monitors: string };
  "group-is": { group: string; goal: string; isByPerson: boolean; since: Millis };
  "group-plan": { group: string; kind: string; left: string; since: Millis; reason: string };
  "incident-is": {
    incident: string;
    scope: string;
    since: Millis;
    members: string;
    steps: number;
    heldBy: string | null;
  };
}

export type Explanation = {
  [Id in keyof ExplainFields]: { readonly id: Id; readonly fields: ExplainFields[Id] };
}[keyof ExplainFields];

/** Everything to say about a monitor, a resource or a group; null when there is none of that name. */
export function explain(model: Model, state: State, name: string): Explanation[] | null {
  const d = new Draft(model, state, state);
  if (model.monitors.has(name)) return explainMonitor(d, name);
  if (model.resources.has(name)) return explainResource(d, name as ResourceId);
  return model.groups.has(name) ? explainGroup(d, name) : null;
}

function explainMonitor(d: Draft, name: string): Explanation[] {
  const monitor = d.modelMonitor(name);
  const state = d.monitor(name);
  const lines: Explanation[] = [
    say("monitor-is", {
      monitor: name,
      status: state.status.is,
      since: d.at - state.since,
      reason: state.reason,
    }),
  ];
  const target = targetName(monitor.recovery.target);
  if (!monitor.isEnabled) lines.push(say("monitor-disabled", { monitor: name }));
  else if (isSuspended(d.state, d.model, monitor))
    lines.push(say("monitor-suspended", { monitor: name }));
  else if (!state.isProbing) lines.push(say("monitor-waits-for-target", { monitor: name, target }));
  if (state.consequenceOf !== null)
    lines.push(say("monitor-folded", { monitor: name, cause: state.consequenceOf }));
  if (state.awaiting !== null)
    lines.push(
      say("monitor-asks", { monitor: name, required: state.awaiting.monitors.join(", ") }),
    );
  if (state.status.is === "suspect")
    lines.push(
      say("monitor-forgives", { monitor: name, left: monitor.retries + 1 - state.status.failures }),
    );
  if (state.recoveredAt !== null) {
    lines.push(
      say("monitor-recovering", {
        monitor: name,
        curedIn: state.recoveredAt + monitor.failureTimeoutMs - d.at,
      }),
    );
  }
  return [...lines, ...explainLadder(d, name), ...explainIncidents(d, name)];
}

function explainLadder(d: Draft, name: string): Explanation[] {
  const monitor = d.modelMonitor(name);
  const { ladder, status } = d.monitor(name);
  const { recovery } = monitor;
  const action = effectiveAction(d, monitor);
  const target = targetName(recovery.target);
  const lines: Explanation[] = [
    say("ladder-at", {
      monitor: name,
      target,
      scripts: `${ladder.scripts} of ${recovery.scriptCount}`,
      reactivations: `${ladder.reactivations} of ${recovery.reactivationThreshold}`,
      groupRestarts: `${ladder.groupRestarts} of ${recovery.groupRestartThreshold}`,
      finalAction: action,
    }),
  ];
  if (action !== recovery.finalAction) lines.push(say("final-did-not-help", { monitor: name }));
  if (ladder.isExhausted) return [...lines, say("ladder-exhausted", { monitor: name })];
  const next = nextStep(monitor, ladder);
  const step = next === "final" ? action : next;
  if (status.is !== "failed")
    return [...lines, say("next-if-fails", { monitor: name, step, target })];
  const incident = d.incidentOf(name);
  const at = incident ? nextStepAt(d, incident) : null;
  const wait = at === null ? null : Math.max(0, at - d.at);
  return [...lines, say("next-step", { monitor: name, step, target, in: wait })];
}

function explainResource(d: Draft, id: ResourceId): Explanation[] {
  const { phase, since, blocked, isStoppedByPerson } = d.resource(id);
  const detail = phase.is === "failed" || phase.is === "stop-failed" ? phase.reason : "";
  const lines: Explanation[] = [
    say("resource-is", { resource: id, phase: phase.is, since: d.at - since, detail }),
  ];
  if (blocked !== null) lines.push(say("resource-blocked", { resource: id, reason: blocked }));
  if (isStoppedByPerson) lines.push(say("resource-stopped-by-person", { resource: id }));
  if (phase.is === "starting" && phase.awaiting.length > 0) {
    lines.push(say("resource-awaits", { resource: id, monitors: phase.awaiting.join(", ") }));
  }
  const { group } = d.modelResource(id);
  return [...lines, ...explainPlans(d, group), ...explainIncidents(d, id)];
}

function explainGroup(d: Draft, name: string): Explanation[] {
  const { goal, isByPerson, since } = d.group(name);
  const incidents = d.state.incidents
    .filter((one) => one.group === name)
    .flatMap((one) => one.members.slice(0, 1));
  return [
    say("group-is", { group: name, goal, isByPerson, since: d.at - since }),
    ...explainPlans(d, name),
    ...d.modelGroup(name).resources.flatMap((id) => explainResource(d, id).slice(0, 1)),
    ...incidents.flatMap((member) => explainIncidents(d, member)),
    ...[...d.model.monitors.values()]
      .filter(
        (monitor) =>
          groupOf(d.model, monitor) === name && d.monitor(monitor.name).status.is === "failed",
      )
      .flatMap((monitor) => explainMonitor(d, monitor.name)),
  ];
}

function explainPlans(d: Draft, group: string): Explanation[] {
  return d.state.plans
    .filter((plan) => plan.groups.includes(group))
    .map((plan) => {
      const left = [
        ...plan.toStop.map((id) => `stop ${id}`),
        ...plan.toStart.map((id) => `start ${id}`),
      ];
      const kind = plan.step ?? plan.kind;
      return say("group-plan", {
        group,
        kind,
        left: left.join(", "),
        since: d.at - plan.startedAt,
        reason: plan.reason,
      });
    });
}

function explainIncidents(d: Draft, member: string): Explanation[] {
  const incident = d.incidentOf(member);
  if (!incident) return [];
  return [
    say("incident-is", {
      incident: incident.id,
      scope: incident.group ?? "server",
      since: d.at - incident.openedAt,
      members: incident.members.join(", "),
      steps: incident.steps.length,
      heldBy: incident.heldBy,
    }),
  ];
}

function say<Id extends keyof ExplainFields>(id: Id, fields: ExplainFields[Id]): Explanation {
  // The mapped type pairs id and fields; the compiler cannot follow it through the parameter.
  return { id, fields } as Explanation;
}
