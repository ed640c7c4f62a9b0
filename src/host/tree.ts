import type { Millis } from "../base/duration.ts";
import type { Tracking } from "../ports/driver.ts";
import type { ProcessId } from "../ports/host.ts";
import { type Census, MARK, type MarkCache, type TreeSign } from "./census.ts";
import type { Cgroup } from "./cgroup.ts";
import { isAlive, isRunning, type ProcessStat, readStat } from "./proc.ts";
import type { ScopeAnswer } from "./scopes.ts";
import { SIGKILL, signalProcess } from "./signal-process.ts";
import { TreeGroups } from "./tree-groups.ts";

/** What is kept of a tree in a file, so that the next agent finds it again. */
export interface TreeRecord {
  readonly sessions: readonly number[];
  readonly pids: readonly ProcessId[];
  readonly cgroup: string | null;
}

/** A look at /proc is taken as of now for so long. */
const FRESH: Millis = 1;
/** Pids kept of one tree; more are still found by session and mark. */
const RECORDED_MOST = 256;

/**
 * All processes of one resource, however they fork: held by a control group where one may be made,
 * else known by session, recorded pids and the mark in their environment.
 */
export class ProcessTree {
  readonly mark: string;
  readonly #marks: MarkCache;
  readonly #groups: TreeGroups;
  #sessions = new Set<number>();
  #recorded: readonly ProcessId[] = [];
  #reaper: number | null = null;
  #addedAt: Millis = 0;
  readonly #log: string | null;
  /** Everything that was started before its group was joined has been swept in. */
  #isSwept = true;
  /** Moves into the group that are under way. */
  #joining = 0;
  /** The last program started is in its group, or will not be. */
  #joined: Promise<void> = Promise.resolve();
  #isProvedEmpty = false;

  /** `cgroup`: its folder, or null to do without. `log`: where its programs write. */
  constructor(mark: string, cgroup: string | null, log: string | null, marks: MarkCache) {
    this.#log = log;
    this.mark = mark;
    this.#marks = marks;
    this.#groups = new TreeGroups(cgroup);
  }

