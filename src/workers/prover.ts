import { join } from "node:path";
import { formatDuration, type Millis } from "../base/duration.ts";
import { GUARD_FIFO, PROOF_EVERY, type ProofTimes, type Sender } from "../base/guard-message.ts";
import { GuardWriter } from "../host/guard-writer.ts";
import { readStat } from "../host/proc.ts";
import type { ProcessWatch } from "../host/process-watch.ts";
import { LostAgent } from "./lost-agent.ts";
import { keepInPageCache } from "./page-cache.ts";
import { ProgramDisk } from "./program-disk.ts";
import { proveFile, proveMemory, proveProgram, proveThread } from "./proofs.ts";

/**
 * Proves to the guard that user space makes progress: every five seconds its loop was scheduled, and
 * memory, a program, a file and a thread could be had; and, while no agent is heard, that the disk of
 * our programs can be read. When the agent is lost it has that mailed. It is as ordinary as any
 * program on this server, so what stops it stops others. Where no guard listens it does nothing.
 */
export class Prover {
  readonly #writer: GuardWriter;
  readonly #folder: string;
  readonly #watch: ProcessWatch;
  readonly #disk: ProgramDisk;
  readonly #lostAgent: LostAgent;
  readonly #self: Sender;
  #dueAt = performance.now();
  #timer: NodeJS.Timeout | null = null;
  /** When the proof that is under way was begun. */
  #begunAt: Millis | null = null;
  #step = "";

  /** `run`: the folder of sockets, in memory. Nothing happens before `start`. */
  constructor(run: string, watch: ProcessWatch) {
    this.#writer = new GuardWriter(join(run, GUARD_FIFO));
    this.#folder = run;
    this.#watch = watch;
    this.#disk = new ProgramDisk(run, watch);
    this.#lostAgent = new LostAgent(run);
    this.#self = { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0 };
  }

  /** Begins with a proof at once; and from now on agent and prover outlive their disk, if they can. */
  start(): void {
    keepInPageCache();
    this.#dueAt = performance.now();
    this.#tick();
  }

  /** Its silence from now on is no stall. */
  leave(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#writer.send({ is: "leaving", who: "prover", by: this.#self });
    this.#writer.close();
  }

  #tick(): void {
    const now = performance.now();
    const loopMs = now - this.#dueAt;
    this.#dueAt = now + PROOF_EVERY;
    this.#timer = setTimeout(() => this.#tick(), PROOF_EVERY).unref();
    if (this.#writer.open() !== null) return;
    if (this.#begunAt === null) void this.#prove(now, loopMs);
    else this.#fail(`${this.#step} has not ended for ${formatDuration(now - this.#begunAt)}`);
  }

  async #prove(now: Millis, loopMs: Millis): Promise<void> {
    this.#begunAt = now;
    try {
      const times = { loopMs, ...(await this.#timeAll()) };
      if (this.#disk.isWanted) await this.#time("the programs' disk", () => this.#disk.prove());
      // A line that cannot be written is a proof that is missing, which is what the guard acts upon.
      this.#writer.send({ is: "proof", by: this.#self, times });
      this.#lostAgent.look();
    } catch (error) {
      this.#fail(`${this.#step}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#begunAt = null;
    }
  }

  async #timeAll(): Promise<Omit<ProofTimes, "loopMs">> {
    return {
      memoryMs: await this.#time("memory", proveMemory),
      fileMs: await this.#time("a file in memory", () => proveFile(this.#folder)),
      threadMs: await this.#time("a thread", proveThread),
      programMs: await this.#time("a program", () => proveProgram(this.#watch)),
    };
  }

  async #time(step: string, prove: () => void | Promise<void>): Promise<Millis> {
    this.#step = step;
    const begunAt = performance.now();
    await prove();
    return performance.now() - begunAt;
  }

  #fail(why: string): void {
    this.#writer.send({ is: "no-proof", by: this.#self, why });
  }
}
