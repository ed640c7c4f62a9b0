import type { Statement } from "../api/answers.ts";
import type { StatementFields, StatementId } from "../api/statements.ts";
import {
  activePlace,
  type Group,
  groupOf,
  type Monitor,
  type Resource,
  type SuspendScope,
  targetName,
} from "../core/model.ts";
import type { Plan } from "../core/state.ts";
import { isSuspended, openWindows, scopesOf } from "../core/suspension.ts";
import { suspensionLeft } from "./pauses.ts";
import { groupStatus, monitorStatus, resourceStatus } from "./status.ts";
import type { View } from "./view.ts";

class Statements {
  readonly all: Statement[] = [];

  say<Id extends StatementId>(id: Id, fields: StatementFields[Id]): void {
    this.all.push({ id, fields });
  }
}

/** Why this monitor is as it is, and what comes next. */
export function explainMonitor(view: View, monitor: Monitor): Statement[] {
  const out = new Statements();
  const { name } = monitor;
  const state = view.state.monitors.get(name);
  const shown = monitorStatus(view, monitor);
  const { status, lastsMs, reason, lastProbe } = shown;
  out.say("monitor-is", { monitor: name, status, lasts: lastsMs, reason });
  if (lastProbe !== null) {
    const { outcome, tookMs, agoMs } = lastProbe;
    out.say("monitor-last-probe", {
      monitor: name,
      outcome,
      reason: lastProbe.reason,
      took: tookMs,
      ago: agoMs,
    });
  }
  explainProbing(view, monitor, out);
  if (status === "suspect") {
    out.say("monitor-suspect", {
      monitor: name,
      failures: shown.failures,
      allowed: monitor.retries,
    });
  }
  if (state.isRehearsed) out.say("monitor-rehearsed", { monitor: name });
  if (state.isStuck) out.say("monitor-stuck", { monitor: name });
  if (state.isAlertOnly) out.say("monitor-not-own-fault", { monitor: name });
  if (state.consequenceOf !== null) {
    out.say("monitor-consequence", { monitor: name, of: state.consequenceOf });
  }
  if (state.awaiting !== null) {
    out.say("monitor-awaits", { monitor: name, monitors: [...state.awaiting.monitors] });
  }
  if (state.isFlapping)
    out.say("monitor-flapping", { monitor: name, changes: state.changes.length });
  if (state.isChronic) out.say("monitor-chronic", { monitor: name, cures: state.cures.length });
  if (state.recoveredAt !== null) {
    const wait = Math.max(0, state.recoveredAt + monitor.failureTimeoutMs - view.at);
    out.say("monitor-cured-in", { monitor: name, wait });
  }
  explainLadder(view, monitor, out);
  const group = groupOf(view.model, monitor);
  explainScope(view, group, out);
  return out.all;
}

function explainProbing(view: View, monitor: Monitor, out: Statements): void {
  const { name } = monitor;
  if (view.state.monitors.get(name).isProbing) {
    const wait = view.nextProbeMs(name);
    if (wait !== null) out.say("monitor-next-probe", { monitor: name, wait });
    return;
  }
  const place = activePlace(monitor) ?? "";
  const because = monitor.isEnabled
    ? isSuspended(view.state, view.model, monitor)
      ? "suspended"
      : view.state.shutdownSince !== null
        ? "shutdown"
        : "inactive"
    : "disabled";
  out.say("monitor-not-probed", { monitor: name, because, place });
  for (const scope of scopesOf(view.model, monitor)) saySuspension(view, scope, out);
}

/** A person's suspension of this scope, and planned windows that are open over it. */
function saySuspension(view: View, scope: SuspendScope, out: Statements): void {
  for (const window of openWindows(view.state, scope)) {
    const isKnown = out.all.some(
      ({ id, fields }) => id === "window-open" && fields["window"] === window,
    );
    const untilWall = view.state.windows.get(window)?.untilWall ?? view.wall;
    if (!isKnown) out.say("window-open", { window, left: Math.max(0, untilWall - view.wall) });
  }
  const one = view.state.suspensions.get(scope);
  const isSaid = out.all.some(({ id, fields }) => id === "suspended" && fields["scope"] === scope);
  if (!one || isSaid) return;
  out.say("suspended", { scope, by: one.by, left: suspensionLeft(view, one) });
}

function explainLadder(view: View, monitor: Monitor, out: Statements): void {
  const { name, recovery } = monitor;
  const { ladder } = view.state.monitors.get(name);
  const target = targetName(recovery.target);
  const group = groupOf(view.model, monitor) ?? target;
  const rungs = [
    { step: "script", target, taken: ladder.scripts, allowed: recovery.scriptCount },
    {
      step: "reactivation",
      target,
      taken: ladder.reactivations,
      allowed: recovery.reactivationThreshold,
    },
    {
      step: "group-restart",
      target: group,
      taken: ladder.groupRestarts,
      allowed: recovery.groupRestartThreshold,
    },
  ].filter((rung) => rung.allowed > 0);
  for (const rung of rungs) out.say("ladder-rung", { monitor: name, ...rung });
  if (ladder.isExhausted) {
    out.say("ladder-exhausted", { monitor: name });
    return;
  }
  const next = rungs.find((rung) => rung.taken < rung.allowed);
  const step = next?.step ?? recovery.finalAction;
  out.say("ladder-next", { monitor: name, step, target: next?.target ?? "server" });
}

