import { createModel, type Group, groupOf, type Model, type Monitor } from "../core/model.ts";

/** Other monitors of the same groups that are played along at most. */
const COMPANIONS_MAX = 8;

/**
 * The part of a configuration that a failure of one monitor concerns: its groups with those before
 * them, what it requires, and, unless `isAlone`, the monitors beside it. A play of two days with a
 * thousand monitors would take minutes; the others would only be probed.
 */
export function narrowModel(model: Model, name: string, isAlone: boolean): Model {
  const monitor = model.monitors.get(name);
  if (!monitor) return model;
  const required = requiredBy(model, monitor);
  const wanted = new Set([monitor, ...required].flatMap((one) => groupsOf(model, one, isAlone)));
  // A Set yields what is added while it is walked, so this ends when nothing new is reached.
  for (const group of wanted) for (const before of afterOf(model, group)) wanted.add(before);
  const groups = [...wanted].flatMap((group): Group[] => {
    const found = model.groups.get(group);
    return found ? [found] : [];
  });
  const companions = isAlone ? [] : companionsOf(model, monitor, wanted);
  const monitors = [...new Set([monitor, ...required, ...companions])];
  return createModel({
    mode: model.mode,
    reboots: model.reboots,
    groups,
    resources: [...model.resources.values()].filter(({ group }) => wanted.has(group)),
    monitors,
    windows: [],
  });
}

function requiredBy(model: Model, monitor: Monitor): readonly Monitor[] {
  const names = new Set(monitor.requires);
  for (const name of names) {
    for (const more of model.monitors.get(name)?.requires ?? []) names.add(more);
  }
  return [...names].flatMap((name) => model.monitors.get(name) ?? []);
}

/** A reboot stops every group, but alone only the order and the time of that would differ. */
function groupsOf(model: Model, monitor: Monitor, isAlone: boolean): readonly string[] {
  const { kind } = monitor.recovery.target;
  const watched = monitor.watches === null ? [] : [monitor.watches.split("/")[0] ?? ""];
  if (kind === "all-groups" || (kind === "server" && !isAlone)) return [...model.groups.keys()];
  const group = groupOf(model, monitor);
  return group === null ? watched : [group, ...watched];
}

function afterOf(model: Model, group: string): readonly string[] {
  return model.groups.get(group)?.after ?? [];
}

function companionsOf(
  model: Model,
  monitor: Monitor,
  wanted: ReadonlySet<string>,
): readonly Monitor[] {
  const own = groupOf(model, monitor);
  return [...model.monitors.values()]
    .filter((one) => {
      if (!one.isEnabled || one.requires.length > 0) return false;
      const group = groupOf(model, one);
      const isNear = group !== null && group === own;
      return isNear && (one.watches === null || wanted.has(one.watches.split("/")[0] ?? ""));
    })
    .slice(0, COMPANIONS_MAX);
}
