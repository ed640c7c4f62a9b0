import * as z from "zod/mini";
import { formatDuration, HOUR, type Millis, MINUTE, SECOND } from "../base/duration.ts";
import { whenThere } from "../base/soon.ts";
import { PRESSURES, type ResourceSample, type Used } from "../ports/resources.ts";
import {
  type Complaint,
  defineMonitor,
  failed,
  NO_LINKS,
  ok,
  type Probe,
  type ProbeResult,
  unknown,
  warning,
} from "./define.ts";
import { checkDiskSpace, diskSpace, DiskSpaceJudge, percentOf, shown } from "./disk-space.ts";
import { about, duration, percent } from "./fields.ts";
import { Lasting } from "./lasting.ts";

/** A shorter time between two looks says nothing about the processors. */
const CPU_SPAN_LEAST: Millis = SECOND;
/** Mounts that hang are told before the probe is out of time. */
const SHARE_OF_TIMEOUT = 0.75;

const pressure = z.strictObject({
  cpu: about("Time in which something waited for a processor", z.optional(percent())),
  memory: about("Time in which something waited for memory", z.optional(percent())),
  "memory-full": about("Time in which everything waited for memory", z.optional(percent())),
  io: about("Time in which something waited for a disk", z.optional(percent())),
  "io-full": about("Time in which everything waited for disks", z.optional(percent())),
});

const params = z.strictObject({
  cpu: about("Most time of all processors in use between two probes", z.optional(percent())),
  load: about(
    "Highest load per processor, as the average of a minute",
    z.optional(z.number().check(z.minimum(0.1), z.maximum(1000))),
  ),
  memory: about("Most memory in use; what can be given back counts as free", z.optional(percent())),
  swap: about("Most swap in use", z.optional(percent())),
  pressure: about("Most time lost by waiting, of the last 10 s", z.optional(pressure)),
  files: about("Most open files, of what the kernel allows", z.optional(percent())),
  processes: about(
    "Most process numbers in use (each thread needs one), of `pid_max` or a nearer limit of a cgroup",
    z.optional(percent()),
  ),
  threads: about("Most threads, of what the kernel allows", z.optional(percent())),
  disk: about(
    "Space and inodes of file systems; judged at once, without `for`",
    z.optional(diskSpace),
  ),
  for: about(
    "Beyond a limit for so long without a break is a failure",
    z.prefault(duration(0, 24 * HOUR), "5m"),
  ),
});
type Params = z.output<typeof params>;

/** One value with its limit, in percent or as load. */
interface Measure {
  readonly label: string;
  readonly limit: number;
  /** Null: it cannot be read here. */
  readonly value: number | null;
  readonly isLoad?: boolean;
}

function measures(given: Params, sample: ResourceSample, cpu: number | null): readonly Measure[] {
  const all: Measure[] = [];
  const add = (label: string, limit: number | undefined, value: number | null): void => {
    if (limit !== undefined) all.push({ label, limit, value });
  };
  const inUse = (used: Used | null): number | null => (used === null ? null : percentOf(used));
  add("cpu", given.cpu, cpu);
  if (given.load !== undefined) {
    const value = sample.load === null ? null : sample.load / sample.processors;
    all.push({ label: "load per processor", limit: given.load, value, isLoad: true });
  }
  add("memory", given.memory, inUse(sample.memory));
  add("swap", given.swap, inUse(sample.swap));
  const waits = sample.pressure;
  const limits = given.pressure ?? {};
  add("pressure on cpu", limits.cpu, waits.cpu?.some ?? null);
  add("pressure on memory", limits.memory, waits.memory?.some ?? null);
  add("full pressure on memory", limits["memory-full"], waits.memory?.full ?? null);
  add("pressure on io", limits.io, waits.io?.some ?? null);
  add("full pressure on io", limits["io-full"], waits.io?.full ?? null);
  add("files", given.files, inUse(sample.files));
  add("processes", given.processes, inUse(sample.processes));
  add("threads", given.threads, inUse(sample.threads));
  return all;
}

function written({ isLoad = false }: Measure, value: number): string {
  return isLoad ? String(Math.floor(value * 100) / 100) : shown(value);
}

/** A value beyond its limit is a failure once it has lasted; until then it is told. */
function judge(measure: Measure, value: number, lasting: Lasting, forMs: Millis): ProbeResult {
  const { label, limit } = measure;
  const lastedMs = lasting.note(label, value > limit);
  const text = `${label} ${written(measure, value)}`;
  if (lastedMs === null) return ok(text);
  const most = measure.isLoad === true ? `${limit}` : `${limit}%`;
  if (lastedMs < forMs) {
    return ok(
      `${text} for ${formatDuration(lastedMs)} of ${formatDuration(forMs)} (limit ${most})`,
    );
  }
  const span = lastedMs < SECOND ? "" : ` for ${formatDuration(lastedMs)}`;
  return failed(`${text}${span}, at most ${most} is allowed`);
}

/** The share of the processors' time that was used since the last look; null before the second one. */
class CpuShare {
  #from: ResourceSample | null = null;
  #value: number | null = null;

