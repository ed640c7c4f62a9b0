import { parse } from "yaml";
import type { Action } from "../../src/core/action.ts";
import { refusal } from "../../src/core/command.ts";
import { nextDeadline } from "../../src/core/deadline.ts";
import { decide } from "../../src/core/decide.ts";
import { fitState, initialState } from "../../src/core/initial.ts";
import type { Command, Input } from "../../src/core/input.ts";
import { createModel, type Model, type ModelSpec } from "../../src/core/model.ts";
import type { Incident, Plan, Proven, State } from "../../src/core/state.ts";
import type { Table } from "../../src/core/table.ts";
import { parseScenario } from "../../src/simulate/parse.ts";
import { applyModelLine } from "../../src/simulate/parse-model.ts";
import { deepFreeze } from "../simulation/freeze.ts";
import { differences, show } from "./show-difference.ts";

/** Calendar time of uptime zero. */
const WALL = 1_700_000_000_000;

const PLAN: Plan = {
  id: "p1",
  kind: "restart",
  target: "shop",
  groups: ["shop"],
  toStop: [],
  toStart: [],
  incident: null,
  monitors: [],
  step: null,
  attempt: 1,
  scriptOp: null,
  reason: "why",
  startedAt: 0,
  thenStopAgent: false,
  failure: null,
};
const INCIDENT: Incident = {
  id: "i1",
  group: "shop",
  openedAt: 0,
  openedWall: WALL,
  cause: "page",
  members: ["page"],
  participants: ["page"],
  steps: [],
  restarts: 0,
  lastRestartAt: null,
  remindAt: 86_400_000,
  asked: [],
  heldBy: null,
  blockedRemindAt: null,
};
const BOOT = {
  bootId: "b1",
  machineId: "m1",
  uptimeMs: 0,
  hasWatchdogStatus: false,
  hasPanicRecord: false,
  recordFault: null,
  stateFault: null,
  configFault: null,
};

const NEW: Proven = {
  since: { wall: WALL, uptime: 0 },
  detectedAt: null,
  steps: {},
  toldAt: null,
};

interface Case {
  readonly spec: ModelSpec;
  readonly state: State;
}

/**
 * Plays a table of decisions and gives it back with what was decided below each input: the actions,
 * every difference in the state, and the next deadline. The language: `decisions/README.md`.
 */
export function playDecisions(text: string): string {
  const [head = "", ...sections] = text.split(/^(?=== )/m);
  const { spec } = parseScenario(head);
  return [head, ...sections.map((section) => playSection(spec, section))].join("");
}

function playSection(spec: ModelSpec, section: string): string {
  let current: Case = { spec, state: wellState(createModel(spec)) };
  const written: string[] = [];
  for (const line of section.trimEnd().split("\n")) {
    if (line.startsWith("  ")) continue;
    const { next, right } = playLine(current, line);
    current = next;
    written.push(line, ...right.map((one) => `  ${one}`));
  }
  return `${written.join("\n")}\n\n`;
}

function playLine(current: Case, line: string): { next: Case; right: string[] } {
  const words = line.split(" ");
  const [verb = ""] = words;
  const rest = words.slice(1).join(" ");
  if (verb === "given") return { next: given(current, rest), right: [] };
  if (verb === "model") {
    const spec = applyModelLine(current.spec, rest);
    if (!spec) throw new Error(`${line}: no model line`);
    return { next: { ...current, spec }, right: [] };
  }
  if (verb === "fit") {
    const state = fitState(createModel(current.spec), current.state);
    return { next: { ...current, state }, right: [] };
  }
  if (verb === "refusal") {
    const model = createModel(current.spec);
    return {
      next: current,
      right: [`${refusal(model, current.state, parse(rest) as Command) ?? "-"}`],
    };
  }
  if (/^\d+(\.\d+)?$/.test(verb))
    return give(current, Number(verb), words[1] ?? "", words.slice(2));
  if (verb === "==" || verb === "") return { next: current, right: [] };
  throw new Error(`${line}: not understood`);
}

