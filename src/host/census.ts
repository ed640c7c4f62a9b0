import { readlinkSync } from "node:fs";
import { dirname } from "node:path";
import type { Millis } from "../base/duration.ts";
import type { ProcessId } from "../ports/host.ts";
import {
  isRunning,
  listStats,
  type ProcessStat,
  readEnvironmentMark,
  readExecutable,
} from "./proc.ts";

/** Environment variable that names the resource a process belongs to. */
export const MARK = "SOLOSAFE_RESOURCE";

const KNOWN_MOST = 65_536;
const LAUNCHES_MOST = 256;
/** A daemon is in the background within this many clock ticks (5 s) of its start. */
const DAEMON_TICKS = 500;

/** After 2 s a process has long loaded its program. */
const SETTLED_TICKS = 200;

/** Clock ticks since the boot, as start times count them: 100 a second on every Linux of today. */
function ticksNow(): number {
  return Number(process.hrtime.bigint() / 10_000_000n);
}

/** A program was started for a tree. */
interface Launch {
  readonly startTime: number;
  readonly mark: string;
}

interface Known {
  readonly startTime: number;
  readonly mark: string | null;
}

/**
 * Which tree a process belongs to, once that is known: a program may overwrite its environment, or
 * clear it for its children. Shared by all trees.
 */
export class MarkCache {
  readonly #known = new Map<number, Known>();
  #last: Census | null = null;
  #launches: Launch[] = [];
  /** Asked for and not answered. */
  readonly #launching = new Set<Launch>();

  /** Null: no mark, or unreadable. */
  markOf(stat: ProcessStat): string | null {
    const known = this.#known.get(stat.pid);
    if (known && known.startTime === stat.startTime) return known.mark;
    // Reading the environment of a process in uninterruptible sleep may hang with it.
    if (stat.state === "D") return null;
    const mark = readEnvironmentMark(stat.pid, MARK);
    // A program that was only just forked still shows its parent's environment: look again later.
    const isSettled = mark !== null || stat.startTime < ticksNow() - SETTLED_TICKS;
    if (isSettled) this.#known.set(stat.pid, { startTime: stat.startTime, mark });
    return mark;
  }

  /** It belongs to this tree, whatever its environment says from now on. */
  claim({ pid, startTime }: ProcessId, mark: string): void {
    this.#known.set(pid, { startTime, mark });
  }

  /**
   * A program is about to be started for this tree: what it begets may be seen before its start is
   * answered, and belongs to no other tree. To be called when that is over.
   */
  launching(mark: string): () => void {
    const launch = { startTime: ticksNow(), mark };
    this.#launching.add(launch);
    return () => this.#launching.delete(launch);
  }

  /** A program was just started for this tree. */
  launched(id: ProcessId, mark: string): void {
    this.claim(id, mark);
    this.#launches = [...this.#launches, { startTime: id.startTime, mark }].slice(-LAUNCHES_MOST);
  }

  /** The tree that alone had a program started shortly before this; null when there were several. */
  onlyLaunchBefore(startTime: number): string | null {
    const from = startTime - DAEMON_TICKS;
    const near = [...this.#launches, ...this.#launching].filter(
      (one) => one.startTime <= startTime && one.startTime >= from,
    );
    const marks = new Set(near.map((one) => one.mark));
    const [mark] = marks;
    return marks.size === 1 ? (mark ?? null) : null;
  }

  /**
   * A census that is not older than `since`, nor than `maxAgeMs`. Without an age, one that was just
   * taken serves everybody who asks within twice the time it took: a hundred trees that are stopped
   * together do not each look at all processes. What it proves empty is empty.
   */
  look(since: Millis, maxAgeMs?: Millis): Census {
    const last = this.#last;
    const age = maxAgeMs ?? (last?.tookMs ?? 0) * 2;
    if (last && last.takenAt >= since && performance.now() - last.takenAt <= age) return last;
    const census = new Census(this);
    this.#last = census;
    return census;
  }

