import { LADDER_START } from "./incident.ts";
import type { At } from "./input.ts";
import type { Model } from "./model.ts";
import { emptyRecord } from "./reboot-limit.ts";
import type { GroupState, MonitorState, ResourceState, State } from "./state.ts";
import { Table } from "./table.ts";

/** A state in which nothing was ever seen; the first input is `agentStarted`. */
export function initialState(model: Model, now: At): State {
  return {
    version: 1,
    at: now.at,
    wall: now.wall,
    bootId: "",
    nextId: 1,
    nextIncident: 1,
    groups: Table.from(model.groups.keys(), () => newGroup(now)),
    resources: Table.from(model.resources.keys(), () => newResource(now)),
    monitors: Table.from(model.monitors.keys(), () => newMonitor(now)),
    incidents: [],
    plans: [],
    suspensions: new Map(),
    windows: new Map(),
    record: emptyRecord("", ""),
    observedRecord: emptyRecord("", ""),
    recordFault: null,
    order: null,
    hasGuard: false,
    guard: null,
    uncoveredTold: null,
    isAfterUncleanBoot: false,
    shutdownSince: null,
    packageWork: null,
    isSaveFaulty: false,
    isSaveSlow: false,
    uptimeSavedAt: now.at,
  };
}

export function newGroup(now: At): GroupState {
  return { goal: "inactive", isByPerson: false, since: now.at, waitsUntil: null, isNew: false };
}

export function newResource(now: At): ResourceState {
  return {
    phase: { is: "inactive" },
    since: now.at,
    startAttempt: 0,
    stopAttempt: 0,
    isStoppedByPerson: false,
    stoppedOutsideSince: null,
    outsideRemindAt: null,
    blocked: null,
    readyTook: null,
    starts: 0,
  };
}

export function newMonitor(now: At): MonitorState {
  return {
    status: { is: "waiting" },
    since: now.at,
    reason: "",
    isProbing: false,
    ladder: LADDER_START,
    dueSince: null,
    recoveredAt: null,
    unknowns: 0,
    changes: [],
    isFlapping: false,
    outsideRestarts: [],
    cures: [],
    isChronic: false,
    isRehearsed: false,
    awaiting: null,
    consequenceOf: null,
    isSlow: false,
    isAlertOnly: false,
    isStuck: false,
    proven: { since: null, detectedAt: null, steps: {}, toldAt: null },
  };
}

/** The same state for another model: rows of what is still there are kept, new ones are new. */
export function fitState(model: Model, state: State): State {
  const now = { at: state.at, wall: state.wall };
  return {
    ...dropUnknown(model, state),
    groups: refit(state.groups, model.groups.keys(), () => ({ ...newGroup(now), isNew: true })),
    resources: refit(state.resources, model.resources.keys(), () => newResource(now)),
    monitors: refit(state.monitors, model.monitors.keys(), () => newMonitor(now)),
  };
}

function refit<Row>(table: Table<Row>, keys: Iterable<string>, make: () => Row): Table<Row> {
  return Table.from(keys, (key) => table.find(key) ?? make());
}

/** Plans of things that the model in force does not have any more are gone with them. */
function dropUnknown(model: Model, state: State): State {
  const plans = state.plans.map((plan) => ({
    ...plan,
    groups: plan.groups.filter((name) => model.groups.has(name)),
    toStop: plan.toStop.filter((id) => model.resources.has(id)),
    toStart: plan.toStart.filter((id) => model.resources.has(id)),
    monitors: plan.monitors.filter((name) => model.monitors.has(name)),
  }));
  return {
    ...state,
    plans: plans.filter((plan) => plan.groups.length > 0 || plan.scriptOp !== null),
  };
}