  get tracking(): Tracking {
    if (this.#groups.isScope) return "systemd scope";
    return this.#groups.current ? "cgroup" : "session and mark";
  }

  /** `NAME=value` for the environment of everything that is started in it. */
  get variable(): string {
    return `${MARK}=${this.mark}`;
  }

  /** Its group alone says who its members are. */
  get isKnownByGroup(): boolean {
    return this.#groups.current !== null && this.#isSwept;
  }

  /** When something was last started in it (`performance.now()`): an older look misses it. */
  get addedAt(): Millis {
    return this.#addedAt;
  }

  get needsSweep(): boolean {
    return this.#groups.current !== null && !this.#isSwept;
  }

  /** Sweeping comes to an end: not while a move is awaited; into a scope not all may be moved. */
  get canBeSwept(): boolean {
    const { current, moving, isScope } = this.#groups;
    return current !== null && moving === null && !isScope;
  }

  /** It was proved empty, and nothing was started in it since. */
  get isForgotten(): boolean {
    return this.#sessions.size === 0 && this.#recorded.length === 0 && this.#isSwept;
  }

  /** Something may be started in it at any moment: no proof by the group alone until it was swept. */
  expect(): void {
    this.#isSwept = false;
    this.#isProvedEmpty = false;
    this.#addedAt = performance.now();
  }

  /** A program is about to be started in it; to be called when that was answered. */
  launching(): () => void {
    this.expect();
    return this.#marks.launching(this.mark);
  }

  get record(): TreeRecord {
    return {
      sessions: [...this.#sessions],
      pids: this.#recorded,
      cgroup: this.#groups.current?.path ?? null,
    };
  }

  /** Takes up what an earlier agent knew. A group at another place is used on. */
  restore(record: TreeRecord): void {
    this.#sessions = new Set(record.sessions);
    this.#recorded = record.pids;
    if (record.cgroup !== null) this.#groups.restore(record.cgroup);
    this.expect();
  }

  /**
   * A program was just started for it. It is moved into the group meanwhile; until `sweep` has run
   * its children are looked for by session and mark as well.
   */
  add(id: ProcessId): void {
    this.#sessions.add(id.pid);
    this.#recorded = [...this.#recorded.filter((one) => one.pid !== id.pid), id];
    this.expect();
    this.#marks.launched(id, this.mark);
    this.#reaper = readStat(id.pid)?.parent ?? this.#reaper;
    const cgroup = this.#groups.prepare();
    if (!cgroup) return;
    this.#joining += 1;
    this.#joined = cgroup.join(id.pid).then((isIn) => this.#endJoin(cgroup, isIn, id));
  }

  #endJoin(cgroup: Cgroup, isIn: boolean, id: ProcessId): void {
    this.#joining -= 1;
    const stat = readStat(id.pid);
    const isHere = stat?.startTime === id.startTime && isRunning(stat);
    if (!isIn && isHere) this.#groups.giveUp(cgroup);
  }

  /**
   * systemd will be asked to move this process of it into a scope: until `endMove` the tree is known
   * by session and mark as well, and nothing is moved back. Resolves when it may be asked.
   */
  async beginMove(id: ProcessId): Promise<void> {
    this.#groups.moving = id;
    this.expect();
    // A late join would take it out of the scope again, which would end with that.
    await this.#joined;
  }

  /** What came of it; false when nothing is known, or when the tree has ended since. */
  endMove(id: ProcessId, answer: ScopeAnswer): boolean {
    if (this.#groups.moving !== id || answer === "unanswered") return false;
    if (answer !== "refused") this.#groups.enter(answer.folder);
    this.#groups.moving = null;
    this.expect();
    return true;
  }

  /** A member was found in this scope: the others follow with the next sweeps. */
  enterScope(folder: string): void {
    this.#groups.enter(folder);
    this.expect();
  }

  /**
   * Learns the members' sessions and pids, and moves every member that was forked before its parent
   * joined into the group. Once none was outside, the group alone is the truth.
   */
  async sweep(census: Census): Promise<void> {
    const cgroup = this.#groups.current;
    if (cgroup && this.#isSwept) return;
    const found = this.#find(census);
    if (!cgroup || this.#groups.moving) return;
    const inside = new Set(cgroup.members());
    const pids = new Set([...found.map((stat) => stat.pid), ...this.#groups.strays()]);
    const outside = [...pids].filter((pid) => !inside.has(pid));
    if (outside.length === 0) {
      // What joins just now may have forked after the look and before it was in: look once more.
      this.#isSwept = this.#joining === 0 && this.#groups.isMoved();
      return;
    }
    this.#joining += 1;
    await Promise.all(outside.slice(0, RECORDED_MOST).map((pid) => cgroup.join(pid)));
    this.#joining -= 1;
  }

  /** Living members. Without a group, or before it is swept, this scans all processes. */
  members(census?: Census): ProcessStat[] {
    const inside = this.#groups
      .members()
      .map(readStat)
      .filter((stat) => stat !== null)
      .filter(isRunning);
    if (this.isKnownByGroup) return inside;
    const found = new Map(inside.map((stat) => [stat.pid, stat]));
    const look = census ?? this.#marks.look(this.#addedAt);
    // What ended since an older look is no member any more; few are asked, not all processes.
    const isOld = performance.now() - look.takenAt > FRESH;
    for (const stat of this.#find(look)) {
      if (!isOld || isAlive(stat)) found.set(stat.pid, stat);
    }
    return [...found.values()];
  }

  /** Proof that nothing of it lives; a group that cannot be read is no proof. */
  isEmpty(census?: Census): boolean {
    // Nobody but us can put something into an empty tree.
    if (this.#isProvedEmpty) return true;
    this.#isProvedEmpty = this.#prove(census);
    return this.#isProvedEmpty;
  }

  #prove(census?: Census): boolean {
    if (!this.#groups.current) return this.members(census).length === 0;
    if (!this.#groups.isEmpty()) return false;
    if (this.#isSwept) return true;
    if (this.members(census).length > 0) return false;
    this.#isSwept = true;
    return true;
  }

  /** Sends a signal to every member once; returns how many got it. */
  signal(signal: number, census?: Census): number {
    let count = 0;
    for (const stat of this.members(census)) if (signalProcess(stat, signal)) count += 1;
    return count;
  }

  /** Kills all members; what forks meanwhile needs another call. */
  kill(): void {
    this.#groups.kill();
    if (!this.#isSwept || !this.#groups.isEmpty()) this.signal(SIGKILL);
  }

  /** Nothing of it lives any more: forgets its pids. */
  forget(): void {
    this.#sessions = new Set();
    this.#recorded = [];
    this.#reaper = null;
    this.#isSwept = true;
    this.#groups.reset();
  }

  /** Removes the group's folder when it is empty. */
  removeGroup(): void {
    this.#groups.remove();
  }

  #find(census: Census): ProcessStat[] {
    const sign: TreeSign = {
      mark: this.mark,
      sessions: this.#sessions,
      recorded: this.#recorded,
      // A tree without a log is a probe's, in the spawner, which knows of no other trees: it would
      // take their orphans for its own.
      reaper: this.#log === null ? null : this.#reaper,
      log: this.#log,
    };
    const found = census.members(sign);
    // An older look does not know what was added since, and must not forget it.
    if (census.takenAt >= this.#addedAt) this.#remember(found);
    return found;
  }

  /** A daemon makes a session of its own and may clear its environment: remember it while it is known. */
  #remember(found: readonly ProcessStat[]): void {
    for (const stat of found) this.#marks.claim(stat, this.mark);
    const living = new Set(found.map((stat) => stat.session));
    for (const session of this.#sessions) if (!living.has(session)) this.#sessions.delete(session);
    const pids = new Set(found.map((stat) => stat.pid));
    for (const session of living) if (pids.has(session)) this.#sessions.add(session);
    this.#recorded = found
      .slice(0, RECORDED_MOST)
      .map(({ pid, startTime }) => ({ pid, startTime }));
  }
}
