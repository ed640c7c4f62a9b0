import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../../src/api/client.ts";
import { pathsBelow } from "../../src/base/paths.ts";
import { endByCommand, endProgram, startProgram } from "./processes.ts";
import { type Bench, findProgram, productCommand } from "./rivals.ts";

/** Times in milliseconds. */
export interface LinkTimes {
  readonly name: string;
  /** From the kernel's word to the decision, by its own time stamp; empty where nobody listens to the kernel. */
  readonly decided: readonly number[];
  /** From before the interface was switched to the event in another process: saved, and told. */
  readonly told: readonly number[];
  /** Switches that were not noticed in time. */
  readonly lost: number;
}

interface Switched {
  readonly switchedAt: bigint;
  /** Wall clock at the kernel's word, with fractions of a millisecond. */
  readonly wordWall: number;
}

const SWITCH = join(import.meta.dirname, "link-switch.ts");
const START_MS = 30_000;
const NOTICE_MS = 10_000;
const PAUSE_MS = 300;

/**
 * A pair of virtual interfaces in a network of its own, beside which the product and monit run. One
 * end loses its carrier, or is switched off, and comes back. Null: no such network can be made here.
 */
export async function measureLinks(
  bench: Bench,
  rounds: number,
): Promise<readonly LinkTimes[] | null> {
  if (process.getuid?.() !== 0 || findProgram("ip") === null) return null;
  const space = `solosafe-bench-${process.pid}`;
  ip("netns", "add", space);
  try {
    ip("-n", space, "link", "add", "near", "type", "veth", "peer", "name", "far");
    for (const name of ["lo", "far", "near"]) ip("-n", space, "link", "set", name, "up");
    const switcher = await startSwitch(bench, space);
    try {
      const product = await measureProduct(bench, space, switcher, rounds);
      const monit = await measureMonit(bench, space, switcher, Math.ceil(rounds / 3));
      return monit === null ? product : [...product, monit];
    } finally {
      await switcher.end();
    }
  } finally {
    ip("netns", "del", space);
  }
}

function ip(...words: readonly string[]): void {
  execFileSync("ip", words, { stdio: ["ignore", "ignore", "inherit"] });
}

function inSpace(space: string, command: readonly string[]): readonly [string, ...string[]] {
  return ["ip", "netns", "exec", space, ...command];
}

/** An event of the product, and when it came. */
interface Told {
  readonly id: string;
  readonly wall: number;
  readonly at: bigint;
}

interface Switcher {
  readonly turn: (name: string, direction: "up" | "down") => Promise<Switched>;
  readonly end: () => Promise<void>;
}

async function startSwitch(bench: Bench, space: string): Promise<Switcher> {
  const [file, ...words] = inSpace(space, [bench.node, SWITCH, "near"]);
  const child: ChildProcess = spawn(file, words, { stdio: ["pipe", "pipe", "inherit"] });
  const lines: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const next = async (): Promise<Partial<Record<"switchedAt" | "wordWall", string>>> => {
    await until("the switch answers", START_MS, () => lines.length > 0);
    return JSON.parse(lines.shift() ?? "{}");
  };
  await next();
  return {
    turn: async (name, direction) => {
      child.stdin?.write(`${name} ${direction}\n`);
      const { switchedAt = "0", wordWall = "0" } = await next();
      return { switchedAt: BigInt(switchedAt), wordWall: Number(wordWall) };
    },
    end: () => endProgram(child),
  };
}

async function until(what: string, patienceMs: number, isSo: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await sleep(1);
  }
}

