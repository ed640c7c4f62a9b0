import type { Result } from "../base/result.ts";
import { fail, succeed } from "../base/result.ts";
import { fitState, initialState } from "./initial.ts";
import type { At } from "./input.ts";
import type { Model } from "./model.ts";
import {
  type GroupState,
  type MonitorState,
  type ResourceState,
  STATE_VERSION,
  type State,
} from "./state.ts";
import { Table } from "./table.ts";

/** The state as plain JSON: tables and maps become objects. */
export function encodeState(state: State): unknown {
  return { ...state, suspensions: Object.fromEntries(state.suspensions) };
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
    if (!(key in saved)) return fail(`it has no ${key}`);
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
  const state: State = {
    ...rows,
    groups: table(rows.groups),
    resources: table(rows.resources),
    monitors: table(rows.monitors),
    suspensions: new Map(Object.entries(rows.suspensions)),
  };
  return succeed(fitState(model, state));
}

/** What the file holds once its outline was checked; it is ours, written by `encodeState`. */
type Plain = Omit<State, "groups" | "resources" | "monitors" | "suspensions"> & {
  readonly groups: Record<string, GroupState>;
  readonly resources: Record<string, ResourceState>;
  readonly monitors: Record<string, MonitorState>;
  readonly suspensions: Record<
    string,
    State["suspensions"] extends ReadonlyMap<string, infer One> ? One : never
  >;
};

function table<Row>(rows: Record<string, Row>): Table<Row> {
  return Table.from(Object.keys(rows), (key) => rows[key] as Row);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
