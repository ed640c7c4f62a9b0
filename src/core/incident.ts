import { DAY, MINUTE } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import type { StepKind, Verdict } from "./event.ts";
import { groupOf, type ResourceId } from "./model.ts";
import type { Incident, Ladder } from "./state.ts";

export const LADDER_START: Ladder = {
  scripts: 0,
  reactivations: 0,
  groupRestarts: 0,
  isExhausted: false,
};

/** How many steps of an incident are kept; the oldest go first. */
export const STEPS_MAX = 50;

/** A resource that could not be started has recovered when it has been active for so long. */
const RESOURCE_CURE_MS = 10 * MINUTE;

/** The word for where an incident belongs, in events. */
export function scopeName(incident: Incident): string {
  return incident.group ?? "server";
}

/** Opens an incident of the group (null: of the server) with this member, or joins the open one. */
export function openOrJoin(
  d: Draft,
  group: string | null,
  member: string,
  reason: string,
): Incident {
  const open = d.state.incidents.find((one) => one.group === group);
  if (!open) return openIncident(d, group, member, reason);
  if (open.members.includes(member)) return open;
  d.patchIncident(open.id, {
    members: [...open.members, member],
    participants: [...new Set([...open.participants, member])],
  });
  d.tell("incident-joined", { scope: scopeName(open), monitor: member, reason }, open.id);
  return d.incident(open.id) ?? open;
}

function openIncident(d: Draft, group: string | null, member: string, reason: string): Incident {
  const day = new Date(d.wall).toISOString().slice(0, 10).replaceAll("-", "");
  const incident: Incident = {
    id: `${day}-${d.state.nextIncident}`,
    group,
    openedAt: d.at,
    openedWall: d.wall,
    cause: member,
    members: [member],
    participants: [member],
    steps: [],
    restarts: 0,
    lastRestartAt: null,
    remindAt: d.at + DAY,
    asked: [],
    heldBy: null,
    blockedRemindAt: null,
  };
  d.patch({
    incidents: [...d.state.incidents, incident],
    nextIncident: d.state.nextIncident + 1,
  });
  d.tell("incident-opened", { scope: scopeName(incident), monitor: member, reason }, incident.id);
  return incident;
}

/** Writes a step into the incident and counts it for the pace when it restarts something. */
export function addStep(
  d: Draft,
  id: string,
  step: StepKind,
  target: string,
  isSimulated: boolean,
): void {
  const incident = d.incident(id);
  if (!incident) return;
  const isRestart = step === "reactivation" || step === "group-restart";
  const result = isSimulated ? "simulated" : null;
  const taken = { step, target, at: d.at, wall: d.wall, result, tookMs: null, isSimulated };
  d.patchIncident(id, {
    steps: [...incident.steps, taken].slice(-STEPS_MAX),
    restarts: incident.restarts + (isRestart ? 1 : 0),
    lastRestartAt: isRestart ? d.at : incident.lastRestartAt,
    heldBy: null,
  });
}

/** A member is well again for good: without members the incident ends. */
export function leave(d: Draft, member: string, verdict: Verdict): void {
  const incident = d.incidentOf(member);
  if (!incident) return;
  const members = incident.members.filter((one) => one !== member);
  d.patchIncident(incident.id, { members });
  if (members.length === 0) endIncident(d, incident.id, verdict);
}

/** Incidents of what the configuration in force does not have, or has anew, are withdrawn. */
export function withdrawMissing(d: Draft, changed: ReadonlySet<string>): void {
  for (const { group, members } of d.state.incidents) {
    const isGroupGone = group !== null && !d.model.groups.has(group);
    for (const member of members) {
      const isThere = d.model.monitors.has(member) || d.model.resources.has(member);
      const name = member.includes("/") ? member : `monitor:${member}`;
      if (isGroupGone || !isThere || changed.has(name)) leave(d, member, "withdrawn");
    }
  }
}

export function endIncident(d: Draft, id: string, verdict: Verdict): void {
  const incident = d.incident(id);
  if (!incident) return;
  d.patch({ incidents: d.state.incidents.filter((one) => one.id !== id) });
  const steps = incident.steps.length;
  const lasted = d.at - incident.openedAt;
  d.tell("incident-ended", { scope: scopeName(incident), verdict, lasted, steps }, id);
}

/** Cures members that have been well for their failure timeout; ends incidents without members. */
export function cure(d: Draft): void {
  for (const incident of d.state.incidents) {
    for (const member of incident.members) {
      const isCured = member.includes("/") ? isResourceCured(d, member) : cureMonitor(d, member);
      if (isCured) leave(d, member, hasActed(incident) ? "cured" : "cured-by-itself");
    }
  }
}

function hasActed(incident: Incident): boolean {
  return incident.steps.some((step) => !step.isSimulated);
}

