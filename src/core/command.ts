import type { Draft } from "./draft.ts";
import { isWanted, withDependants, withRequired } from "./group-order.ts";
import { LADDER_START, monitorsOfGroup, zero } from "./incident.ts";
import type { Command, CommandInput } from "./input.ts";
import { type Model, type ResourceId, type SuspendScope, targetName } from "./model.ts";
import { resumeScope, silence } from "./pause.ts";
import { orderByPerson, orderRefusal } from "./person-order.ts";
import { planActivate, planDeactivate, planRestart, planStart, planStop } from "./plans.ts";
import { syncProbing } from "./probing.ts";
import { suspend, windowOver } from "./suspension.ts";
import type { State } from "./state.ts";

/** Why a command cannot be taken now, in one sentence with what to do; null when it can. */
export function refusal(model: Model, state: State, command: Command): string | null {
  if (command.type === "start" || command.type === "stop" || command.type === "restart") {
    const { group, resource } = command;
    if (!model.groups.has(group)) return `there is no group \`${group}\``;
    if (resource !== null && !model.resources.has(resource))
      return `there is no resource \`${resource}\``;
    if (state.shutdownSince !== null) return "the server or the agent is going down";
    if (state.order !== null) return `a ${state.order.kind} of the server has been ordered`;
    return null;
  }
  if (command.type === "orderServer") return orderRefusal(model, state);
  if (command.type === "rehearse" && !model.monitors.get(command.monitor)?.isEnabled) {
    return `there is no enabled monitor \`${command.monitor}\``;
  }
  if (command.type === "suspend" || command.type === "resume")
    return scopeFault(model, state, command);
  if (command.type === "clear" && command.name !== null && !isKnown(model, command.name)) {
    return `there is no group, resource or monitor \`${command.name}\``;
  }
  return null;
}

function scopeFault(
  model: Model,
  state: State,
  command: { readonly type: "suspend" | "resume"; readonly scope: SuspendScope },
): string | null {
  const { type, scope } = command;
  if (type === "resume") {
    if (state.suspensions.has(scope)) return null;
    const window = windowOver(state, model, scope);
    // Whatever the window was planned for, a backup perhaps, would be disturbed by recovery.
    return window === null
      ? `\`${scope}\` is not suspended`
      : `the planned window \`${window}\` suspends it and ends by itself; to end it now, change it in the configuration`;
  }
  if (scope === "all") return null;
  const name = scope.slice(scope.indexOf(":") + 1);
  const isThere = scope.startsWith("group:") ? model.groups.has(name) : model.monitors.has(name);
  return isThere ? null : `there is no ${scope.replace(":", " `")}\``;
}

function isKnown(model: Model, name: string): boolean {
  return model.groups.has(name) || model.resources.has(name) || model.monitors.has(name);
}

/** A person always wins: a word of theirs replaces what the policy was doing there. */
export function takeCommand(d: Draft, input: CommandInput): void {
  const { command, by } = input;
  if (refusal(d.model, d.state, command) !== null) return;
  switch (command.type) {
    case "start":
    case "stop":
    case "restart":
      move(d, command.type, command.group, command.resource, by);
      return;
    case "suspend":
      suspend(d, command.scope, command.forMs, by);
      silence(d, "a person suspended it");
      return;
    case "resume":
      resumeScope(d, command.scope, by);
      return;
    case "rehearse":
      rehearse(d, command.monitor, command.isOn, by);
      return;
    case "clear":
      clear(d, command.name, by);
      return;
    case "clearReboots":
      clearReboots(d, by);
      return;
    case "orderServer":
      orderByPerson(d, command.kind, by);
      return;
    case "stopAll":
      d.patch({ shutdownSince: d.at });
      planDeactivate(d, [...d.model.groups.keys()], `${by} stopped everything`, true);
      syncProbing(d, d.model.monitors.keys());
  }
}

function move(
  d: Draft,
  verb: "start" | "stop" | "restart",
  group: string,
  resource: ResourceId | null,
  by: string,
): void {
  const name = resource ?? group;
  d.mustSync = true;
  const told = {
    start: "person-started",
    stop: "person-stopped",
    restart: "person-restarted",
  } as const;
  d.tell(told[verb], { name, by });
  const reached =
    resource === null ? d.modelGroup(group).resources : withDependants(d.model, resource);
  zero(d, monitorsOn(d, group, resource, reached), reached);
  if (verb === "stop") {
    stopByPerson(d, group, resource, reached, by);
  } else {
    allow(d, group, resource);
    if (verb === "restart") restartByPerson(d, group, resource, by);
    else if (resource === null) planActivate(d, [group], `${by} started ${name}`);
    else planStart(d, resource, `${by} started ${name}`);
  }
  syncProbing(d, monitorsOfGroup(d, group));
}