  next(sample: ResourceSample): number | null {
    const from = this.#from;
    if (from !== null && sample.at - from.at < CPU_SPAN_LEAST) return this.#value;
    this.#from = sample;
    const before = from?.cpu ?? null;
    const most = (sample.cpu?.most ?? 0) - (before?.most ?? 0);
    // Linux lets idle and waiting times run backwards now and then (proc(5)).
    const used = Math.max(0, (sample.cpu?.used ?? 0) - (before?.used ?? 0));
    const isKnown = before !== null && sample.cpu !== null && most > 0;
    this.#value = isKnown ? Math.min(100, percentOf({ used, most })) : null;
    return this.#value;
  }
}

/** The worst outcome with all that led to it; otherwise what was seen. */
function conclude(parts: readonly ProbeResult[], missing: readonly string[]): ProbeResult {
  if (parts.length === 0) return unknown(`nothing could be read: ${missing.join(", ")}`);
  const saying = (outcome: ProbeResult["outcome"]): string[] =>
    parts.filter((part) => part.outcome === outcome).map(({ reason }) => reason);
  const notes = missing.length === 0 ? [] : [`cannot be read here: ${missing.join(", ")}`];
  const [failures, warnings] = [saying("failed"), saying("warning")];
  if (failures.length > 0) return failed([...failures, ...warnings, ...notes].join("; "));
  if (warnings.length > 0) return warning([...warnings, ...notes].join("; "));
  return ok([saying("ok").join(", "), ...notes].join("; "));
}

function createProbe(given: Params): Probe {
  const lasting = new Lasting();
  const cpuShare = new CpuShare();
  const { disk } = given;
  const judgeOfDisks = disk === undefined ? null : new DiskSpaceJudge(disk);
  // Whoever looks at disks only does not pay for reading half of /proc.
  const isSampled = !hasNoLimits(given);
  const judgeSample = (sample: ResourceSample): Seen => {
    const parts: ProbeResult[] = [];
    const missing: string[] = [];
    lasting.look(sample.at);
    const cpu = cpuShare.next(sample);
    for (const measure of measures(given, sample, cpu)) {
      if (measure.value !== null) parts.push(judge(measure, measure.value, lasting, given.for));
      else if (measure.label !== "cpu" || sample.cpu === null) missing.push(measure.label);
      else parts.push(ok("cpu is measured from the next probe on"));
    }
    return { parts, missing, at: sample.at };
  };
  return ({ host, timeoutMs }) =>
    whenThere(isSampled ? host.sampleResources() : null, (sample) => {
      if (isSampled && sample === null) return unknown("/proc cannot be read");
      const seen = sample === null ? NOTHING_SEEN : judgeSample(sample);
      if (disk === undefined || judgeOfDisks === null) return conclude(seen.parts, seen.missing);
      return whenThere(host.mountSpaces(disk.mounts, timeoutMs * SHARE_OF_TIMEOUT), (spaces) => {
        if (!spaces.ok) {
          return conclude(seen.parts, [...seen.missing, `disks (${spaces.problem.message})`]);
        }
        const at = seen.at ?? performance.now();
        const disks = spaces.value.map((space) => judgeOfDisks.judge(space, at));
        return conclude([...seen.parts, ...disks], seen.missing);
      });
    });
}

/** What was seen before the disks; `at` null: nothing was. */
interface Seen {
  readonly parts: readonly ProbeResult[];
  readonly missing: readonly string[];
  readonly at: Millis | null;
}

const NOTHING_SEEN: Seen = { parts: [], missing: [], at: null };

/** Of what the whole server uses up; disks are another matter. */
function hasNoLimits({ for: _duration, disk: _disk, ...limits }: Params): boolean {
  return Object.values(limits).every(
    (limit) =>
      limit === undefined || (typeof limit === "object" && Object.keys(limit).length === 0),
  );
}

function check(given: Params): readonly Complaint[] {
  const { disk } = given;
  if (hasNoLimits(given) && disk === undefined) {
    const hint = "Write, for example, `resources: { memory: 95%, disk: {} }`.";
    return [{ key: "", what: "there is no limit to judge by", hint }];
  }
  return disk === undefined ? [] : checkDiskSpace(disk);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const resources = defineMonitor({
  name: "resources",
  title: "Resources of the server",
  detects:
    "Processors, memory, swap, open files, processes or threads that are used up for some time, and file systems that fill up.",
  cannotDetect:
    "Which program uses it all, limits of single accounts or programs, and what a container is allowed of memory and processors.",
  params,
  shortForm: (value) => (isMap(value) ? value : null),
  shortExample: "{ cpu: 95%, memory: 95%, disk: { warn: 85%, fail: 95% } }",
  defaults: {
    intervalMs: MINUTE / 2,
    timeoutMs: 10 * SECOND,
    retries: 2,
    finalAction: "none",
  },
  isEventDriven: () => false,
  links: (given) => {
    const limits = given.pressure ?? {};
    const watched = PRESSURES.filter((kind) =>
      Object.entries(limits).some(([key, limit]) => limit !== undefined && key.startsWith(kind)),
    );
    return { ...NO_LINKS, wakes: watched.map((kind) => `pressure:${kind}`) };
  },
  check,
  createProbe,
});
