import * as z from "zod/mini";
import { DRILL_DEFAULT_MS, DRILL_KINDS, DRILL_MAX_MS, type DrillKind } from "../base/drill.ts";
import type { Millis } from "../base/duration.ts";
import {
  type DrillTargets,
  drilledGroup,
  drilledResource,
  isResourceDrill,
} from "../core/drill.ts";
import type { Group, Monitor, SuspendScope } from "../core/model.ts";
import { about, absolutePath, duration, line, prose } from "../monitors/fields.ts";
import type { LoadedDrill } from "./loaded-config.ts";
import { type Entry, isRaw, type Raw, type Reading, readNamedMap } from "./named-map.ts";
import type { ReadGroups } from "./read-groups.ts";
import type { ReadWindows } from "./read-windows.ts";
import { salvage } from "./salvage.ts";
import { didYouMean } from "./suggest.ts";
import { written } from "./written.ts";

/** Most configured drills of one server. */
export const MAX_DRILLS = 200;

const span = () => duration(100, DRILL_MAX_MS);

export const configuredDrill = z.strictObject({
  title: about("Text for people; default: the name", z._default(prose(200), "")),
  comment: about("Text for people", z._default(prose(), "")),
  kind: about(
    "What is broken, as in `solosafe drill`: `kill`, `freeze` and `slow` break a resource, `fill` and `link` what a monitor watches",
    z.enum(DRILL_KINDS),
  ),
  target: about("The resource (`group/name`), or the monitor that is to notice", line(127)),
  window: about("The planned window in which it is made, once each time that it opens", line(63)),
  for: about(
    "How long the fault lasts; `kill` takes no time",
    z._default(span(), DRILL_DEFAULT_MS),
  ),
  pause: about("`slow`: how long it stands still at a time; default: 5s", z.optional(span())),
  path: about("`fill`: which of the folders that the monitor watches", z.optional(absolutePath())),
  namespace: about("`link`: the network namespace", z.optional(line(64))),
  interface: about("`link`: the interface in it", z.optional(line(15))),
});

type Given = z.output<typeof configuredDrill>;

/** Keys that mean something for one kind only. */
const OWN_KEYS = {
  pause: "slow",
  path: "fill",
  namespace: "link",
  interface: "link",
} as const satisfies Partial<Record<keyof Given, DrillKind>>;

export interface ReadDrills {
  readonly drills: ReadonlyMap<string, LoadedDrill>;
  readonly effective: Raw;
}

const RULES = {
  kind: "drill",
  most: MAX_DRILLS,
  reserved: new Set<string>(),
  example: "Write `web-dies: { kind: kill, target: shop/web, window: sunday }`.",
};

/** What drills may name. */
export interface DrillSurroundings {
  readonly groups: ReadGroups;
  readonly monitors: readonly Monitor[];
  readonly windows: ReadWindows;
}

/** The windows that some drill names, as far as one can tell before they are read. */
export function drilledWindows(value: unknown): ReadonlySet<unknown> {
  const drills = isRaw(value) ? Object.values(value) : [];
  return new Set(drills.map((one) => (isRaw(one) ? one["window"] : undefined)));
}

/** Reads the top-level key `drills`. */
export function readDrills(
  reading: Reading,
  value: unknown,
  { groups, monitors, windows }: DrillSurroundings,
): ReadDrills {
  const drills = new Map<string, LoadedDrill>();
  const effective: Record<string, unknown> = {};
  const entries = readNamedMap(reading, ["drills"], value, RULES);
  if (entries.length === 0) return { drills, effective };
  const targets: DrillTargets = {
    groups: new Map(groups.groups.map((one): [string, Group] => [one.name, one])),
    resources: new Map(groups.resources.map((one) => [one.id, one])),
    monitors: new Map(monitors.map((one) => [one.name, one])),
  };
  for (const entry of entries) {
    const read = salvage(reading.report, configuredDrill, entry.raw, { base: entry.path });
    if (read === null) continue;
    const given = read.value;
    checkKeys(reading, entry, given);
    checkTarget(reading, entry, given, targets);
    checkWindow(reading, entry, given, { targets, windows });
    drills.set(entry.name, loaded(entry.name, given));
    effective[entry.name] = written(configuredDrill, given);
  }
  return { drills, effective };
}

