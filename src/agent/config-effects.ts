import { changedNames, compareConfigs, type Difference } from "../config/difference.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { Command } from "../core/input.ts";
import { withDependants } from "../core/group-order.ts";
import { createModel, type Model, type ResourceId } from "../core/model.ts";
import type { Incident, Plan, State } from "../core/state.ts";
import type { TreeFacts } from "../ports/driver.ts";
import type { ConfigChange, Policy } from "./engine.ts";

/** What taking a configuration into force would do now. */
export interface ConfigEffects {
  readonly difference: Difference;
  /** Resources that are stopped, and that are started; both: restarted. */
  readonly stops: readonly string[];
  readonly starts: readonly string[];
  /** Added, and running already, maybe by another program: taken as they are. */
  readonly adopted: readonly string[];
  /** Active resources whose program is started in another way and that are not restarted for it. */
  readonly atNextStart: readonly string[];
  /** Removed, and not inactive: nobody watches them any more. */
  readonly leftRunning: readonly string[];
  readonly withdrawn: readonly Incident[];
}

export interface EffectsParts {
  readonly decide: Policy["decide"];
  readonly state: State;
  readonly before: LoadedConfig;
  readonly after: LoadedConfig;
  readonly change: ConfigChange;
  readonly isRestarting: boolean;
}

export interface ChangeFacts {
  readonly by: string;
  /** In the history; null: it is not known there (yet). */
  readonly version: number | null;
  readonly tree: (resource: string) => Pick<TreeFacts, "pids">;
}

/** What the policy is told of a new configuration: what is another, and what of the new runs already. */
export function configChange(
  before: LoadedConfig,
  after: LoadedConfig,
  { by, version, tree }: ChangeFacts,
): ConfigChange {
  const known = new Set<string>(before.model.resources.map(({ id }) => id));
  const back = after.model.resources.filter(
    ({ id, kind }) => !known.has(id) && kind === "resident" && tree(id).pids.length > 0,
  );
  return {
    type: "configChanged",
    changed: changedNames(before, after),
    by,
    ...(version === null ? {} : { version: String(version) }),
    observed: new Map(back.map(({ id }) => [id, { is: "running" }])),
  };
}

/** Asks the policy itself, on paper: what it decides here is what it will decide. */
export function configEffects(parts: EffectsParts): ConfigEffects {
  const { decide, state, before, after, change, isRestarting } = parts;
  const difference = compareConfigs(before, after);
  const model = createModel(after.model);
  const time = { at: state.at, wall: state.wall };
  const { state: changed, actions } = decide(model, state, { ...change, ...time });
  let next = changed;
  const others = activeOf(state, difference.otherPrograms);
  for (const command of isRestarting ? restartCommands(model, others) : []) {
    next = decide(model, next, { type: "command", command, by: change.by, ...time }).state;
  }
  const known = new Set(state.plans.map((plan) => plan.id));
  const plans = next.plans.filter((plan) => !known.has(plan.id));
  const { removed } = difference.resources;
  const oneShots = new Set<string>(
    before.model.resources.filter(({ kind }) => kind === "one-shot").map(({ id }) => id),
  );
  const isResident = (id: string): boolean => !oneShots.has(id);
  const open = new Set(next.incidents.map((incident) => incident.id));
  return {
    difference,
    stops: namesOf(plans, (plan) => plan.toStop),
    starts: namesOf(plans, (plan) => plan.toStart),
    adopted: actions.flatMap((action) =>
      action.type === "event" && action.event.id === "resource-adopted"
        ? [action.event.fields.resource]
        : [],
    ),
    atNextStart: isRestarting ? [] : others,
    // A one-shot has done its work: nothing of it goes on.
    leftRunning: activeOf(state, removed.filter(isResident)),
    withdrawn: state.incidents.filter((incident) => !open.has(incident.id)),
  };
}

/** Resources that are active now and whose program the configuration changed. */
export function activeOf(state: State, ids: readonly string[]): string[] {
  return ids.filter((id) => {
    const phase = state.resources.find(id)?.phase.is;
    return phase === "active" || phase === "starting" || phase === "stopping";
  });
}

/** One restart for each of them; what comes after another of them is restarted with it. */
export function restartCommands(model: Model, ids: readonly string[]): Command[] {
  const known = ids.flatMap((id) => model.resources.get(id) ?? []);
  const covered = new Set<ResourceId>(
    known.flatMap(({ id }) => withDependants(model, id).filter((one) => one !== id)),
  );
  return known
    .filter(({ id }) => !covered.has(id))
    .map(({ id, group }) => ({ type: "restart", group, resource: id }));
}

function namesOf(plans: readonly Plan[], pick: (plan: Plan) => readonly string[]): string[] {
  return [...new Set(plans.flatMap(pick))];
}
