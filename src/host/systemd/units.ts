import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, fail, type Result, succeed } from "../../base/result.ts";
import type { UnitFacts } from "../../ports/unit.ts";
import { Gate } from "../gate.ts";
import type { Bus } from "./bus.ts";
import { jobOf, Jobs } from "./jobs.ts";
import { Manager, type ManagerSignal, SYSTEMD } from "./manager.ts";
import { isLookedAt, pickProperties } from "./unit-facts.ts";
import {
  factsOf,
  GARBAGE,
  idOf,
  interfaceOf,
  isUp,
  newRow,
  type Row,
  rulesFor,
  UNIT_TIMING,
  type UnitTiming,
} from "./unit-row.ts";

/** A watched unit as it is after everything was heard that led to it. */
export interface UnitChange {
  readonly facts: UnitFacts;
  /** What led to it was not heard: the bus was away, or it is looked at for the first time. */
  readonly isUnheard: boolean;
}

const UNIT = `${SYSTEMD}.Unit`;
/** Asked of systemd at the same time. */
const READS_AT_ONCE = 16;

/**
 * The units that somebody watches. Any number of signals about any number of units becomes one round:
 * systemd is asked once whether that was all, then each listener is called once for each unit.
 */
export class Units {
  readonly jobs = new Jobs();
  readonly manager: Manager;
  readonly #bus: Bus;
  readonly #timing: UnitTiming;
  readonly #rows = new Map<string, Row>();
  readonly #gate = new Gate(READS_AT_ONCE);
  readonly #dirty = new Set<Row>();
  readonly #listeners: ((change: UnitChange) => void)[] = [];
  readonly #jobListeners: ((unit: string) => void)[] = [];
  readonly #upListeners: (() => void)[] = [];
  readonly #moreRules = new Set<string>();
  #isInRounds = false;
  #isClosed = false;
  /** Transactions of ours that systemd is just making: what they pull along is not somebody else's. */
  #ownTransactions = 0;

