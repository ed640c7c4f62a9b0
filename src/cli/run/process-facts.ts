import { readdirSync, readFileSync } from "node:fs";

/** A process that cannot be mistaken for another: the start time is field 22 of /proc/pid/stat. */
export interface KnownProcess {
  readonly pid: number;
  readonly startTime: string;
}

/** Environments longer than this are read in part; the mark stands in the first kilobytes. */
const MARK = "SOLOSAFE_RESOURCE=";

/** Null when there is no such process, or it has ended and only waits for its parent. */
export function identify(pid: number): KnownProcess | null {
  const stat = readQuietly(`/proc/${pid}/stat`);
  // The name may contain spaces and parentheses; what follows the last one is regular.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startTime = fields[19];
  if (startTime === undefined || fields[0] === "Z" || fields[0] === "X") return null;
  return { pid, startTime };
}

/** Whether it still runs, as itself. */
export function isAlive(known: KnownProcess): boolean {
  return identify(known.pid)?.startTime === known.startTime;
}

/** Sends a signal to that very process; what has ended or is not ours is passed over. */
export function signal(known: KnownProcess, name: NodeJS.Signals): void {
  if (!isAlive(known)) return;
  try {
    process.kill(known.pid, name);
  } catch {
    // It ended in this moment, or belongs to somebody else: the proof afterwards tells.
  }
}

/** All living processes that carry the mark of this state folder in their environment. */
export function findMarked(stateId: string): KnownProcess[] {
  const sign = `${MARK}${stateId}/`;
  const found: KnownProcess[] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const environment = readQuietly(`/proc/${entry}/environ`);
    if (!environment.split("\0").some((variable) => variable.startsWith(sign))) continue;
    const known = identify(Number(entry));
    if (known !== null) found.push(known);
  }
  return found;
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
