import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type Millis, SECOND } from "../base/duration.ts";
import { fail, type Fault, type Result, succeed } from "../base/result.ts";
import type { DiskEnd, DiskHost, DiskProbe, DiskStep } from "../ports/disk.ts";
import type { ProcessId } from "../ports/host.ts";
import { DiskLink, type Lost } from "./disk-link.ts";
import { DiskRemnants } from "./disk-remnants.ts";
import { mountOf, readMounts } from "./mounts.ts";
import { hasThreads, readStat } from "./proc.ts";
import type { SpawnerClient } from "./spawner-client.ts";

export interface DiskWorkersParts {
  /** Socket of the worker. */
  readonly socket: string;
  /** Has a worker started that listens there. */
  readonly start: (threads: number) => Promise<Result<ProcessId>>;
  /** Where probes that hang are noted for the next agent. */
  readonly notes: string;
  /** Files without which no worker can be started. */
  readonly programs: readonly string[];
}

/** Beside one thread for each probe that may hang. */
const SPARE_THREADS = 4;
/** The pool grows in such steps, so that a monitor more does not mean a new worker. */
const THREADS_STEP = 16;
/** libuv takes no more. */
const THREADS_MOST = 1024;
const START_DEADLINE: Millis = 20 * SECOND;
const START_POLL: Millis = 20;
/** Of a probe's timeout: what the start of a worker takes is no word on the disk, unless it lies there. */
const START_SHARE = 0.8;
const REMNANT_POLL: Millis = 250;
/** Why a start fails when the disk that holds the program does not answer. */
const DISK_FAULTS: ReadonlySet<string> = new Set(["silent", "slow", "EIO", "ENOENT", "ESTALE"]);

/**
 * Probes disks in one worker, which is started at the first probe and replaced when it dies or does
 * not answer. Never a second probe of a path while one hangs, whatever became of its worker.
 */
export class DiskWorkers implements DiskHost {
  readonly #parts: DiskWorkersParts;
  /** Each may hang in a thread of its own. */
  readonly #probed = new Set<string>();
  readonly #remnants: DiskRemnants;
  #link: DiskLink | null = null;
  #connecting: Promise<Result<DiskLink>> | null = null;
  #isClosed = false;

  constructor(parts: DiskWorkersParts) {
    this.#parts = parts;
    this.#remnants = new DiskRemnants(parts.notes);
  }

