import type { Millis } from "../base/duration.ts";
import { isGroupActive } from "./group-order.ts";
import type { Model } from "./model.ts";
import type { State } from "./state.ts";
import { isGroupSuspended } from "./suspension.ts";

/**
 * How a group, or the server, is at a moment. `planned`: it is not meant to be there, or may be down
 * (stopped by a person, suspended, in a planned window). `unwatched`: nobody looked.
 */
export const STANDINGS = ["up", "down", "planned", "unwatched"] as const;
export type Standing = (typeof STANDINGS)[number];

/** What was measured on one day of one group, or of the server. */
export type DaySums = { readonly [Each in Standing]: Millis } & {
  /** How often it went down. */
  readonly failures: number;
};

/** Measured availability, day by day. Plain JSON. */
export interface Ledger {
  /** Up to then everything is counted: by the clock that never jumps, in this boot, and by the calendar. */
  readonly bootId: string;
  readonly at: Millis;
  readonly wall: Millis;
  /** How things were then, by name; `server` is the server. */
  readonly standings: { readonly [name: string]: Standing };
  /** By day (`2026-11-21`), then by name. */
  readonly days: { readonly [day: string]: { readonly [name: string]: DaySums } };
}

/** The server's own name in a ledger: no group may be called so (`RESERVED`, config). */
export const SERVER = "server";
/** Thirteen months, so that a year can be compared. */
export const DAYS_MAX = 400;

const NONE: DaySums = { up: 0, down: 0, planned: 0, unwatched: 0, failures: 0 };

/** A moment: both clocks, and the day that people call it. */
export interface Moment {
  readonly at: Millis;
  readonly wall: Millis;
  readonly day: string;
}

export function emptyLedger(bootId: string, { at, wall }: Moment): Ledger {
  return { bootId, at, wall, standings: {}, days: {} };
}

/** How each group is, and the server: that is up as long as somebody can ask. */
export function standingsOf(
  model: Model,
  state: State,
  before: Ledger["standings"],
): Ledger["standings"] {
  const groups = [...model.groups.keys()].map((name) => [
    name,
    standingOf(model, state, name, before[name]),
  ]);
  return { [SERVER]: "up", ...Object.fromEntries(groups) };
}

function standingOf(
  model: Model,
  state: State,
  group: string,
  before: Standing | undefined,
): Standing {
  const { goal } = state.groups.get(group);
  if (goal !== "active" || isGroupSuspended(state, group)) return "planned";
  if (!isGroupActive(model, state, group)) {
    // A start belongs to what made it necessary: a failure, or what a person wanted.
    const isAsked = state.plans.some((one) => one.step === null && one.groups.includes(group));
    return isAsked && before !== "down" ? "planned" : "down";
  }
  return isGroupUp(model, state, group) ? "up" : "down";
}

/** Everything of it that may run is active, and none of its monitors is failed. */
export function isGroupUp(model: Model, state: State, group: string): boolean {
  const isFailing = state.incidents.some(
    (one) => one.group === group && one.members.some((name) => isFailed(model, state, name)),
  );
  return isGroupActive(model, state, group) && !isFailing;
}

/** A rehearsed failure is none. A resource of the group is judged by whether the group is active. */
function isFailed(model: Model, state: State, member: string): boolean {
  if (!model.monitors.has(member)) return false;
  const { status, isRehearsed } = state.monitors.get(member);
  return status.is === "failed" && !isRehearsed;
}

/** Counts the time since the ledger's moment as things were then; from now on they are as given. */
export function passTime(ledger: Ledger, now: Moment, standings: Ledger["standings"]): Ledger {
  const passed = Math.max(0, now.at - ledger.at);
  return enter(count(ledger, now, passed, ledger.standings), now.day, standings);
}

/**
 * Counts the time in which no agent was there: `as` says how it was. Who was not meant to be there
 * was not missed.
 */
export function passGap(
  ledger: Ledger,
  now: Moment,
  gapMs: Millis,
  as: Exclude<Standing, "up">,
): Ledger {
  const names = Object.keys(ledger.standings);
  const during = Object.fromEntries(
    names.map((name) => [name, ledger.standings[name] === "planned" ? "planned" : as]),
  );
  return enter(count(ledger, now, Math.max(0, gapMs), during), now.day, during);
}

function count(
  ledger: Ledger,
  { at, wall, day }: Moment,
  passed: Millis,
  during: Ledger["standings"],
): Ledger {
  const sums: Record<string, DaySums> = { ...ledger.days[day] };
  for (const [name, standing] of Object.entries(during)) {
    const old = sums[name] ?? NONE;
    sums[name] = { ...old, [standing]: old[standing] + passed };
  }
  return { ...ledger, at, wall, days: prune({ ...ledger.days, [day]: sums }) };
}

/** From now on things are so; each that was not down before and is now went down once more. */
function enter(ledger: Ledger, day: string, standings: Ledger["standings"]): Ledger {
  const before = ledger.standings;
  const sums: Record<string, DaySums> = { ...ledger.days[day] };
  for (const [name, standing] of Object.entries(standings)) {
    const old = sums[name] ?? NONE;
    const hasFallen = standing === "down" && before[name] !== undefined && before[name] !== "down";
    if (hasFallen) sums[name] = { ...old, failures: old.failures + 1 };
  }
  return { ...ledger, standings, days: { ...ledger.days, [day]: sums } };
}

function prune(days: Ledger["days"]): Ledger["days"] {
  const names = Object.keys(days);
  if (names.length <= DAYS_MAX) return days;
  const kept = new Set(names.toSorted().slice(-DAYS_MAX));
  return Object.fromEntries(Object.entries(days).filter(([day]) => kept.has(day)));
}

/** One row of a report: what was measured from one day up to another (both counted). */
export interface AvailabilityRow extends DaySums {
  readonly name: string;
  /** Part of the time that counts; null when none was measured. */
  readonly availability: number | null;
  /** Mean time to repair and between failures; null without a failure. */
  readonly repairMs: Millis | null;
  readonly betweenMs: Millis | null;
}

/** The server first, then groups by name. */
export function availabilityReport(ledger: Ledger, from: string, to: string): AvailabilityRow[] {
  const totals = new Map<string, DaySums>();
  for (const [day, sums] of Object.entries(ledger.days)) {
    if (day < from || day > to) continue;
    for (const [name, one] of Object.entries(sums)) {
      totals.set(name, add(totals.get(name) ?? NONE, one));
    }
  }
  const names = [...totals.keys()].filter((name) => name !== SERVER).toSorted();
  return [SERVER, ...names].flatMap((name) => {
    const sums = totals.get(name);
    return sums === undefined ? [] : [rowOf(name, sums)];
  });
}

function rowOf(name: string, sums: DaySums): AvailabilityRow {
  const { up, down, failures } = sums;
  const measured = up + down;
  return {
    name,
    ...sums,
    availability: measured === 0 ? null : up / measured,
    repairMs: failures === 0 ? null : down / failures,
    betweenMs: failures === 0 ? null : up / failures,
  };
}

function add(one: DaySums, other: DaySums): DaySums {
  return {
    up: one.up + other.up,
    down: one.down + other.down,
    planned: one.planned + other.planned,
    unwatched: one.unwatched + other.unwatched,
    failures: one.failures + other.failures,
  };
}