function monitorsOn(
  d: Draft,
  group: string,
  resource: ResourceId | null,
  reached: readonly ResourceId[],
): string[] {
  return monitorsOfGroup(d, group).filter((name) => {
    const { target } = d.modelMonitor(name).recovery;
    return resource === null || (target.kind === "resource" && reached.includes(target.id));
  });
}

function stopByPerson(
  d: Draft,
  group: string,
  resource: ResourceId | null,
  reached: readonly ResourceId[],
  by: string,
): void {
  if (resource === null) {
    d.patchGroup(group, { goal: "inactive", isByPerson: true, since: d.at, waitsUntil: null });
    planDeactivate(d, [group], `${by} stopped ${group}`, false);
    return;
  }
  for (const id of reached) d.patchResource(id, { isStoppedByPerson: true });
  planStop(d, resource, `${by} stopped ${resource}`);
}

/** What a person starts may run again: earlier stops and blocks on it and before it are lifted. */
function allow(d: Draft, group: string, resource: ResourceId | null): void {
  const ids = resource === null ? d.modelGroup(group).resources : withRequired(d.model, resource);
  for (const id of ids) {
    const { phase } = d.resource(id);
    d.patchResource(id, {
      isStoppedByPerson: false,
      stoppedOutsideSince: null,
      blocked: null,
      ...(phase.is === "stop-failed" ? { phase: { is: "failed", reason: phase.reason } } : {}),
    });
  }
  const isNew = d.group(group).goal !== "active";
  // Only this resource was asked for: the others of a group that was inactive stay as they are.
  const others = isNew && resource !== null ? d.modelGroup(group).resources : [];
  for (const id of others) if (!ids.includes(id)) d.patchResource(id, { isStoppedByPerson: true });
  d.patchGroup(group, {
    goal: "active",
    isByPerson: true,
    since: isNew ? d.at : d.group(group).since,
  });
}

function restartByPerson(d: Draft, group: string, resource: ResourceId | null, by: string): void {
  const target =
    resource === null
      ? ({ kind: "group", group } as const)
      : ({ kind: "resource", id: resource } as const);
  const reason = `${by} restarted ${targetName(target)}`;
  planRestart(d, target, targetName(target), {
    step: null,
    attempt: 1,
    incident: null,
    monitors: [],
    reason,
  });
}

function rehearse(d: Draft, name: string, isOn: boolean, by: string): void {
  if (d.monitor(name).isRehearsed === isOn) return;
  d.patchMonitor(name, {
    isRehearsed: isOn,
    // The dummy used up steps that a real failure now needs.
    ...(isOn ? {} : { ladder: LADDER_START, dueSince: null }),
  });
  d.tell(isOn ? "rehearsal-begun" : "rehearsal-ended", { monitor: name, by });
  if (d.monitor(name).isProbing) d.act({ type: "probeNow", monitor: name });
}

/** Counters of what is named start anew, blocks are lifted, reboots may be tried again. */
function clear(d: Draft, name: string | null, by: string): void {
  const resources = ([...d.model.resources.keys()] as ResourceId[]).filter(
    (id) => name === null || id === name || d.modelResource(id).group === name,
  );
  const monitors = [...d.model.monitors.keys()].filter((one) => {
    if (name === null || one === name) return true;
    const { target } = d.modelMonitor(one).recovery;
    return targetName(target) === name || monitorsOfGroup(d, name).includes(one);
  });
  for (const id of resources) {
    const { phase } = d.resource(id);
    d.patchResource(id, {
      blocked: null,
      ...(phase.is === "stop-failed" ? { phase: { is: "failed", reason: phase.reason } } : {}),
    });
  }
  d.mustSync = true;
  d.tell("person-cleared", { name: name ?? "everything", by });
  zero(d, monitors, resources);
  // The agent works towards the goal again: what is down and wanted is proved empty and started.
  if (d.isGoingDown || d.model.mode === "observe") return;
  for (const id of resources) {
    const { is } = d.resource(id).phase;
    const isDown = is === "failed" || is === "inactive";
    if (isDown && isWanted(d.model, d.state, id)) planStart(d, id, `${by} cleared ${id}`);
  }
}

function clearReboots(d: Draft, by: string): void {
  const { record, observedRecord } = d.state;
  const fresh = { counted: [], judging: [], didNotHelp: [], quietUptime: 0, powerLosses: 0 };
  d.patch({
    record: { ...record, ...fresh },
    observedRecord: { ...observedRecord, ...fresh },
  });
  for (const { id } of d.state.incidents) {
    d.patchIncident(id, { blockedRemindAt: null, heldBy: null });
  }
  d.mustSync = true;
  d.tell("reboots-cleared", { by });
}