async function measureProduct(
  bench: Bench,
  space: string,
  switcher: Switcher,
  rounds: number,
): Promise<readonly LinkTimes[]> {
  const folder = join(bench.folder, "links");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "solosafe.yaml");
  writeFileSync(
    file,
    "version: 1\nmonitors:\n  near: { link: near, retries: 0, flapping-limit: 1000 }\n",
  );
  const command = inSpace(space, productCommand(bench, folder, file));
  const child = startProgram(command, join(folder, "log"), folder);
  const ears = new AbortController();
  try {
    const events: Told[] = [];
    const client = createClient(pathsBelow(join(folder, "state"), file).control);
    const end = performance.now() + START_MS;
    while (!(await client.call("status", {})).ok) {
      if (performance.now() > end) throw new Error(`no answer\n${readLog(folder)}`);
      await sleep(50);
    }
    void client.follow(
      {},
      (line) => {
        const at = process.hrtime.bigint();
        if (line.type === "event") events.push({ id: line.event.id, wall: line.event.wall, at });
      },
      ears.signal,
    );
    await sleep(1000);
    const hear = async (id: string, after: bigint): Promise<Told | null> => {
      const find = () => events.find((one) => one.id === id && one.at > after);
      await until(id, NOTICE_MS, () => find() !== undefined).catch(() => undefined);
      return find() ?? null;
    };
    return [
      await rows("SoloSafe, carrier", "far", rounds, switcher, hear),
      await rows("SoloSafe, off", "near", rounds, switcher, hear),
    ];
  } finally {
    ears.abort();
    await endProgram(child);
    endByCommand([bench.dist, folder]);
  }
}

async function rows(
  name: string,
  end: string,
  rounds: number,
  switcher: Switcher,
  hear: (id: string, after: bigint) => Promise<Told | null>,
): Promise<LinkTimes> {
  const decided: number[] = [];
  const told: number[] = [];
  let lost = 0;
  for (let round = 0; round < rounds; round += 1) {
    await sleep(PAUSE_MS);
    const { switchedAt, wordWall } = await switcher.turn(end, "down");
    const event = await hear("monitor-failed", switchedAt);
    if (event === null) lost += 1;
    else {
      // Both processes hear the same word: the agent may be the first.
      decided.push(Math.max(0, event.wall - wordWall));
      told.push(millis(event.at - switchedAt));
    }
    const up = await switcher.turn(end, "up");
    await hear("monitor-recovered", up.switchedAt);
  }
  return { name, decided, told, lost };
}

function millis(nanos: bigint): number {
  return Number(nanos) / 1e6;
}

/** monit does not see the loss of carrier of a virtual pair, so its end is switched off. */
async function measureMonit(
  bench: Bench,
  space: string,
  switcher: Switcher,
  rounds: number,
): Promise<LinkTimes | null> {
  const program = findProgram("monit");
  if (program === null) return null;
  const folder = join(bench.folder, "links-monit");
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "monitrc");
  const lines = [
    "set daemon 1",
    `set logfile ${folder}/events`,
    `set pidfile ${folder}/monit.pid`,
    `set idfile ${folder}/monit.id`,
    `set statefile ${folder}/monit.state`,
    "check network near with interface near",
    "  if link down then alert",
  ];
  writeFileSync(config, `${lines.join("\n")}\n`);
  chmodSync(config, 0o600);
  const command = inSpace(space, [program, "-I", "-c", config]);
  const child = startProgram(command, join(folder, "log"), folder);
  const count = (what: RegExp): number =>
    existsSync(`${folder}/events`)
      ? [...readFileSync(`${folder}/events`, "utf8").matchAll(what)].length
      : 0;
  const told: number[] = [];
  let lost = 0;
  try {
    await sleep(3000);
    for (let round = 0; round < rounds; round += 1) {
      const before = count(/link down/g);
      const { switchedAt } = await switcher.turn("near", "down");
      const isTold = () => count(/link down/g) > before;
      await until("monit tells", NOTICE_MS, isTold).catch(() => undefined);
      if (isTold()) told.push(millis(process.hrtime.bigint() - switchedAt));
      else lost += 1;
      await switcher.turn("near", "up");
      // Two of its cycles, by another part of a second each time.
      await sleep(2000 + ((round * 370) % 1000));
    }
  } finally {
    await endProgram(child);
  }
  return { name: "monit, cycle 1s", decided: [], told, lost };
}

function readLog(folder: string): string {
  return readFileSync(join(folder, "log"), "utf8").slice(-2000);
}
