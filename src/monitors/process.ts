import * as z from "zod/mini";
import { MINUTE, SECOND } from "../base/duration.ts";
import type { Result } from "../base/result.ts";
import { type Soon, whenThere } from "../base/soon.ts";
import type { Host, ProcessFacts } from "../ports/host.ts";
import {
  type Complaint,
  NO_LINKS,
  type Probe,
  type ProbeResult,
  defineMonitor,
  failed,
  ok,
  unknown,
} from "./define.ts";
import { about, absolutePath, count, line } from "./fields.ts";

const PID_FILE_BYTES = 64;

const params = z.strictObject({
  resource: about(
    "The resource whose processes are watched, as `group/name`; its end is noticed at once",
    z.optional(line(127)),
  ),
  name: about(
    "Name of a program, its path's last part or what the kernel calls it; its processes are counted",
    z.optional(line(255)),
  ),
  minimum: about("With `name`: fewer processes are a failure", z._default(count(0, 100_000), 1)),
  maximum: about("With `name`: more processes are a failure", z.optional(count(0, 100_000))),
  "pid-file": about(
    "File that holds the number of a process; the process must be there and must be the one it was",
    z.optional(absolutePath()),
  ),
  executable: about(
    "With `pid-file`: the program that the process must be running",
    z.optional(absolutePath()),
  ),
});
type Params = z.output<typeof params>;

function check(given: Params): readonly Complaint[] {
  const ways = ["resource", "name", "pid-file"] as const;
  const used = ways.filter((way) => given[way] !== undefined);
  const complaints: Complaint[] = [];
  if (used.length !== 1) {
    const what =
      used.length === 0
        ? "it is not said which process is meant"
        : `${used.join(" and ")} exclude each other`;
    const hint = "Write exactly one of `resource`, `name` and `pid-file`.";
    complaints.push({ key: used[1] ?? "", what, hint });
  }
  if (given.maximum !== undefined && given.maximum < given.minimum) {
    const what = `the maximum ${given.maximum} is below the minimum ${given.minimum}`;
    complaints.push({ key: "maximum", what, hint: null });
  }
  if (given.executable !== undefined && given["pid-file"] === undefined) {
    complaints.push({ key: "executable", what: "it means nothing without `pid-file`", hint: null });
  }
  return complaints;
}

function shortForm(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== "string") return null;
  if (value.startsWith("/")) return { "pid-file": value };
  return value.includes("/") ? { resource: value } : { name: value };
}

async function probeResource(host: Host, resource: string): Promise<ProbeResult> {
  const tree = await host.resourceTree(resource);
  if (!tree.isAlive) return failed(`no process of ${resource} is left`);
  return ok(
    `${processes(tree.pids.length)} of ${resource} ${tree.pids.length === 1 ? "runs" : "run"}`,
  );
}

async function probeName(host: Host, name: string, given: Params): Promise<ProbeResult> {
  const found = await host.findProcesses(name);
  const alive = found.filter(isAlive).length;
  const text = `${processes(alive)} named ${name} ${alive === 1 ? "runs" : "run"}`;
  if (alive < given.minimum) {
    // Where /proc hides other people's processes, not even the first one can be read.
    if ((await host.readProcess(1)) === null) {
      return unknown("the processes of other accounts are hidden from this one");
    }
    return failed(`${text}, at least ${given.minimum} must`);
  }
  if (given.maximum !== undefined && alive > given.maximum) {
    return failed(`${text}, at most ${given.maximum} may`);
  }
  return ok(text);
}

/** Remembers who the process was, because its number may have been given to another program since. */
function createPidFileProbe(path: string, executable: string | undefined): Probe {
  let seen: ProcessFacts | null = null;
  let lastOk: ProbeResult | null = null;
  let emptyReads = 0;
  let lastFile: Result<string> | null = null;
  const judgeFile = (host: Host, file: Result<string>): Soon<ProbeResult> => {
    // The host gives back what it gave before while the file is as it was.
    if (file === lastFile && seen !== null) return judgePid(host, seen.pid);
    lastFile = null;
    if (!file.ok) {
      if (isMissing(file.problem.code)) return failed(`there is no pid file ${path}`);
      return unknown(`the pid file could not be read: ${file.problem.message}`);
    }
    const pid = /^\s*(\d{1,10})\s*(?:\n|$)/.exec(file.value)?.[1];
    if (pid === undefined || Number(pid) < 1) {
      // A program that just starts writes its file in two steps; the second look decides.
      emptyReads += 1;
      const reason = `the pid file ${path} holds no process number`;
      return emptyReads > 1 ? failed(reason) : unknown(reason);
    }
    emptyReads = 0;
    if (seen?.pid === Number(pid)) lastFile = file;
    return judgePid(host, Number(pid));
  };
  const judgePid = (host: Host, pid: number): Soon<ProbeResult> => {
    const facts = host.readProcess(pid, seen?.pid === pid ? seen : undefined);
    // Without a function made for it: this is what is done most of all.
    if (facts === seen && lastOk !== null) return lastOk;
    return whenThere(facts, (found) => judgeProcess(pid, found));
  };
  const judgeProcess = (pid: number, facts: ProcessFacts | null): ProbeResult => {
    if (facts === null || !isAlive(facts)) return failed(`process ${pid} of ${path} is not there`);
    const program = programOf(facts);
    const expected = executable ?? (seen?.pid === facts.pid ? programOf(seen) : null);
    if (executable !== undefined && facts.executable === null) {
      return unknown(`the program of process ${pid} cannot be read by this account`);
    }
    if (expected !== null && expected !== program && facts.startTime !== seen?.startTime) {
      return failed(`process ${pid} is ${program} now, not ${expected}: the pid file is stale`);
    }
    seen = facts;
    lastOk = ok(`process ${pid} (${program}) runs`);
    return lastOk;
  };
  return ({ host }) =>
    whenThere(host.readFile(path, PID_FILE_BYTES), (file) => judgeFile(host, file));
}

/** The program's path; the kernel marks a replaced file, as after an upgrade, as deleted. */
function programOf(facts: ProcessFacts): string {
  return facts.executable?.replace(/ \(deleted\)$/, "") ?? facts.name;
}

function isAlive(facts: ProcessFacts): boolean {
  return facts.state !== "Z" && facts.state !== "X";
}

function isMissing(code: string): boolean {
  return /ENOENT|ENOTDIR|not-found|missing/i.test(code);
}

function processes(number: number): string {
  return number === 1 ? "1 process" : `${number} processes`;
}

function createProbe(given: Params): Probe {
  const { resource, name, "pid-file": path } = given;
  if (resource !== undefined) return ({ host }) => probeResource(host, resource);
  if (name !== undefined) return ({ host }) => probeName(host, name, given);
  return createPidFileProbe(path ?? "/", given.executable);
}

export const process = defineMonitor({
  name: "process",
  title: "Process",
  detects:
    "A program that SoloSafe started has ended, too few or too many processes of a name, or the process of a pid file is gone.",
  cannotDetect:
    "A process that is there but hangs or answers wrongly; add an `http`, `tcp` or `script` monitor for that.",
  params,
  shortForm,
  shortExample: "shop/app",
  defaults: {
    intervalMs: MINUTE / 2,
    timeoutMs: 10 * SECOND,
    retries: 0,
    finalAction: "reboot",
  },
  isEventDriven: (given) => given.resource !== undefined,
  links: (given) => ({ ...NO_LINKS, resource: given.resource ?? null }),
  check,
  createProbe,
});