  async probeDisk(
    probe: DiskProbe,
    signal: AbortSignal,
    onStep?: (step: DiskStep) => void,
  ): Promise<DiskEnd> {
    this.#probed.add(`${probe.name} ${probe.path}`);
    // Somebody may kill the worker: that says nothing about the disk, so it is tried once more.
    for (let left = 2; left > 0; left -= 1) {
      await this.#untilReleased(probe.path, onStep);
      if (signal.aborted || this.#isClosed) break;
      const end = await this.#probeOnce(probe, signal, onStep);
      if (end.kind !== "lost") return end;
    }
    await this.#untilReleased(probe.path, onStep);
    const reason = "the disk worker ended during the probe";
    return { kind: "noWorker", reason, isOnWatched: false };
  }

  /** The worker leaves, too, unless something hangs in it. */
  close(): void {
    this.#isClosed = true;
    this.#link?.close();
  }

  async #probeOnce(
    probe: DiskProbe,
    signal: AbortSignal,
    onStep?: (step: DiskStep) => void,
  ): Promise<DiskEnd | Lost> {
    const found = await this.#connectWithin(
      Math.min(START_DEADLINE, probe.timeoutMs * START_SHARE),
    );
    if (!found.ok) return this.#noWorker(probe, found.problem);
    const link = found.value;
    const end = await link.probe(probe, signal, onStep);
    // What was quick so far does not hang: another worker may do it.
    if (end.kind === "lost" && end.step !== null) {
      this.#remnants.add(probe.path, { process: link.process, step: end.step });
    }
    return end;
  }

  async #untilReleased(path: string, onStep?: (step: DiskStep) => void): Promise<void> {
    for (;;) {
      const remnant = await this.#remnants.find(path);
      if (!remnant || this.#isClosed) return;
      onStep?.(remnant.step);
      await delay(REMNANT_POLL);
    }
  }

  /** The start goes on after that, for the next probe. */
  async #connectWithin(span: Millis): Promise<Result<DiskLink>> {
    const over = new AbortController();
    const late = delay(span, undefined, { signal: over.signal }).then(
      () => fail({ code: "slow", message: "it has not started in time" }),
      () => fail({ code: "closed", message: "it has started" }),
    );
    const found = await Promise.race([this.#connect(), late]);
    over.abort();
    return found;
  }

  #connect(): Promise<Result<DiskLink>> {
    const link = this.#link;
    if (link && !link.isLost && link.threads >= this.#threadsWanted) {
      return Promise.resolve(succeed(link));
    }
    this.#connecting ??= this.#replace().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  get #threadsWanted(): number {
    const least = this.#probed.size + SPARE_THREADS;
    return Math.min(Math.ceil(least / THREADS_STEP) * THREADS_STEP, THREADS_MOST);
  }

  /** Takes up the worker that an earlier agent left, if it is large enough; else starts one. */
  async #replace(): Promise<Result<DiskLink>> {
    if (this.#isClosed) return fail({ code: "closed", message: "the agent leaves" });
    const threads = this.#threadsWanted;
    const last = this.#link;
    const known =
      last && !last.isLost
        ? last
        : await DiskLink.open(this.#parts.socket, (pid) => pid !== last?.process.pid);
    if (known && known.threads >= threads) return this.#use(known);
    known?.retire();
    const until = performance.now() + START_DEADLINE;
    let link = await this.#start(threads, until);
    if (link.ok && isTakenForAnother(link.value.process)) {
      link.value.close();
      link = await this.#start(threads, until);
    }
    return link.ok ? this.#use(link.value) : link;
  }

  async #start(threads: number, until: Millis): Promise<Result<DiskLink>> {
    const started = await this.#parts.start(threads);
    if (!started.ok) return started;
    while (performance.now() < until && hasThreads(started.value)) {
      const link = await DiskLink.open(this.#parts.socket, (pid) => pid === started.value.pid);
      if (link) return succeed(link);
      await delay(START_POLL);
    }
    return fail({ code: "slow", message: "it was started and does not answer" });
  }

  #use(link: DiskLink): Result<DiskLink> {
    this.#link = link;
    if (this.#isClosed) link.close();
    return succeed(link);
  }

  #noWorker(probe: DiskProbe, fault: Fault): DiskEnd {
    const isOnWatched = DISK_FAULTS.has(fault.code) && this.#isOnWatched(probe.path);
    const reason = `the disk worker could not be started: ${fault.message}`;
    return { kind: "noWorker", reason, isOnWatched };
  }

  #isOnWatched(path: string): boolean {
    const mounts = readMounts();
    const watched = mountOf(path, mounts);
    return this.#parts.programs.some((file) => mountOf(file, mounts) === watched);
  }
}

/**
 * Before it had loaded itself it could not be told from a program that the spawner started for a
 * resource, and may have been put into the control group of that: it would be ended with it.
 */
function isTakenForAnother({ pid }: ProcessId): boolean {
  const group = (of: number): string => {
    try {
      return readFileSync(`/proc/${of}/cgroup`, "utf8");
    } catch {
      return "";
    }
  };
  const parent = readStat(pid)?.parent;
  return parent !== undefined && parent > 1 && group(pid) !== group(parent);
}

/** Disks of this server, probed by workers that the spawner starts; none while nothing is asked. */
export function createDisks(spawner: SpawnerClient, run: string): DiskWorkers {
  const socket = `${run}/disk.sock`;
  return new DiskWorkers({
    socket,
    notes: `${run}/disk-hung.json`,
    start: async (threads) => {
      const started = await spawner.request({ type: "worker", role: "disk", socket, threads });
      return started.ok ? started : fail(started.fault);
    },
    programs: [process.execPath, process.argv[1] ?? ""],
  });
}