function loaded(name: string, given: Given): LoadedDrill {
  const { kind, target, window, for: forMs, pause, path, namespace, interface: link } = given;
  return {
    name,
    title: given.title || name,
    kind,
    target,
    window,
    forMs: kind === "kill" ? 0 : forMs,
    pauseMs: pause ?? null,
    path: path ?? null,
    namespace: namespace ?? null,
    link: link ?? null,
  };
}

function checkKeys({ report }: Reading, { path }: Entry, given: Given): void {
  const { kind } = given;
  for (const [key, owner] of Object.entries(OWN_KEYS)) {
    const isThere = given[key as keyof typeof OWN_KEYS] !== undefined;
    if (isThere && kind !== owner) {
      const what = `it means something for \`${owner}\` only, this is \`${kind}\``;
      report.error([...path, key], { code: "config/wrong-value", what });
    }
    if (!isThere && owner === "link" && kind === "link") {
      report.error([...path, key], { code: "config/missing-key", what: "this key is missing" });
    }
  }
}

function checkTarget(
  { report }: Reading,
  { path }: Entry,
  { kind, target }: Given,
  names: DrillTargets,
): void {
  const place = [...path, "target"];
  const { groups, resources, monitors } = names;
  if (!groups.has(target) && !resources.has(target) && !monitors.has(target)) {
    const what = `there is no group, resource or monitor \`${target}\``;
    const known = [...resources.keys(), ...monitors.keys(), ...groups.keys()];
    const hint = (): string | null => didYouMean(target, known);
    report.error(place, { code: "config/unknown-name", what, hint });
  } else if (isResourceDrill(kind) && drilledResource(names, target) === undefined) {
    const what = `\`${target}\` has no single resource to break`;
    const hint = "Name one as `group/name`.";
    report.error(place, { code: "config/wrong-value", what, hint });
  } else if (!isResourceDrill(kind) && !monitors.has(target)) {
    const what = `\`${kind}\` needs the monitor that is to notice; \`${target}\` is none`;
    report.error(place, { code: "config/wrong-value", what });
  }
}

interface WindowCheck {
  readonly targets: DrillTargets;
  readonly windows: ReadWindows;
}

function checkWindow(
  { report }: Reading,
  { path }: Entry,
  { kind, target, window, for: forMs }: Given,
  { targets, windows }: WindowCheck,
): void {
  const place = [...path, "window"];
  if (!windows.names.has(window)) {
    const what = `there is no planned window \`${window}\``;
    const hint = (): string | null => didYouMean(window, [...windows.names]);
    report.error(place, { code: "config/unknown-name", what, hint });
  }
  const planned = windows.planned.find(({ name }) => name === window);
  if (planned === undefined) return;
  const code = "config/never-acts";
  const scope = suspendedBy(planned.scopes, kind, target, targets);
  if (scope !== null) {
    const what = `window \`${window}\` suspends ${scope}, so nobody would notice the fault`;
    report.warn(place, { code, what, hint: "Make drills in a window that does not." });
  }
  const lasts: Millis = windows.windows.get(window)?.calendar.forMs ?? forMs;
  if (kind !== "kill" && lasts <= forMs) {
    const what = `window \`${window}\` is not longer than the fault lasts, so it is never made`;
    report.warn(place, { code, what });
  }
}

function suspendedBy(
  scopes: readonly SuspendScope[],
  kind: DrillKind,
  target: string,
  targets: DrillTargets,
): string | null {
  const group = drilledGroup(targets, kind, target);
  if (scopes.includes("all")) return "everything";
  if (group !== null && scopes.includes(`group:${group}`)) return `group \`${group}\``;
  return scopes.includes(`monitor:${target}`) ? `monitor \`${target}\`` : null;
}