  constructor(bus: Bus, timing: UnitTiming = UNIT_TIMING) {
    this.#bus = bus;
    this.#timing = timing;
    this.manager = new Manager(bus);
    this.manager.onSignal((signal) => this.#hear(signal));
    this.manager.onState((isUp) => {
      if (isUp) for (const listener of this.#upListeners) listener();
      else this.jobs.lost();
      this.#lookAtAll(true);
    });
  }

  /** Called for each watched unit that changed, after everything about it was heard. */
  onChange(listener: (change: UnitChange) => void): void {
    this.#listeners.push(listener);
  }

  /** Called at once with the unit of each new job that there is a rule for. */
  onJob(listener: (unit: string) => void): void {
    this.#jobListeners.push(listener);
  }

  /** Called each time systemd can be asked again. */
  onUp(listener: () => void): void {
    this.#upListeners.push(listener);
  }

  /** From now on `holder` watches exactly these; the first opens the bus. */
  watch(holder: string, names: ReadonlySet<string>): void {
    for (const name of names) {
      const row = this.#rows.get(name) ?? newRow(name);
      if (!row.holders.has(holder)) this.#touch(row);
      row.holders.add(holder);
      this.#rows.set(name, row);
    }
    for (const [name, row] of this.#rows) {
      if (names.has(name) || !row.holders.delete(holder) || row.holders.size > 0) continue;
      this.#rows.delete(name);
      this.#dirty.delete(row);
    }
    this.#listen();
    if (names.size > 0) this.#bus.open();
  }

  /** More rules for `onJob`; opens the bus. */
  listenTo(rules: readonly string[]): void {
    for (const rule of rules) this.#moreRules.add(rule);
    this.#listen();
    this.#bus.open();
  }

  /** The unit as it is now; waits a little for a connection that is just being made. */
  async look(name: string): Promise<Result<UnitFacts>> {
    const row = await this.#rowWhenUp(name);
    const isKnown = !row.isStale && !row.isUnsettled;
    const isFresh = isKnown && performance.now() - row.readAt <= this.#timing.freshMs;
    return isFresh ? succeed(this.#factsOf(row)) : await this.#read(row);
  }

  async #rowWhenUp(name: string): Promise<Row> {
    this.#bus.open();
    const row = this.#rows.get(name) ?? newRow(name);
    if (!this.manager.isUp) await this.manager.whenUp(this.#timing.upMs);
    return row;
  }

  /** As `look`, but what is known already does not count. */
  async lookAnew(name: string): Promise<Result<UnitFacts>> {
    const row = await this.#rowWhenUp(name);
    await row.reading;
    return await this.#read(row);
  }

  /** A call that makes jobs; those that it pulls along count as ours. */
  async transact(member: string, unit: string): Promise<Result<readonly unknown[]>> {
    this.#ownTransactions += 1;
    try {
      const answer = await this.manager.call(member, "ss", [unit, "replace"]);
      const job = answer.ok ? jobOf(answer.value[0]) : null;
      if (job !== null) this.jobs.claim(job);
      // The jobs of one transaction are told in one go, before systemd answers anything else.
      if (answer.ok) await this.manager.ping();
      return answer;
    } finally {
      this.#ownTransactions -= 1;
    }
  }

  /** Property of a unit that systemd does not tell changes of; null when it cannot be had. */
  async property(name: string, key: string): Promise<unknown> {
    const path = this.#rows.get(name)?.path ?? (await this.#pathOf(name));
    if (typeof path !== "string") return null;
    const answer = await this.manager.property(path, interfaceOf(name), key);
    return answer.ok ? answer.value : null;
  }

  close(): void {
    this.#isClosed = true;
    this.#rows.clear();
    this.#dirty.clear();
    this.#bus.close();
  }

  #lookAtAll(isUnheard: boolean): void {
    for (const row of this.#rows.values()) {
      row.isStale = true;
      row.isPathOld = true;
      row.isUnheard ||= isUnheard;
      this.#touch(row);
    }
  }

  #touch(row: Row): void {
    row.isUnsettled = true;
    this.#dirty.add(row);
    if (!this.#isInRounds) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isInRounds = true;
    while (this.#dirty.size > 0 && !this.#isClosed) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!this.manager.isUp) {
        // Nobody tells anything: what is known is not to be relied on, and looked at when it is back.
        for (const row of this.#takeDirty()) row.isStale = true;
        break;
      }
      const rows = this.#takeDirty();
      const isHeard = await this.manager.ping();
      const left = isHeard ? await Promise.all(rows.map((row) => this.#settle(row))) : rows;
      for (const row of left) if (row !== null && this.#rows.has(row.name)) this.#dirty.add(row);
      const isDone = left.every((row) => row === null);
      await sleep(isDone ? this.#timing.roundMs : this.#timing.againMs);
    }
    this.#isInRounds = false;
  }

  #takeDirty(): readonly Row[] {
    const rows = [...this.#dirty];
    this.#dirty.clear();
    return rows;
  }

  /** Tells a change; the row itself when it could not be read and has to be looked at again. */
  async #settle(row: Row): Promise<Row | null> {
    if (row.isStale && !(await this.#read(row)).ok) return row;
    // What changed while it was read has put it among those that are looked at next.
    if (row.isStale || !this.#rows.has(row.name)) return null;
    row.readAt = performance.now();
    if (isUp(row)) row.endedJob = null;
    const change = { facts: this.#factsOf(row), isUnheard: row.isUnheard };
    row.isUnheard = false;
    row.isUnsettled = this.#dirty.has(row);
    for (const listener of this.#listeners) listener(change);
    return null;
  }

  #factsOf(row: Row): UnitFacts {
    return factsOf(row, (job) => this.jobs.isOurs(job));
  }

  #read(row: Row): Promise<Result<UnitFacts>> {
    row.reading ??= this.#gate
      .run(() => this.#readAll(row))
      .finally(() => {
        row.reading = null;
      });
    return row.reading;
  }

  async #readAll(row: Row): Promise<Result<UnitFacts>> {
    let { path } = row;
    if (path === null || row.isPathOld) {
      const found = await this.#pathOf(row.name);
      if (typeof found !== "string") return fail(found);
      path = row.path = found;
      row.isPathOld = false;
    }
    const { changesHeard } = row;
    const special = interfaceOf(row.name);
    const [common, own] = await Promise.all([
      this.manager.properties(path, UNIT),
      this.manager.properties(path, special),
    ]);
    if (!common.ok) return common;
    const picked = pickProperties(common.value);
    if (picked === null || typeof picked["ActiveState"] !== "string") return fail(GARBAGE);
    // A unit that was not found has only what all units have.
    row.properties = { ...picked, ...(own.ok ? pickProperties(own.value) : {}) };
    // A change that was told between the two answers is in neither or in one: it is read again.
    row.isStale = row.changesHeard !== changesHeard;
    row.readAt = performance.now();
    if (this.#rows.get(row.name) === row) this.#listen();
    return succeed(this.#factsOf(row));
  }

  /** Loads the unit; of an alias this is the path of the unit it stands for. */
  async #pathOf(name: string): Promise<string | Fault> {
    const answer = await this.manager.call("LoadUnit", "s", [name]);
    if (!answer.ok) return answer.problem;
    const [path] = answer.value;
    return typeof path === "string" ? path : GARBAGE;
  }

  #listen(): void {
    const rules = rulesFor([...this.#rows.values()]);
    this.manager.listenTo(new Set([...this.#moreRules, ...rules]));
  }

  #hear(signal: ManagerSignal): void {
    switch (signal.is) {
      case "reloaded":
        this.#lookAtAll(false);
        return;
      case "changed":
        for (const row of this.#rows.values()) {
          if (row.path === signal.path) this.#takeChange(row, signal);
        }
        return;
      case "job-new":
        for (const listener of this.#jobListeners) listener(signal.unit);
        if (this.#ownTransactions > 0) this.jobs.claim(signal.job);
        return;
      case "job-removed":
        this.jobs.ended(signal.job, signal.result);
        for (const row of this.#rows.values()) {
          if (idOf(row) !== signal.unit) continue;
          // A unit's change is told before the end of the job that made it (systemd's dbus-job.c): a
          // job that leaves it active is no stop, though it may crash before we look.
          const isKnownUp = isUp(row) && !row.isStale && row.reading === null;
          row.endedJob = signal.result === "done" && !isKnownUp ? signal.job : null;
          this.#touch(row);
        }
    }
  }

  #takeChange(row: Row, signal: ManagerSignal & { is: "changed" }): void {
    row.changesHeard += 1;
    const changed = pickProperties(signal.changed);
    if (changed === null || isLookedAt(signal.invalidated)) row.isStale = true;
    else row.properties = { ...row.properties, ...changed };
    if (isUp(row)) row.endedJob = null;
    this.#touch(row);
  }
}
