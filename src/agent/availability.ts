import * as z from "zod/mini";
import type { Millis } from "../base/duration.ts";
import { DAY, MINUTE, SECOND } from "../base/duration.ts";
import { dayOf } from "../base/report-days.ts";
import { Seen } from "../base/seen.ts";
import {
  emptyLedger,
  type Ledger,
  type Moment,
  passGap,
  passTime,
  type Standing,
  STANDINGS,
  standingsOf,
} from "../core/availability.ts";
import type { BootEndEvent } from "../core/boot-cause.ts";
import type { Model } from "../core/model.ts";
import type { State } from "../core/state.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { StateFiles } from "../ports/store.ts";
import { within } from "./within.ts";

const FILE = "availability.json";
const FORMAT = 1;
/** Four hundred days with a hundred groups. */
const BYTES_MOST = 8 * 1024 * 1024;
/** So much is lost at most when the server ends without notice: it counts as not watched. */
const SAVE_EVERY: Millis = 10 * MINUTE;
const DISK_LIMIT: Millis = 5 * SECOND;
/** A clock that was wrong by years must not make years of an outage. */
const GAP_MOST: Millis = 30 * DAY;

const span = z.number();
const sums = z.object({ up: span, down: span, planned: span, unwatched: span, failures: span });
const ledgerSchema = z.object({
  bootId: z.string(),
  at: z.number(),
  wall: z.number(),
  standings: z.record(z.string(), z.enum(STANDINGS)),
  days: z.record(z.string(), z.record(z.string(), sums)),
});
const saved = z.object({ v: z.literal(FORMAT), ledger: ledgerSchema });

export interface AvailabilityParts {
  readonly clock: Clock;
  readonly files: StateFiles;
  readonly bootId: string;
  /** The boot before was shut down in order: until everything is started again nobody misses it. */
  readonly wasShutDown: boolean;
  readonly onFault: (what: string, error: unknown) => void;
}

/** Measures how long each group, and the server, was up; told after each decision how things are. */
export class Availability {
  readonly #parts: AvailabilityParts;
  #ledger: Ledger;
  /** The time before this boot began; how it counts is known when the boot before is explained. */
  #away: { readonly lasted: Millis; readonly standings: Ledger["standings"] } | null = null;
  readonly #seen = new Seen();
  #timer: Timer | null = null;
  #isWriting = false;

  /** Reads what an earlier agent measured; for the agent's start only. */
  constructor(parts: AvailabilityParts) {
    this.#parts = parts;
    const now = this.#now();
    const before = read(parts);
    this.#ledger = before ?? emptyLedger(parts.bootId, now);
    if (before !== null) this.#begin(before, now);
  }

  /** Up to the last time that something changed; see `count`. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  start(): void {
    this.#timer ??= this.#parts.clock.timer(SAVE_EVERY, () => {
      this.#timer = null;
      void this.#save();
      this.start();
    });
  }

  /** After each decision: cheap unless something changed that availability depends on. */
  decided(model: Model, state: State): void {
    const { incidents, groups, resources, plans, suspensions, windows } = state;
    // Failures that are nobody's incident change no group; open ones are few and looked at again.
    const monitors = incidents.length > 0 ? state.monitors : null;
    const seen = [model, incidents, groups, resources, plans, suspensions, windows, monitors];
    if (!this.#seen.hasChanged(seen)) return;
    this.count(model, state);
  }

  /** Brings the ledger up to this moment. */
  count(model: Model, state: State): void {
    const standings = standingsOf(model, state, this.#ledger.standings);
    this.#ledger = passTime(this.#ledger, this.#now(), standings);
  }

  /** How the time away counts: what a person wanted is planned, everything else is an outage. */
  explained(event: BootEndEvent | null): void {
    const away = this.#away;
    this.#away = null;
    if (away === null) return;
    const isPlanned = event?.id === "rebooted-by-person";
    const as = event === null ? "unwatched" : isPlanned ? "planned" : "down";
    const { standings, at, wall } = this.#ledger;
    const then = { ...this.#ledger, standings: away.standings };
    const { day } = this.#now();
    this.#ledger = { ...passGap(then, { at, wall, day }, away.lasted, as), standings };
  }

  /** Writes it down for the last time. */
  async leave(): Promise<void> {
    this.#timer?.cancel();
    this.explained(null);
    await this.#save();
  }

  #begin(before: Ledger, now: Moment): void {
    const { bootId } = this.#parts;
    if (before.bootId === bootId) {
      this.#ledger = passGap(before, now, now.at - before.at, "unwatched");
      return;
    }
    const lasted = Math.min(GAP_MOST, Math.max(0, now.wall - before.wall));
    this.#away = { lasted, standings: before.standings };
    const until: Standing = this.#parts.wasShutDown ? "planned" : "down";
    const standings: Record<string, Standing> = {};
    for (const [name, one] of Object.entries(before.standings)) {
      standings[name] = one === "planned" ? one : until;
    }
    this.#ledger = { ...before, bootId, at: now.at, wall: now.wall, standings };
  }

  #now(): Moment {
    const { clock } = this.#parts;
    const wall = Math.round(clock.wall());
    return { at: clock.now(), wall, day: dayOf(wall) };
  }

  async #save(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    const text = JSON.stringify({ v: FORMAT, ledger: this.#ledger });
    try {
      const { clock, files } = this.#parts;
      await within(clock, DISK_LIMIT, files.replace(FILE, text, false));
    } catch (error) {
      this.#parts.onFault("measured availability cannot be written", error);
    }
    this.#isWriting = false;
  }
}

/** Null when nothing was measured yet, or it cannot be understood: then it begins anew. */
function read({ files, clock, onFault }: AvailabilityParts): Ledger | null {
  const text = files.readAtStart(FILE, BYTES_MOST);
  if (!text.ok) {
    onFault("measured availability cannot be read", text.problem.message);
    return null;
  }
  if (text.value === null) return null;
  try {
    const found = saved.safeParse(JSON.parse(text.value));
    if (found.success) return found.data.ledger;
  } catch {
    // Told below.
  }
  const kept = files.keepAside(FILE, String(Math.round(clock.wall())));
  onFault("measured availability cannot be understood and begins anew", `kept as ${kept}`);
  return null;
}
