import type { Target } from "../core/model.ts";
import { parseTarget, targetText } from "./complete-monitor.ts";
import { type Edges, findCycles } from "./cycles.ts";
import type { KeyPath } from "./document.ts";
import type { ReadGroups } from "./read-groups.ts";
import type { MonitorDraft } from "./read-monitors.ts";
import type { Report } from "./report.ts";
import type { ServerFacts } from "../monitors/define.ts";
import { didYouMean } from "./suggest.ts";

const UNKNOWN_NAME = "config/unknown-name";

/** The target of a monitor; null when there is no such thing, and reported. */
export function resolveTarget(
  report: Report,
  draft: MonitorDraft,
  groups: ReadGroups,
  facts: ServerFacts,
): Target | null {
  const text = targetText(draft, facts);
  const target = parseTarget(text, groups);
  if (target !== null) return target;
  const isGiven = (draft.common.target ?? draft.common.recovery.target) !== undefined;
  // A resource that is not there is reported at the key that names it.
  if (!isGiven) return null;
  const what = `there is no group or resource \`${text}\``;
  const hint = (): string | null => targetHint(text, groups);
  report.error([...draft.path, ...draft.targetPath], { code: UNKNOWN_NAME, what, hint });
  return null;
}

function targetHint(text: string, groups: ReadGroups): string | null {
  const ids = [...groups.resourcePaths.keys()];
  const owners = ids.filter((id) => id.endsWith(`/${text}`));
  if (owners.length > 0) return `Did you mean \`${owners.slice(0, 3).join("` or `")}\`?`;
  const words = ["server", "none", "all-groups"];
  return didYouMean(text, [...groups.groupPaths.keys(), ...ids, ...words]);
}

/** What a monitor names besides its target: what it requires, judges by, and watches. */
export function checkNames(
  report: Report,
  draft: MonitorDraft,
  groups: ReadGroups,
  monitors: ReadonlySet<string>,
): void {
  const checkMonitor = (name: string, path: KeyPath): void => {
    if (monitors.has(name)) return;
    const what = `there is no monitor \`${name}\``;
    const others = (): string[] => [...monitors].filter((other) => other !== draft.name);
    const hint = (): string | null => didYouMean(name, others());
    report.error(path, { code: UNKNOWN_NAME, what, hint });
  };
  for (const [at, name] of draft.common.requires.entries()) {
    checkMonitor(name, [...draft.path, "requires", at]);
  }
  for (const [at, name] of draft.own.links.monitors.entries()) {
    checkMonitor(name, [...draft.path, draft.keyOf("monitors"), at]);
  }
  checkWatched(report, draft, groups);
}

function checkWatched(report: Report, draft: MonitorDraft, groups: ReadGroups): void {
  const { resource } = draft.own.links;
  if (resource === null) return;
  const path = [...draft.path, draft.keyOf("resource")];
  if (groups.resourcePaths.has(resource)) return;
  const what = `there is no resource \`${resource}\``;
  const hint = (): string | null => didYouMean(resource, groups.resourcePaths.keys());
  report.error(path, { code: UNKNOWN_NAME, what, hint });
}

/** A monitor that is never probed says nothing to those that ask it. */
export function checkDisabled(report: Report, drafts: readonly MonitorDraft[]): void {
  const disabled = new Set(
    drafts.filter((draft) => !draft.common.enabled).map((draft) => draft.name),
  );
  for (const { path, common, own, keyOf } of drafts) {
    const asked = [
      ...common.requires.map((name, at) => ({ name, place: [...path, "requires", at] })),
      ...own.links.monitors.map((name, at) => ({ name, place: [...path, keyOf("monitors"), at] })),
    ];
    for (const { name, place } of asked) {
      if (!disabled.has(name)) continue;
      const what = `\`${name}\` is not enabled, so it is never failed`;
      report.warn(place, { code: "config/never-acts", what });
    }
  }
}

/** Circles in the order of groups and resources, in `requires`, and in `multi` monitors. */
export function checkCycles(
  report: Report,
  groups: ReadGroups,
  drafts: readonly MonitorDraft[],
): void {
  const resourceAfter = new Map(groups.resources.map((one) => [one.id, one.after]));
  const groupAfter = new Map(groups.groups.map((one) => [one.name, one.after]));
  const requires = new Map(drafts.map((one) => [one.name, one.common.requires]));
  const judgesBy = new Map(drafts.map((one) => [one.name, one.own.links.monitors]));
  const monitorPath = (name: string): KeyPath => ["monitors", name];
  tell(report, resourceAfter, "comes after", (name) => [
    ...(groups.resourcePaths.get(name) ?? []),
    "after",
  ]);
  tell(report, groupAfter, "comes after", (name) => [
    ...(groups.groupPaths.get(name) ?? []),
    "after",
  ]);
  tell(report, requires, "requires", (name) => [...monitorPath(name), "requires"]);
  tell(report, judgesBy, "judges by", (name) => {
    const draft = drafts.find((one) => one.name === name);
    return [...monitorPath(name), draft?.keyOf("monitors") ?? ""];
  });
}

function tell(report: Report, edges: Edges, verb: string, path: (name: string) => KeyPath): void {
  for (const cycle of findCycles(edges)) {
    const [first = ""] = cycle;
    const names = cycle.map((name) => `\`${name}\``);
    const what =
      cycle.length === 2
        ? `${names[0] ?? ""} ${verb} itself`
        : `this is a circle: ${names.join(` ${verb} `)}`;
    report.error(path(first), { code: "config/cycle", what, hint: "Take one of them out." });
  }
}
