import type {
  AgentFacts,
  GroupStatus,
  IncidentStatus,
  MonitorStatus,
  RebootsAnswer,
  ResourceStatus,
  ServerStatus,
  Statement,
} from "../api/answers.ts";
import { type Group, type Monitor, type Resource, targetName } from "../core/model.ts";
import type { Incident, RecordEntry } from "../core/state.ts";
import { isSuspended } from "../core/suspension.ts";
import { pauses } from "./pauses.ts";
import { provenStatus } from "./proven-status.ts";
import type { View } from "./view.ts";

/** Things about the agent itself that `status` says and the policy does not know. */
export interface ShellFacts {
  readonly agent: AgentFacts;
  readonly isLastGoodConfig: boolean;
  readonly eventsLost: number;
  readonly logLinesLost: number;
  /** Mails wait that no server takes. */
  readonly isMailFaulty: boolean;
  readonly isDestinationFaulty: boolean;
  /** Other servers that are listened to. */
  readonly heard: ServerStatus["heard"];
  readonly lastEvent: number;
}

/** The whole server at one moment, for `status`. */
export function serverStatus(view: View, shell: ShellFacts): ServerStatus {
  const { state, model } = view;
  const groups = [...model.groups.values()].map((group) => groupStatus(view, group));
  const monitors = [...model.monitors.values()].map((monitor) => monitorStatus(view, monitor));
  const incidents = state.incidents.map((incident) => incidentStatus(view, incident));
  return {
    isHealthy:
      incidents.length === 0 &&
      groups.every(isGroupWell) &&
      monitors.every((one) => one.status !== "failed"),
    agent: shell.agent,
    server: view.config.server.title,
    wall: view.wall,
    groups,
    monitors,
    incidents,
    suspensions: pauses(view),
    heard: shell.heard,
    plans: state.plans.map((plan) => ({
      id: plan.id,
      kind: plan.kind,
      target: plan.target,
      reason: plan.reason,
      lastsMs: view.at - plan.startedAt,
    })),
    notes: notes(view, shell),
    lastEvent: shell.lastEvent,
  };
}

/** What a person stopped is well as it is. */
function isGroupWell(group: GroupStatus): boolean {
  return (
    (group.goal === "inactive" || group.phase !== "failed") &&
    group.resources.every((one) => one.blocked === null && one.phase !== "stop-failed")
  );
}

export function groupStatus(view: View, group: Group): GroupStatus {
  const state = view.state.groups.get(group.name);
  const resources = group.resources.flatMap((id) => {
    const resource = view.model.resources.get(id);
    return resource ? [resourceStatus(view, resource)] : [];
  });
  return {
    name: group.name,
    title: group.title,
    goal: state.goal,
    phase: groupPhase(resources),
    isByPerson: state.isByPerson,
    lastsMs: view.at - state.since,
    waitsMs: state.waitsUntil === null ? null : Math.max(0, state.waitsUntil - view.at),
    after: [...group.after],
    resources,
  };
}

function groupPhase(resources: readonly ResourceStatus[]): GroupStatus["phase"] {
  const has = (phase: ResourceStatus["phase"]) => resources.some((one) => one.phase === phase);
  if (has("stopping")) return "stopping";
  if (has("starting")) return "starting";
  if (has("failed") || has("stop-failed")) return "failed";
  if (!has("inactive")) return "active";
  return has("active") ? "partly-active" : "inactive";
}

export function resourceStatus(view: View, resource: Resource): ResourceStatus {
  const state = view.state.resources.get(resource.id);
  const tree = view.tree(resource.id);
  const { phase } = state;
  return {
    id: resource.id,
    type: resource.type,
    kind: resource.kind,
    phase: phase.is,
    reason: "reason" in phase ? phase.reason : "",
    lastsMs: view.at - state.since,
    pids: [...tree.pids],
    tracking: tree.tracking,
    starts: state.starts,
    isStoppedByPerson: state.isStoppedByPerson,
    isStoppedOutside: state.stoppedOutsideSince !== null,
    blocked: state.blocked,
    awaiting: phase.is === "starting" ? [...phase.awaiting] : [],
    after: [...resource.after],
  };
}