/** Everything is active and well since the boot: what a case does not say is of no interest in it. */
function wellState(model: Model): State {
  const fresh = initialState(model, { at: 0, wall: WALL });
  const each = <Row>(table: Table<Row>, change: Partial<Row>): Table<Row> => {
    let changed = table;
    for (const [key, row] of table.entries()) changed = changed.with(key, { ...row, ...change });
    return changed;
  };
  const record = { ...fresh.record, machineId: "m1", bootId: "b1" };
  return {
    ...fresh,
    bootId: "b1",
    nextId: 100,
    hasGuard: true,
    groups: each(fresh.groups, { goal: "active" }),
    resources: each(fresh.resources, { phase: { is: "active" }, starts: 1 }),
    monitors: each(fresh.monitors, { status: { is: "ok" }, isProbing: true, proven: NEW }),
    record,
    observedRecord: record,
  };
}

function given({ spec, state }: Case, text: string): Case {
  const [, what = "", key = "", json = ""] =
    /^(?:([a-z]+) )?(?:([^{ ]+) )?(\{.*\})$/.exec(text) ?? [];
  const change = parse(json) as Record<string, unknown>;
  const row = <Row>(table: Table<Row>) => table.with(key, { ...table.get(key), ...change });
  const changes: Readonly<Record<string, () => Partial<State>>> = {
    "": () => change,
    group: () => ({ groups: row(state.groups) }),
    resource: () => ({ resources: row(state.resources) }),
    monitor: () => ({ monitors: row(state.monitors) }),
    plan: () => ({ plans: [...state.plans, { ...PLAN, ...change }] }),
    incident: () => ({ incidents: [...state.incidents, { ...INCIDENT, ...change }] }),
    record: () => ({ record: { ...state.record, ...change } }),
    observed: () => ({ observedRecord: { ...state.observedRecord, ...change } }),
    window: () => ({ windows: new Map([...state.windows, [key, window(change)]]) }),
    suspension: () => ({ suspensions: new Map([...state.suspensions, [key, suspension(change)]]) }),
  };
  const make = changes[what];
  if (!make) throw new Error(`${text}: not understood`);
  return { spec, state: { ...state, ...make() } };
}

function suspension(change: object) {
  const always = { by: "root", since: 0, sinceWall: WALL, untilUptime: null, untilWall: null };
  return { ...always, remindAt: 86_400_000, ...change };
}

function window(change: object) {
  return {
    scopes: [],
    sinceWall: WALL,
    untilWall: WALL + 3_600_000,
    untilUptime: 3_600_000,
    ...change,
  };
}

function give(current: Case, at: number, type: string, rest: readonly string[]) {
  const { spec } = current;
  const model = createModel(spec);
  const state = deepFreeze(current.state);
  const fields = rest.length === 0 ? {} : (parse(rest.join(" ")) as Record<string, unknown>);
  const decision = decide(model, state, inputOf(state, at, type, fields));
  const next = nextDeadline(model, decision.state);
  const right = [
    ...decision.actions.map(showAction),
    ...differences(state, decision.state),
    ...(Number.isFinite(next) ? [`next at ${next}`] : []),
  ];
  return { next: { spec, state: decision.state }, right };
}

/** The table pairs type and fields; the compiler cannot follow it. */
function inputOf(state: State, at: number, type: string, fields: Record<string, unknown>): Input {
  const now = { type, at, wall: WALL + at, ...fields };
  const made: Readonly<Record<string, object>> = {
    agentStarted: {
      hasGuard: true,
      ...now,
      boot: { ...BOOT, ...(fields["boot"] as object) },
      observed: new Map([...running(state), ...Object.entries(fields["observed"] ?? {})]),
    },
    probeFinished: { reason: "why", durationMs: 10, isTimeout: false, ...now },
    resourceEnded: { how: "signal KILL", ...now },
    actionFinished: { result: "done", reason: "why", ...now },
    command: { type, at, wall: WALL + at, by: "root", command: fields },
    configChanged: {
      ...now,
      by: "root",
      changed: new Set(fields["changed"] as string[]),
      observed: new Map(Object.entries(fields["observed"] ?? {})),
    },
    saveFinished: { fault: null, isSlow: false, ...now },
  };
  return (made[type] ?? now) as Input;
}

/** What a state says to be active is found running, where a case does not say otherwise. */
function running(state: State): [string, unknown][] {
  const active = [...state.resources.entries()].filter(([, { phase }]) => phase.is === "active");
  return active.map(([id]) => [id, { is: "running" }]);
}

function showAction(action: Action): string {
  if (action.type === "event") {
    const { id, incident, fields } = action.event;
    return `tells ${id} ${show(fields)}${incident === null ? "" : ` in ${incident}`}`;
  }
  const { type, ...rest } = action;
  return `does ${type} ${show(rest)}`;
}