  /** Forgets what has ended. */
  keepOnly(pids: ReadonlySet<number>): void {
    for (const pid of this.#known.keys()) if (!pids.has(pid)) this.#known.delete(pid);
    if (this.#known.size > KNOWN_MOST) this.#known.clear();
  }
}

/** How the members of a tree are known when no control group keeps them together. */
export interface TreeSign {
  readonly mark: string;
  readonly sessions: ReadonlySet<number>;
  readonly recorded: readonly ProcessId[];
  /** Who inherits its orphans (the spawner), and where its programs write; null = not known. */
  readonly reaper: number | null;
  readonly log: string | null;
}

/** All living processes at one moment. Taking one costs about 15 µs a process, marks as much again. */
export class Census {
  /** `performance.now()`: what was started since is not in it. */
  readonly takenAt: Millis;
  /** Time the look took. */
  readonly tookMs: Millis;
  readonly #stats: ReadonlyMap<number, ProcessStat>;
  readonly #marks: MarkCache;
  #byMark: Map<string, ProcessStat[]> | null = null;
  readonly #children = new Map<number, ProcessStat[]>();
  /** Children of a reaper that carry no mark. */
  readonly #strangers = new Map<number, ProcessStat[]>();
  readonly #bySession = new Map<number, ProcessStat[]>();

  constructor(marks: MarkCache) {
    this.takenAt = performance.now();
    const stats = listStats();
    const living = stats.filter(isRunning);
    this.#stats = new Map(living.map((stat) => [stat.pid, stat]));
    this.#marks = marks;
    marks.keepOnly(new Set(this.#stats.keys()));
    for (const stat of living) {
      append(this.#children, stat.parent, stat);
      append(this.#bySession, stat.session, stat);
    }
    this.tookMs = performance.now() - this.takenAt;
  }

  find(pid: number): ProcessStat | undefined {
    return this.#stats.get(pid);
  }

  marked(mark: string): readonly ProcessStat[] {
    if (this.#byMark === null) {
      this.#byMark = new Map();
      for (const stat of this.#stats.values()) {
        const found = this.#marks.markOf(stat);
        if (found !== null) append(this.#byMark, found, stat);
      }
    }
    return this.#byMark.get(mark) ?? [];
  }

  /** Marked, in one of the sessions, recorded, or begotten by one of these. */
  members(sign: TreeSign): ProcessStat[] {
    const found = new Map<number, ProcessStat>();
    const add = (stat: ProcessStat): void => {
      if (found.has(stat.pid) || stat.pid === process.pid) return;
      // A mark of its own says that it belongs elsewhere (a program that starts another agent).
      const own = this.#marks.markOf(stat);
      if (own !== null && own !== sign.mark) return;
      found.set(stat.pid, stat);
      for (const child of this.#children.get(stat.pid) ?? []) add(child);
    };
    for (const stat of this.marked(sign.mark)) add(stat);
    for (const session of sign.sessions)
      for (const stat of this.#bySession.get(session) ?? []) add(stat);
    for (const id of sign.recorded) {
      const stat = this.#stats.get(id.pid);
      if (stat?.startTime === id.startTime) add(stat);
    }
    for (const stat of this.#orphans(sign)) add(stat);
    return [...found.values()];
  }

  /**
   * A daemon that made a session of its own, cleared its environment and lost its parent before it
   * was ever seen: its parent is the spawner, which did not start it. It is ours when it writes to our
   * log, or when nothing else was started just before it.
   */
  #orphans(sign: TreeSign): ProcessStat[] {
    if (sign.reaper === null) return [];
    const strangers = this.#strangers.get(sign.reaper) ?? this.#findStrangers(sign.reaper);
    return strangers.filter((stat) => {
      const output = readOutput(stat.pid);
      if (output === sign.log && output !== null) return true;
      // Who writes to another resource's log is another's daemon, whatever was started last.
      if (output !== null && sign.log !== null && dirname(output) === dirname(sign.log))
        return false;
      return this.#marks.onlyLaunchBefore(stat.startTime) === sign.mark;
    });
  }

  #findStrangers(reaper: number): ProcessStat[] {
    const children = this.#children.get(reaper) ?? [];
    const own = readExecutable(reaper);
    // A copy of the reaper has not begun its own program yet, whose mark is still to be seen.
    const isCopy = (pid: number): boolean => own !== null && readExecutable(pid) === own;
    const found = children.filter((stat) => this.#marks.markOf(stat) === null && !isCopy(stat.pid));
    this.#strangers.set(reaper, found);
    return found;
  }
}

function readOutput(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/fd/1`);
  } catch {
    return null;
  }
}

function append<Key>(map: Map<Key, ProcessStat[]>, key: Key, stat: ProcessStat): void {
  const list = map.get(key);
  if (list) list.push(stat);
  else map.set(key, [stat]);
}
