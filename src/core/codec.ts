import type { Result } from "../base/result.ts";
import { fail, succeed } from "../base/result.ts";
import { fitState, initialState, newGroup, newMonitor } from "./initial.ts";
import type { At } from "./input.ts";
import type { Model } from "./model.ts";
import {
  type GroupState,
  type MonitorState,
  type OpenWindow,
  type ResourceState,
  STATE_VERSION,
  type State,
} from "./state.ts";
import { Table } from "./table.ts";

/** The state as plain JSON: tables and maps become objects. */
export function encodeState(state: State): unknown {
  return {
    ...state,
    suspensions: Object.fromEntries(state.suspensions),
    windows: Object.fromEntries(state.windows),
  };
}

/**
 * Reads a saved state back and fits it to the model in force. A state of another version, or one
 * whose parts are not what they should be, is a fault: the caller keeps the file aside.
 */
export function decodeState(model: Model, saved: unknown, now: At): Result<State, string> {
  if (!isRecord(saved)) return fail("it holds no state");
  if (saved["version"] !== STATE_VERSION) {
    return fail(`it has version ${String(saved["version"])}, this program reads ${STATE_VERSION}`);
  }
  const fresh = initialState(model, now);
  for (const key of Object.keys(fresh)) {
    if (!(key in saved) && !LATER_KEYS.has(key)) return fail(`it has no ${key}`);
  }
  for (const key of [
    "groups",
    "resources",
    "monitors",
    "suspensions",
    "record",
    "observedRecord",
  ]) {
    if (!isRecord(saved[key])) return fail(`its ${key} cannot be read`);
  }
  for (const key of ["incidents", "plans"]) {
    if (!Array.isArray(saved[key])) return fail(`its ${key} cannot be read`);
  }
  const rows = saved as unknown as Plain;
  const windows = saved["windows"] ?? {};
  if (!isRecord(windows)) return fail("its windows cannot be read");
  const state: State = {
    ...rows,
    groups: table(rows.groups, newGroup(now)),
    resources: table(rows.resources),
    // A row may be of a version that remembered less: what it lacks is as in a new one.
    monitors: table(rows.monitors, newMonitor(now)),
    guard: rows.guard ?? null,
    uncoveredTold: rows.uncoveredTold ?? null,
    isSaveSlow: saved["isSaveSlow"] === true,
    suspensions: new Map(Object.entries(rows.suspensions)),
    windows: new Map(Object.entries(windows as Record<string, OpenWindow>)),
  };
  return succeed(fitState(model, state));
}

/** What older versions of the same state did not have; without it nothing of that kind was known. */
const LATER_KEYS: ReadonlySet<string> = new Set([
  "windows",
  "guard",
  "isSaveSlow",
  "uncoveredTold",
]);

/** What the file holds once its outline was checked; it is ours, written by `encodeState`. */
type Plain = Omit<State, "groups" | "resources" | "monitors" | "suspensions" | "windows"> & {
  readonly groups: Record<string, GroupState>;
  readonly resources: Record<string, ResourceState>;
  readonly monitors: Record<string, MonitorState>;
  readonly suspensions: Record<
    string,
    State["suspensions"] extends ReadonlyMap<string, infer One> ? One : never
  >;
};

function table<Row extends object>(rows: Record<string, Row>, fresh?: Row): Table<Row> {
  return Table.from(Object.keys(rows), (key) => ({ ...fresh, ...(rows[key] as Row) }));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
