import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 60_000;

/** Starts a supervisor of the benchmark; what it says goes to a file. */
export function startProgram(
  command: readonly [string, ...string[]],
  log: string,
  folder: string,
): ChildProcess {
  const [file, ...rest] = command;
  const output = openSync(log, "a");
  const child = spawn(file, rest, { cwd: folder, stdio: ["ignore", output, output] });
  closeSync(output);
  child.on("error", () => undefined);
  return child;
}

/** Asks a program of ours to leave, and makes it after a while. */
export async function endProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  await ended;
  clearTimeout(timer);
}

/** Ports that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    if (address !== null && typeof address === "object") ports.push(address.port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}

/** The pid that the server behind a port answers with; null when nothing answers. */
export function askPid(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk.toString("utf8");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Number.parseInt(text, 10) || null));
  });
}

/** Whether every port answered within the patience. */
export async function waitForPorts(ports: readonly number[], patienceMs: number): Promise<boolean> {
  const until = performance.now() + patienceMs;
  for (const port of ports) {
    while ((await askPid(port)) === null) {
      if (performance.now() > until) return false;
      await sleep(10);
    }
  }
  return true;
}

/** Ends servers that their supervisor left behind. */
export async function endServers(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const pid = await askPid(port);
    if (pid !== null && pid > 1) process.kill(pid, "SIGKILL");
  }
}

/** Pids of processes whose command line holds all of these words. */
export function findByCommand(words: readonly string[]): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const line = readText(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
      return words.every((word) => line.includes(word));
    })
    .map(Number);
}

/** Ends what a run left behind; the words hold its own temporary folder, so nobody else is meant. */
export function endByCommand(words: readonly string[]): void {
  for (const pid of findByCommand(words)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in this moment.
    }
  }
}

/** Memory of one process that no other process shares, in bytes. */
export interface Memory {
  readonly private: number;
  readonly anonymous: number;
}

/** Reads what the kernel has added up; zero when the process is gone. */
export function readMemory(pid: number): Memory {
  const text = readText(`/proc/${pid}/smaps_rollup`);
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  return {
    private: field("Private_Clean") + field("Private_Dirty"),
    anonymous: field("Anonymous"),
  };
}

/** Time on a processor of all threads so far, in milliseconds. */
export function readCpuMs(pid: number): number {
  let total = 0;
  for (const thread of list(`/proc/${pid}/task`)) {
    const [ran = "0"] = readText(`/proc/${pid}/task/${thread}/schedstat`).split(" ");
    total += Number(ran) / 1e6;
  }
  return total;
}

/** Clock ticks a second in /proc (proc(5): USER_HZ, 100 on every Linux that this runs on). */
const TICK_MS = 10;

/** Time on a processor of a process's children that ended and were waited for. */
export function readChildrenCpuMs(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`);
  // The name in brackets may hold anything; cutime and cstime are fields 16 and 17.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(13, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