export function monitorStatus(view: View, monitor: Monitor): MonitorStatus {
  const state = view.state.monitors.get(monitor.name);
  const last = view.lastProbe(monitor.name);
  const { recovery } = monitor;
  const { status } = state;
  return {
    name: monitor.name,
    type: monitor.type,
    target: targetName(recovery.target),
    isEnabled: monitor.isEnabled,
    status: status.is,
    reason: state.reason,
    lastsMs: view.at - state.since,
    failures: "failures" in status ? status.failures : 0,
    retries: monitor.retries,
    intervalMs: monitor.intervalMs,
    timeoutMs: monitor.timeoutMs,
    isProbing: state.isProbing,
    lastProbe:
      last === null
        ? null
        : {
            outcome: last.outcome,
            reason: last.reason,
            tookMs: last.durationMs,
            agoMs: view.at - last.at,
          },
    ladder: {
      scripts: state.ladder.scripts,
      scriptCount: recovery.scriptCount,
      reactivations: state.ladder.reactivations,
      reactivationThreshold: recovery.reactivationThreshold,
      groupRestarts: state.ladder.groupRestarts,
      groupRestartThreshold: recovery.groupRestartThreshold,
      finalAction: recovery.finalAction,
      isExhausted: state.ladder.isExhausted,
    },
    isFlapping: state.isFlapping,
    isChronic: state.isChronic,
    isRehearsed: state.isRehearsed,
    isSuspended: isSuspended(view.state, view.model, monitor),
    consequenceOf: state.consequenceOf,
    proven: provenStatus(monitor, state.proven, view.wall),
  };
}

export function incidentStatus(view: View, incident: Incident): IncidentStatus {
  return {
    id: incident.id,
    group: incident.group,
    openedWall: incident.openedWall,
    lastsMs: view.at - incident.openedAt,
    cause: incident.cause,
    members: [...incident.members],
    steps: incident.steps.map(({ step, target, wall, result, tookMs, isSimulated }) => ({
      step,
      target,
      wall,
      result,
      tookMs,
      isSimulated,
    })),
    waitingFor: incident.heldBy,
  };
}

function notes(view: View, shell: ShellFacts): Statement[] {
  const { state, model } = view;
  const found: Statement[] = [];
  const note = (isSo: boolean, id: string, fields: Statement["fields"] = {}): void => {
    if (isSo) found.push({ id, fields });
  };
  const { hasGuard, guard } = state;
  const isObserving = model.mode === "observe";
  // The file says otherwise, so it was the kernel's command line.
  note(isObserving && view.config.effective["mode"] === "enforce", "observe-by-kernel");
  note(isObserving, "observe-mode");
  note(!hasGuard && (guard === null || isObserving), "server-actions-simulated");
  if (guard !== null && !isObserving) {
    const isGone = guard.goneSince !== null;
    note(isGone, "guard-gone");
    note(!isGone && !hasGuard, "guard-waits");
    note(hasGuard && guard.facts.cover === "none", "guard-uncovered");
    note(hasGuard && guard.facts.noProof !== null, "guard-unproven");
  }
  note(state.shutdownSince !== null, "shutdown-in-progress");
  note(state.packageWork?.endedAt === null, "package-work");
  note(state.isSaveFaulty, "save-faulty");
  note(state.recordFault !== null, "record-faulty", { fault: state.recordFault });
  note(shell.isMailFaulty, "mail-faulty");
  note(shell.isDestinationFaulty, "destination-faulty");
  note(shell.isLastGoodConfig, "config-faulty", { path: view.config.path });
  note(shell.eventsLost > 0, "events-lost", { count: shell.eventsLost });
  note(shell.logLinesLost > 0, "log-lines-lost", { count: shell.logLinesLost });
  return found;
}

/** The record of boots and server-level actions, for `reboots`. */
export function rebootsAnswer(view: View): RebootsAnswer {
  const { record, observedRecord, recordFault } = view.state;
  return {
    limit: view.model.reboots.limit,
    counted: record.counted.map(entry),
    observed: observedRecord.counted.map(entry),
    intent: record.intent === null ? null : entry(record.intent),
    didNotHelp: [...record.didNotHelp],
    powerLosses: record.powerLosses,
    fault: recordFault,
  };
}

function entry({ kind, monitor, bootId, wall }: RecordEntry): RebootsAnswer["counted"][number] {
  return { kind, monitor, bootId, wall };
}