function isResourceCured(d: Draft, member: string): boolean {
  const resource = d.state.resources.find(member);
  if (!resource) return true;
  return resource.phase.is === "active" && d.at - resource.since >= RESOURCE_CURE_MS;
}

function cureMonitor(d: Draft, name: string): boolean {
  const monitor = d.modelMonitor(name);
  const { recoveredAt } = d.monitor(name);
  if (recoveredAt === null || d.at - recoveredAt < monitor.failureTimeoutMs) return false;
  d.tell("monitor-cured", { monitor: name }, d.incidentOf(name)?.id ?? null);
  const { record } = d.state;
  const isJudged = record.judging.some((one) => one.monitor === name);
  if (isJudged || record.didNotHelp.includes(name)) {
    d.mustSync = true;
    d.patch({
      record: {
        ...record,
        judging: record.judging.filter((one) => one.monitor !== name),
        didNotHelp: record.didNotHelp.filter((one) => one !== name),
      },
    });
  }
  settleFlapping(d, name);
  countCure(d, name);
  return true;
}

function settleFlapping(d: Draft, name: string): void {
  const { isFlapping, changes } = d.monitor(name);
  if (isFlapping) d.tell("monitor-settled", { monitor: name, changes: changes.length });
  d.patchMonitor(name, { isFlapping: false, recoveredAt: null });
}

/** More than `chronic-limit` cures in a day: the cure does not last, so the ladder starts higher. */
function countCure(d: Draft, name: string): void {
  const monitor = d.modelMonitor(name);
  const { cures, isChronic } = d.monitor(name);
  const recent = [...cures.filter((at) => d.at - at < DAY), d.at].slice(
    -(monitor.chronicLimit + 1),
  );
  const isNow = recent.length > monitor.chronicLimit;
  if (isNow && !isChronic) d.tell("monitor-chronic", { monitor: name, cures: recent.length });
  const isEscalated = isNow && monitor.chronic === "escalate";
  const { scriptCount, reactivationThreshold } = monitor.recovery;
  d.patchMonitor(name, {
    cures: recent,
    isChronic: isNow,
    ladder: isEscalated
      ? { ...LADDER_START, scripts: scriptCount, reactivations: reactivationThreshold }
      : LADDER_START,
  });
}

/** Every open incident is told of daily, so that none is forgotten. */
export function remindOfIncidents(d: Draft): void {
  for (const incident of d.state.incidents) {
    if (d.at < incident.remindAt) continue;
    d.patchIncident(incident.id, { remindAt: d.at + DAY });
    const since = d.at - incident.openedAt;
    const waitingFor = incident.heldBy ?? incident.members.join(", ");
    d.tell("incident-open-still", { scope: scopeName(incident), since, waitingFor }, incident.id);
  }
}

/** A person's word on these members: their counters start anew, their incidents end. */
export function zero(d: Draft, monitors: Iterable<string>, resources: Iterable<ResourceId>): void {
  for (const name of monitors) {
    const { status, consequenceOf } = d.monitor(name);
    d.patchMonitor(name, {
      ladder: LADDER_START,
      dueSince: null,
      awaiting: null,
      recoveredAt: null,
      consequenceOf: null,
      changes: [],
      isFlapping: false,
      cures: [],
      isChronic: false,
      isAlertOnly: false,
      isStuck: false,
      ...(status.is === "failed" || status.is === "suspect" || consequenceOf !== null
        ? { status: { is: "waiting" }, since: d.at }
        : {}),
    });
    const { record } = d.state;
    d.patch({
      record: {
        ...record,
        judging: record.judging.filter((one) => one.monitor !== name),
        didNotHelp: record.didNotHelp.filter((one) => one !== name),
      },
    });
    leave(d, name, "ended-by-person");
  }
  for (const id of resources) leave(d, id, "ended-by-person");
}

/**
 * What was due is not due any more: after a pause, of a person's or of the agent, only a new probe
 * may lead to an action, never a stale event.
 */
export function judgeAnew(d: Draft, names: Iterable<string> = d.model.monitors.keys()): void {
  for (const name of names) {
    const { status, awaiting, dueSince } = d.monitor(name);
    if (status.is !== "failed" && awaiting === null && dueSince === null) continue;
    d.patchMonitor(name, {
      awaiting: null,
      dueSince: null,
      ...(status.is === "failed" ? { status: { is: "failed", failures: 0 } } : {}),
    });
  }
}

/** Monitors whose incident is this group's. */
export function monitorsOfGroup(d: Draft, group: string): string[] {
  const names: string[] = [];
  for (const monitor of d.model.monitors.values()) {
    if (groupOf(d.model, monitor) === group) names.push(monitor.name);
  }
  return names;
}
