import type { EventRecord } from "../api/answers.ts";
import type { Millis } from "../base/duration.ts";
import { groupOf, type Model, type Resource } from "../core/model.ts";
import type { State } from "../core/state.ts";

/** What a drill is about: everything that may notice it or suffer from it. */
export interface DrillScope {
  /** Names of groups; null stands for the server. */
  readonly groups: ReadonlySet<string | null>;
  readonly resources: ReadonlySet<string>;
  readonly monitors: ReadonlySet<string>;
  /** Those of them that nobody had judged yet: they may still be so at the end. */
  readonly waiting: ReadonlySet<string>;
}

const ILL: ReadonlySet<string> = new Set(["failed", "suspect", "warning"]);

/** Events of one drill that are kept. */
const EVENTS_MAX = 200;
/** What says that a monitor noticed. */
const DETECTIONS: ReadonlySet<string> = new Set([
  "monitor-failed",
  "monitor-not-own-fault",
  "monitor-alert-only",
  "monitor-warning",
  "monitor-slow",
]);

/** The drilled resource with its group, or a monitor with what it recovers. */
export function scopeOf(
  model: Model,
  state: State,
  resource: Resource | null,
  monitor: string | null,
): DrillScope {
  const found = monitor === null ? undefined : model.monitors.get(monitor);
  const group = resource?.group ?? (found ? groupOf(model, found) : null);
  const resources = group === null ? [] : (model.groups.get(group)?.resources ?? []);
  const monitors = [...model.monitors.values()].filter(
    (one) =>
      one.name === monitor ||
      (group !== null && (groupOf(model, one) === group || one.watches?.startsWith(`${group}/`))),
  );
  const statusOf = (name: string): string => state.monitors.find(name)?.status.is ?? "waiting";
  // What was not well before says nothing about the drill.
  const names = monitors.map(({ name }) => name).filter((name) => !ILL.has(statusOf(name)));
  return {
    groups: new Set([group]),
    resources: new Set(resources),
    monitors: new Set(names),
    waiting: new Set(names.filter((name) => statusOf(name) === "waiting")),
  };
}

/** Reads what happens during a drill. */
export class DrillWatch {
  readonly scope: DrillScope;
  readonly #beganWall: Millis;
  readonly events: EventRecord[] = [];
  isCut = false;
  steps = 0;
  detected: { readonly by: string; readonly afterMs: Millis } | null = null;

  constructor(scope: DrillScope, beganWall: Millis) {
    this.scope = scope;
    this.#beganWall = beganWall;
  }

  take(record: EventRecord, state: State): void {
    if (!this.#isOurs(record, state)) return;
    if (this.events.length < EVENTS_MAX) this.events.push(record);
    else this.isCut = true;
    const { monitor } = record.fields;
    if (record.id === "step-begun" || record.id === "would-have") this.steps += 1;
    if (this.detected === null && DETECTIONS.has(record.id) && typeof monitor === "string") {
      const afterMs = Math.max(0, record.wall - this.#beganWall);
      this.detected = { by: monitor, afterMs };
    }
  }

  #isOurs({ wall, incident, fields }: EventRecord, state: State): boolean {
    if (wall < this.#beganWall) return false;
    const { monitor, resource, group } = fields;
    if (typeof monitor === "string" && this.scope.monitors.has(monitor)) return true;
    if (typeof resource === "string" && this.scope.resources.has(resource)) return true;
    if (typeof group === "string" && this.scope.groups.has(group)) return true;
    const found = state.incidents.find(({ id }) => id === incident);
    return found !== undefined && this.scope.groups.has(found.group);
  }

  /** Everything that the drill is about works, and nothing is being done for it. */
  isWell(state: State): boolean {
    const { groups, resources, monitors } = this.scope;
    if (state.plans.some((plan) => plan.groups.some((name) => groups.has(name)))) return false;
    for (const id of resources) {
      const one = state.resources.find(id);
      if (one && (one.phase.is === "failed" || one.phase.is === "starting")) return false;
    }
    return [...monitors].every((name) => this.#isMonitorWell(state, name));
  }

  #isMonitorWell(state: State, name: string): boolean {
    const one = state.monitors.find(name);
    if (!one || this.scope.waiting.has(name)) return !ILL.has(one?.status.is ?? "");
    const { is } = one.status;
    return is === "ok" || is === "unknown" || (is === "waiting" && !one.isProbing);
  }
}
