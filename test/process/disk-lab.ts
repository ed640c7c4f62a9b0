import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createDisks, type DiskWorkers } from "../../src/host/disk-workers.ts";
import { readStat } from "../../src/host/proc.ts";
import type { DiskEnd, DiskProbe, DiskStep } from "../../src/ports/disk.ts";
import { type Lab, openLab, PROGRAMS, until } from "./lab.ts";

/** Only root may mount; without it the tests are skipped. */
export const NEEDS_ROOT = process.getuid?.() !== 0 && "only root may mount file systems";

/** A file system that breaks as it is told. */
export interface Faulty {
  readonly path: string;
  /** `fsync 5`: error 5 there; `write hang`; `wrong`; nothing: it is well. */
  tell(fault: string): void;
  /** Stops its program: what is asked from now on waits where it can be killed. */
  stop(): Promise<void>;
  /** Ends its program: what hangs in it goes on with an error. */
  end(): Promise<void>;
}

/** A probe under way. */
export interface Under {
  readonly end: Promise<DiskEnd>;
  /** What it was told to be slow at. */
  readonly slow: DiskStep[];
  /** Nobody waits for it any more. */
  readonly abort: () => void;
  isOver: boolean;
}

/** A spawner, the disks of one agent, and file systems that are all taken away at the end. */
export class DiskLab {
  readonly lab: Lab;
  disks: DiskWorkers;
  readonly #ends: (() => void | Promise<void>)[] = [];
  #program: string | null = null;
  #count = 0;

  private constructor(lab: Lab) {
    this.lab = lab;
    this.disks = createDisks(lab.client, lab.paths.run);
  }

  static async open(): Promise<DiskLab> {
    return new DiskLab(await openLab("none"));
  }

  async close(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    this.disks.close();
    await this.lab.close();
  }

  /** The agent dies and another one takes its place. */
  nextAgent(): void {
    this.lab.nextAgent();
    this.disks = createDisks(this.lab.client, this.lab.paths.run);
  }

  folder(): string {
    this.#count += 1;
    const path = join(this.lab.folder, `disk-${this.#count}`);
    mkdirSync(path);
    return path;
  }

  /** An ext4 on a loop device; gives back its mount point and device. */
  ext4(megabytes: number, ...make: readonly string[]): { path: string; device: string } {
    const path = this.folder();
    const image = `${path}.img`;
    run("truncate", "-s", `${megabytes}M`, image);
    run("mkfs.ext4", "-q", "-F", ...make, image);
    this.mount(path, "-o", "loop,errors=remount-ro", image);
    return { path, device: run("findmnt", "-no", "SOURCE", path).trim() };
  }

  mount(path: string, ...words: readonly string[]): void {
    run("mount", ...words, path);
    this.#ends.push(() => unmount(path));
  }

  /** A device without a file system; with the file behind it. */
  device(megabytes: number): { device: string; image: string } {
    const image = `${this.folder()}.img`;
    run("truncate", "-s", `${megabytes}M`, image);
    const device = run("losetup", "--find", "--show", image).trim();
    this.#ends.push(() => void run("losetup", "--detach", device));
    return { device, image };
  }

  async faulty(fault = ""): Promise<Faulty> {
    this.#program ??= this.#compile();
    const path = this.folder();
    const told = `${path}.fault`;
    const tell = (text: string): void => writeFileSync(told, text);
    tell(fault);
    const child = spawn(this.#program, [path, told], { stdio: ["ignore", "pipe", "inherit"] });
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    await firstLine(child);
    const end = async (): Promise<void> => {
      child.kill("SIGKILL");
      await gone;
    };
    this.#ends.push(async () => {
      await end();
      unmount(path);
    });
    const stop = async (): Promise<void> => {
      child.kill("SIGSTOP");
      // Until it has really stopped it would still take one question, which nothing could end then.
      await until("it is stopped", () => readStat(child.pid ?? 0)?.state === "T");
    };
    return { path, tell, stop, end };
  }

  probe(path: string, more: Partial<DiskProbe> = {}): Promise<DiskEnd> {
    return this.begin(path, more).end;
  }

  begin(path: string, more: Partial<DiskProbe> = {}): Under {
    const controller = new AbortController();
    const slow: DiskStep[] = [];
    const probe = { ...PROBE, path, ...more };
    const end = this.disks.probeDisk(probe, controller.signal, (step) => slow.push(step));
    const under: Under = { end, slow, abort: () => controller.abort(), isOver: false };
    void end.then(() => {
      under.isOver = true;
    });
    return under;
  }

  /** Pids of the disk workers of this lab that have not ended. */
  workers(): number[] {
    const words = `disk\0--socket\0${this.lab.paths.run}/`;
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && commandOf(name).includes(words))
      .map(Number);
  }

  #compile(): string {
    const program = join(this.lab.folder, "faulty-fs");
    run("cc", "-O1", "-o", program, join(PROGRAMS, "faulty-fs.c"));
    return program;
  }
}

export const PROBE: Omit<DiskProbe, "path"> = {
  method: "write",
  sizeBytes: 256 * 1024,
  name: "test",
  mount: "auto",
  seenMountPoint: null,
  device: null,
  timeoutMs: 120_000,
};

/** Empty for one that has ended. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

/** Output of a program; throws when it fails. */
export function run(program: string, ...words: readonly string[]): string {
  return execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function unmount(path: string): void {
  // A test may have unmounted it already; what hangs must not hold up the others.
  if (readFileSync("/proc/self/mountinfo", "utf8").includes(escaped(path))) {
    run("umount", "-l", path);
  }
}

function escaped(path: string): string {
  return ` ${path.replaceAll(" ", "\\040")} `;
}

async function firstLine(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout?.once("data", () => resolve());
  child.once("exit", (code) => reject(new Error(`faulty-fs ended with ${code}`)));
  await promise;
}
