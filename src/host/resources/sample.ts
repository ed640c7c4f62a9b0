import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Millis } from "../../base/duration.ts";
import type { PressureFacts, ResourceSample, Used } from "../../ports/resources.ts";
import { nearestTaskLimit } from "./task-limit.ts";

/**
 * Reads what the kernel says about the whole server. `root` is `/`; a test gives a folder of its
 * own. Null when nothing of it can be read.
 */
export function sampleResources(at: Millis, root = ""): ResourceSample | null {
  const read = (path: string): string | null => {
    try {
      return readFileSync(`${root}${path}`, "latin1");
    } catch {
      return null;
    }
  };
  const memory = keyedNumbers(read("/proc/meminfo"));
  const averages = read("/proc/loadavg")?.split(" ") ?? [];
  const tasks = number(averages[3]?.split("/")[1]);
  const stat = read("/proc/stat");
  const sample: ResourceSample = {
    at,
    cpu: cpuTicks(stat),
    processors: stat?.match(/^cpu\d+ /gm)?.length ?? availableParallelism(),
    load: number(averages[0]),
    memory: usedOf(memory("MemTotal"), memory("MemAvailable")),
    swap: usedOf(memory("SwapTotal"), memory("SwapFree")),
    pressure: {
      cpu: pressureFacts(read("/proc/pressure/cpu")),
      memory: pressureFacts(read("/proc/pressure/memory")),
      io: pressureFacts(read("/proc/pressure/io")),
    },
    files: openFiles(read("/proc/sys/fs/file-nr")),
    processes: nearestTaskLimit(read, against(tasks, number(read("/proc/sys/kernel/pid_max")))),
    threads: against(tasks, number(read("/proc/sys/kernel/threads-max"))),
  };
  const { cpu, load, files } = sample;
  const isBlind = [cpu, load, sample.memory, files, tasks].every((part) => part === null);
  return isBlind ? null : sample;
}

function number(text: string | undefined | null): number | null {
  if (text === undefined || text === null || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function against(used: number | null, most: number | null): Used | null {
  return used === null || most === null ? null : { used, most };
}

function usedOf(total: number | null, free: number | null): Used | null {
  return total === null || free === null ? null : { used: Math.max(0, total - free), most: total };
}

/** `MemTotal:  8123 kB`, a line each. */
function keyedNumbers(text: string | null): (key: string) => number | null {
  return (key) => number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(text ?? "")?.[1]);
}

/**
 * user nice system idle iowait irq softirq steal (proc(5)); the guests after them are in user and
 * nice. A processor that waits for a disk is idle; one that was taken away by the hypervisor is not.
 */
function cpuTicks(text: string | null): Used | null {
  const line = /^cpu +(.+)$/m.exec(text ?? "")?.[1];
  const ticks = (line ?? "").split(" ").slice(0, 8).map(Number);
  const [, , , idle = 0, wait = 0] = ticks;
  const most = ticks.reduce((sum, one) => sum + one, 0);
  return ticks.length < 4 || !Number.isFinite(most) ? null : { used: most - idle - wait, most };
}

function pressureFacts(text: string | null): PressureFacts | null {
  const average = (kind: string): number | null =>
    number(new RegExp(`^${kind} avg10=([\\d.]+)`, "m").exec(text ?? "")?.[1]);
  const some = average("some");
  return some === null ? null : { some, full: average("full") };
}

/** In use, free of those (always 0 since Linux 2.6), and the most there may be. */
function openFiles(text: string | null): Used | null {
  const [used, free, most] = (text ?? "").trim().split(/\s+/).map(number);
  if (used === undefined || free === undefined || most === undefined) return null;
  return used === null || most === null ? null : { used: used - (free ?? 0), most };
}
