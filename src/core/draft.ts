import type { Millis } from "../base/duration.ts";
import type { Action } from "./action.ts";
import type { Event, EventFields, EventId } from "./event.ts";
import type { At } from "./input.ts";
import type { Group, Model, Monitor, Resource, ResourceId } from "./model.ts";
import type { GroupState, Incident, MonitorState, Plan, ResourceState, State } from "./state.ts";

/**
 * One decision in the making: the state is replaced, never changed, so what the caller passed in
 * stays as it was. It lives for one call of `decide` only.
 */
export class Draft {
  readonly model: Model;
  readonly at: Millis;
  readonly wall: Millis;
  state: State;
  readonly actions: Action[] = [];
  /** Something that must last over a reboot changed: a person's word, an intent. */
  mustSync = false;
  /** Something waits for that save to be durable: the operation by which it is answered. */
  saveOp: string | null = null;
  /** The plans of all groups may go on, not only of those of which something changed. */
  isAllTouched = false;
  #touched: Set<string> | null = null;

  constructor(model: Model, state: State, input: At) {
    this.model = model;
    this.at = input.at;
    this.wall = input.wall;
    this.state = state;
  }

  /** The server or the agent goes down: nothing is started or recovered any more. */
  get isGoingDown(): boolean {
    return this.state.shutdownSince !== null || this.state.order !== null;
  }

  act(action: Action): void {
    this.actions.push(action);
  }

  tell<Id extends EventId>(id: Id, fields: EventFields[Id], incident: string | null = null): void {
    // The mapped type pairs id and fields; the compiler cannot follow it through the parameter.
    this.actions.push({ type: "event", event: { id, incident, fields } as Event });
  }

  /** A number never used before in this boot, behind a letter that says for what. */
  newId(letter: string): string {
    const id = `${letter}${this.state.nextId}`;
    this.state = { ...this.state, nextId: this.state.nextId + 1 };
    return id;
  }

  patch(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
  }

  resource(id: ResourceId): ResourceState {
    return this.state.resources.get(id);
  }

  group(name: string): GroupState {
    return this.state.groups.get(name);
  }

  monitor(name: string): MonitorState {
    return this.state.monitors.get(name);
  }

  patchResource(id: ResourceId, change: Partial<ResourceState>): void {
    const row = { ...this.resource(id), ...change };
    this.patch({ resources: this.state.resources.with(id, row) });
    this.touch(this.modelResource(id).group);
  }

  /** The plans of this group, and of the groups that wait for it, are looked at again. */
  touch(group: string): void {
    if (this.isAllTouched) return;
    this.#touched ??= new Set();
    this.#touched.add(group);
    for (const later of this.model.groupsAfter.get(group) ?? []) this.#touched.add(later);
  }

  isTouched(plan: Plan): boolean {
    return (
      this.isAllTouched ||
      plan.groups.length === 0 ||
      plan.groups.some((one) => this.#touched?.has(one) === true)
    );
  }

  patchGroup(name: string, change: Partial<GroupState>): void {
    this.patch({ groups: this.state.groups.with(name, { ...this.group(name), ...change }) });
    this.touch(name);
  }

  patchMonitor(name: string, change: Partial<MonitorState>): void {
    this.patch({ monitors: this.state.monitors.with(name, { ...this.monitor(name), ...change }) });
  }

  patchIncident(id: string, change: Partial<Incident>): void {
    this.patch({
      incidents: this.state.incidents.map((one) => (one.id === id ? { ...one, ...change } : one)),
    });
  }

  patchPlan(id: string, change: Partial<Plan>): void {
    for (const group of this.plan(id)?.groups ?? []) this.touch(group);
    this.patch({
      plans: this.state.plans.map((one) => (one.id === id ? { ...one, ...change } : one)),
    });
  }

  dropPlan(id: string): void {
    this.patch({ plans: this.state.plans.filter((one) => one.id !== id) });
  }

  plan(id: string): Plan | undefined {
    return this.state.plans.find((one) => one.id === id);
  }

  incident(id: string | null): Incident | undefined {
    return id === null ? undefined : this.state.incidents.find((one) => one.id === id);
  }

  incidentOf(member: string): Incident | undefined {
    return this.state.incidents.find((one) => one.members.includes(member));
  }

  modelResource(id: ResourceId): Resource {
    return row(this.model.resources, id);
  }

  modelGroup(name: string): Group {
    return row(this.model.groups, name);
  }

  modelMonitor(name: string): Monitor {
    return row(this.model.monitors, name);
  }
}

function row<Row>(rows: ReadonlyMap<string, Row>, key: string): Row {
  const found = rows.get(key);
  if (found === undefined) throw new Error(`assertion failed: the model has no ${key}`);
  return found;
}