/** Why this resource is as it is, and what comes next. */
export function explainResource(view: View, resource: Resource): Statement[] {
  const out = new Statements();
  const { id } = resource;
  const state = view.state.resources.get(id);
  const shown = resourceStatus(view, resource);
  out.say("resource-is", {
    resource: id,
    phase: shown.phase,
    lasts: shown.lastsMs,
    reason: shown.reason,
  });
  if (shown.pids.length > 0) {
    out.say("resource-tree", {
      resource: id,
      tracking: shown.tracking,
      pids: shown.pids.map(String),
    });
  }
  if (state.phase.is === "starting" && state.phase.awaiting.length > 0) {
    const wait = Math.max(0, state.phase.until - view.at);
    out.say("resource-awaits", { resource: id, monitors: [...state.phase.awaiting], wait });
  }
  const waitsFor = resource.after.filter(
    (one) => view.state.resources.get(one).phase.is !== "active",
  );
  const isDue = view.state.plans.some((plan) => plan.toStart.includes(id));
  if (isDue && waitsFor.length > 0) out.say("resource-after", { resource: id, waitsFor });
  if (state.blocked !== null) out.say("resource-blocked", { resource: id, reason: state.blocked });
  if (state.isStoppedByPerson) out.say("resource-stopped-by-person", { resource: id });
  if (state.stoppedOutsideSince !== null) {
    const lasts = view.at - state.stoppedOutsideSince;
    out.say("resource-stopped-outside", { resource: id, lasts });
  }
  explainScope(view, resource.group, out);
  return out.all;
}

/** Why this group is as it is, and what comes next. */
export function explainGroup(view: View, group: Group): Statement[] {
  const out = new Statements();
  const { name } = group;
  const shown = groupStatus(view, group);
  out.say("group-is", { group: name, phase: shown.phase, goal: shown.goal, lasts: shown.lastsMs });
  if (shown.isByPerson) out.say("group-by-person", { group: name, goal: shown.goal });
  if (shown.waitsMs !== null) {
    out.say("group-waits", { group: name, for: shown.after, wait: shown.waitsMs });
  }
  for (const { id, phase, lastsMs, reason } of shown.resources) {
    if (phase === "active") continue;
    out.say("resource-is", { resource: id, phase, lasts: lastsMs, reason });
  }
  explainScope(view, name, out);
  return out.all;
}

/** How the server as a whole is. */
export function explainServer(view: View): Statement[] {
  const out = new Statements();
  const { state, model } = view;
  out.say("server-is", {
    mode: model.mode,
    groups: model.groups.size,
    monitors: model.monitors.size,
    failed: state.monitors.rows().filter((one) => one.status.is === "failed").length,
    incidents: state.incidents.length,
  });
  const record = model.mode === "observe" ? state.observedRecord : state.record;
  out.say("server-record", { counted: record.counted.length, limit: model.reboots.limit });
  if (!state.hasGuard) out.say("server-actions-simulated", {});
  sayGuard(view, out);
  for (const plan of state.plans) sayPlan(view, plan, out);
  for (const incident of state.incidents) explainIncident(view, incident.group, out);
  return out.all;
}

/** How the guard is, and what is not covered; nothing where none is expected. */
function sayGuard({ state, at }: View, out: Statements): void {
  const { guard } = state;
  if (guard === null) return;
  const { cover, device, timeoutMs: timeout, fault } = guard.facts;
  if (guard.goneSince !== null) out.say("guard-gone", { since: at - guard.goneSince });
  else if (cover === "unarmed") out.say("guard-unarmed", {});
  else if (cover === "none") out.say("guard-uncovered", { fault: fault ?? "" });
  else out.say("guard-feeds", { device, kind: cover, timeout });
  if (fault !== null && cover !== "none") out.say("guard-fault", { fault });
}

/** What runs, is open or suspended for a group (null: the server). */
function explainScope(view: View, group: string | null, out: Statements): void {
  for (const plan of view.state.plans) {
    if (group !== null && plan.groups.includes(group)) sayPlan(view, plan, out);
  }
  explainIncident(view, group, out);
  for (const scope of ["all", `group:${group}`] as const) saySuspension(view, scope, out);
}

function sayPlan(view: View, plan: Plan, out: Statements): void {
  out.say("plan-runs", {
    target: plan.target,
    kind: plan.kind,
    reason: plan.reason,
    lasts: view.at - plan.startedAt,
    left: [...plan.toStop, ...plan.toStart],
  });
}

function explainIncident(view: View, group: string | null, out: Statements): void {
  const incident = view.state.incidents.find((one) => one.group === group);
  if (!incident) return;
  out.say("incident-open", {
    incident: incident.id,
    scope: group ?? "server",
    cause: incident.cause,
    lasts: view.at - incident.openedAt,
    steps: incident.steps.length,
  });
  if (incident.heldBy !== null) {
    out.say("incident-held", { incident: incident.id, because: incident.heldBy });
  }
}
