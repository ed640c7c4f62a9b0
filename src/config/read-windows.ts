import * as z from "zod/mini";
import { DAY, MINUTE, type Millis } from "../base/duration.ts";
import type { PlannedWindow, SuspendScope } from "../core/model.ts";
import { about, duration, line, prose } from "../monitors/fields.ts";
import { type Calendar, isZone, windowAt } from "./calendar.ts";
import type { ReadCron } from "./cron.ts";
import { type Entry, type Raw, type Reading, readNamedMap } from "./named-map.ts";
import type { ReadGroups } from "./read-groups.ts";
import { salvage } from "./salvage.ts";
import { names } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { written } from "./written.ts";

/** Most planned windows of one server. */
export const MAX_WINDOWS = 200;

export const plannedWindow = z.strictObject({
  title: about("Text for people; default: the name", z._default(prose(200), "")),
  comment: about("Text for people", z._default(prose(), "")),
  cron: about(
    "When it opens: minute, hour, day of the month, month, day of the week; all of them must match",
    line(200),
  ),
  for: about("How long it stays open", duration(MINUTE, 7 * DAY)),
  zone: about("Time zone, such as `Asia/Tokyo`; default: that of the server", z.optional(line(64))),
  suspend: about(
    "What is suspended meanwhile: groups, monitors, or `all`; `[]`: nothing, for drills",
    z.union([line(127), names()]),
  ),
});

/** When a planned window opens; what it suspends is in the model. */
export interface LoadedWindow {
  readonly name: string;
  readonly title: string;
  readonly calendar: Calendar;
}

export interface ReadWindows {
  /** As they were written, also of those that could not be read. */
  readonly names: ReadonlySet<string>;
  readonly planned: readonly PlannedWindow[];
  readonly windows: ReadonlyMap<string, LoadedWindow>;
  readonly effective: Readonly<Record<string, unknown>>;
}

const RULES = {
  kind: "window",
  most: MAX_WINDOWS,
  reserved: new Set<string>(),
  example: 'Write `nightly: { cron: "0 2 * * *", for: 1h, suspend: [shop] }`.',
};

/** What windows may name, and when they are read. */
export interface WindowSurroundings {
  readonly groups: ReadGroups;
  readonly monitors: ReadonlySet<string>;
  /** Windows in which a drill is made. */
  readonly drilled: ReadonlySet<unknown>;
  readonly readCron: ReadCron | undefined;
  /** Calendar time, to find what never opens; left out = that is not looked at. */
  readonly wall: Millis | undefined;
}

/** Reads the top-level key `windows`. */
export function readWindows(
  reading: Reading,
  value: unknown,
  surroundings: WindowSurroundings,
): ReadWindows {
  const planned: PlannedWindow[] = [];
  const windows = new Map<string, LoadedWindow>();
  const effective: Record<string, unknown> = {};
  const entries = readNamedMap(reading, ["windows"], value, RULES);
  for (const entry of entries) {
    const given = salvage(reading.report, plannedWindow, entry.raw, { base: entry.path });
    if (given === null) continue;
    const one = given.value;
    const list = typeof one.suspend === "string" ? [one.suspend] : one.suspend;
    const scopes = readScopes(reading, entry, list, surroundings);
    const calendar = readCalendar(reading, entry, one, surroundings);
    if (calendar === null) continue;
    planned.push({ name: entry.name, scopes });
    windows.set(entry.name, { name: entry.name, title: one.title || entry.name, calendar });
    effective[entry.name] = written(plannedWindow, { ...one, suspend: list }) satisfies Raw;
  }
  return { names: new Set(entries.map(({ name }) => name)), planned, windows, effective };
}

function readCalendar(
  { report }: Reading,
  { path }: Entry,
  { cron, zone, for: forMs }: z.output<typeof plannedWindow>,
  { readCron, wall }: WindowSurroundings,
): Calendar | null {
  if (zone !== undefined && !isZone(zone)) {
    const what = `there is no time zone \`${zone}\``;
    const hint = (): string | null => didYouMean(zone, Intl.supportedValuesOf("timeZone"));
    report.error([...path, "zone"], { code: "config/unknown-name", what, hint });
    return null;
  }
  const read = readCron?.(cron);
  if (read === undefined) return null;
  if (!read.ok) {
    const hint = 'Write `"0 2 * * *"` for every night at two.';
    report.error([...path, "cron"], { code: "config/wrong-value", what: read.problem, hint });
    return null;
  }
  const calendar = { times: read.value, zone: zone ?? null, forMs };
  const [, , day, , weekday] = cron.trim().split(/\s+/);
  if (day !== "*" && weekday !== "*" && day !== "?" && weekday !== "?") {
    const what = "day of the month and day of the week must both match, other than in a crontab";
    report.warn([...path, "cron"], { code: "config/unusual", what });
  }
  if (wall !== undefined && windowAt(calendar, wall).changesAt === null) {
    const what = "no such day comes in the next eight years";
    report.warn([...path, "cron"], { code: "config/never-acts", what });
  }
  return calendar;
}

function readScopes(
  { report }: Reading,
  { name: window, path }: Entry,
  list: readonly string[],
  { groups, monitors, drilled }: WindowSurroundings,
): readonly SuspendScope[] {
  const scopes = new Set<SuspendScope>();
  const place = [...path, "suspend"];
  for (const name of list) {
    if (name === "all") scopes.add("all");
    if (groups.groupPaths.has(name)) scopes.add(`group:${name}`);
    if (monitors.has(name)) scopes.add(`monitor:${name}`);
    if (name === "all" || groups.groupPaths.has(name) || monitors.has(name)) continue;
    const what = `there is no group or monitor \`${name}\``;
    const known = (): string[] => [...groups.groupPaths.keys(), ...monitors, "all"];
    const hint = (): string | null => didYouMean(name, known());
    report.error(place, { code: "config/unknown-name", what, hint });
  }
  if (list.length === 0 && !drilled.has(window)) {
    const what = "nothing is suspended, so this window does nothing";
    const hint = "Name groups, monitors or all; or the window in a drill.";
    report.warn(place, { code: "config/never-acts", what, hint });
  }
  return [...scopes];
}
