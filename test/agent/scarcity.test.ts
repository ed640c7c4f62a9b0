/** An agent on a server that runs out of disk space or memory, with real processes. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import type { ServerStatus } from "../../src/api/answers.ts";
import { AgentLab, ONE_COPY, until } from "./agent-lab.ts";
import { PROGRAMS } from "../process/lab.ts";

const isRoot = process.getuid?.() === 0;
const MIB = 1024 * 1024;

async function lab(t: TestContext, resource: (folder: string) => string): Promise<AgentLab> {
  const made = new AgentLab();
  t.after(() => made.close(t));
  made.configure(`groups:\n  shop:\n    resources:\n      app: ${resource(made.folder)}\n`);
  await made.startSpawner();
  return made;
}

async function status(from: AgentLab): Promise<ServerStatus> {
  const answer = await from.client.call("status", {});
  assert(answer.ok, JSON.stringify(answer));
  return answer.value;
}

async function active(from: AgentLab): Promise<void> {
  await until("the group is active", async () => {
    const { groups, plans } = await status(from);
    return groups[0]?.phase === "active" && plans.length === 0;
  });
}

/** Events of one kind, as text of their fields. */
async function told(from: AgentLab, id: string): Promise<readonly string[]> {
  const answer = await from.client.call("events", {});
  assert(answer.ok, JSON.stringify(answer));
  return answer.value.events
    .filter((one) => one.id === id)
    .map(({ fields }) => JSON.stringify(fields));
}

async function notes(from: AgentLab): Promise<readonly string[]> {
  return (await status(from)).notes.map(({ id }) => id);
}

function pidOfApp(from: AgentLab): Promise<number> {
  return until("the application runs", async () => {
    return (await status(from)).groups[0]?.resources[0]?.pids[0];
  });
}

async function killApp(from: AgentLab): Promise<void> {
  process.kill(await pidOfApp(from), "SIGKILL");
}

function fill(path: string): void {
  for (const bytes of [MIB, 4096, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes, 1), { flag: "a" });
    } catch (error) {
      assert.match(String(error), /ENOSPC/);
    }
  }
}

test("the disk of the state is full: the agent goes on, says it, and saves again when there is room", {
  skip: isRoot ? false : "only root may mount",
}, async (t) => {
  const own = await lab(t, (folder) => `{ exec: [${ONE_COPY}, ${folder}/app] }`);
  // In a namespace of its own, so that nothing stays mounted whatever becomes of this test.
  const mounting = `mount -t tmpfs -o size=1M none '${own.paths.state}' && exec "$@"`;
  const run = own.startAgentBehind(["unshare", "-m", "sh", "-c", mounting, "sh"]);
  await run.ready;
  await own.active();
  const state = `/proc/${run.process.pid}/root${own.paths.state}`;
  const filler = join(state, "filler");
  fill(filler);
  await killApp(own);
  await own.started("app", 2);
  const [failure = ""] = await until("it is told", async () => {
    // A save that was under way leaves the room that the state before it took.
    fill(filler);
    const failures = await told(own, "save-failed");
    return failures.length > 0 && failures;
  });
  assert.match(failure, /ENOSPC/);
  const before = readFileSync(join(state, "state.json"), "utf8");
  await own.active();
  assert.ok((await notes(own)).includes("save-faulty"));
  assert.equal(readFileSync(join(state, "state.json"), "utf8"), before, "the old state is whole");

  // Nothing else happens then.
  rmSync(filler);
  await until("it is saved", async () => !(await notes(own)).includes("save-faulty"));
  assert.notEqual(readFileSync(join(state, "state.json"), "utf8"), before);
  assert.equal(run.process.exitCode, null);
  assert.deepEqual(own.lines("app.violations"), []);
});

const SMALL = String(32 * MIB);

/**
 * Lets a process use 32 MiB, by either version of control groups. Answers what to do afterwards;
 * null: nobody may limit memory here.
 */
function limitMemory(pid: number): (() => void) | null {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const point = (kind: RegExp): string | undefined =>
    mounts.find((line) => kind.test(line))?.split(" ")[4];
  const groups = readFileSync(`/proc/${pid}/cgroup`, "utf8");
  const older = point(/ - cgroup \S+ (?:\S*,)?memory(?:,|$)/);
  const ofOlder = /^\d+:(?:\S*,)?memory(?:,\S*)?:(.*)$/m.exec(groups)?.[1];
  const unified = point(/ - cgroup2 /);
  const ofUnified = /^0::(.*)$/m.exec(groups)?.[1];
  try {
    if (older !== undefined && ofOlder !== undefined) {
      const parent = existsSync(older + ofOlder) ? older + ofOlder : older;
      const made = join(parent, `solosafe-test-${process.pid}`);
      mkdirSync(made);
      writeFileSync(join(made, "memory.limit_in_bytes"), SMALL);
      writeFileSync(join(made, "cgroup.procs"), String(pid));
      return () => rmdirSync(made);
    }
    if (unified === undefined || ofUnified === undefined) return null;
    // The group above holds everything of this agent's applications, and nothing else.
    const above = dirname(unified + ofUnified);
    assert.match(above, /solosafe-/);
    writeFileSync(join(above, "memory.swap.max"), "0");
    writeFileSync(join(above, "memory.max"), SMALL);
    return () => {};
  } catch {
    return null;
  }
}

test("an application that the kernel kills for want of memory is told as killed, and started again", async (t) => {
  const own = await lab(t, (folder) => `{ exec: ["${PROGRAMS}/eat-memory.sh", "${folder}/app"] }`);
  await own.startAgent().ready;
  await active(own);
  const undo = limitMemory(await pidOfApp(own));
  if (undo === null) return t.skip("nobody may limit memory here");
  writeFileSync(join(own.folder, "app.eat"), "");
  await own.started("app", 2);
  const [end = ""] = await until("it is told", async () => {
    const ends = await told(own, "resource-ended");
    return ends.length > 0 && ends;
  });
  assert.match(end, /signal KILL/);
  await active(own);
  await own.started("app", 2);
  await until("the group can be removed", () => {
    try {
      undo();
      return true;
    } catch {
      return false;
    }
  });
});

/** The application writes so much at a time, and then waits until it may go on. */
const PORTION = 100 * MIB;
const PORTIONS = 10;
const LOG_SIZE = 10 * MIB;
/** What is there at worst: a portion, the log before it, and the kept half of a log, twice. */
const LARGEST = PORTION + 2 * LOG_SIZE;

for (const when of ["at once", "after a quiet time"] as const) {
  test(`an application that floods its output with 1 GB without a newline, ${when}, fills no disk`, async (t) => {
    const own = await lab(t, (folder) => {
      const portion = `until [ -e '${folder}/go-'$n ]; do sleep 0.02; done; head -c ${PORTION} /dev/zero`;
      const flood = `for n in $(seq ${PORTIONS}); do ${portion}; touch '${folder}/done-'$n; done; exec sleep 1000`;
      return `{ exec: [sh, -c, "${flood}"], log-size: 10M }`;
    });
    const letGo = (portion: number): void => writeFileSync(join(own.folder, `go-${portion}`), "");
    if (when === "at once") letGo(1);
    const log = join(own.paths.logs, "shop.app.log");
    const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const both = (): number => sizeOf(log) + sizeOf(`${log}.1`);
    const run = own.startAgent();
    await run.ready;
    await active(own);
    let largest = 0;
    for (let portion = 1; portion <= PORTIONS; portion += 1) {
      letGo(portion);
      await until(`portion ${portion} is written and cut`, () => {
        largest = Math.max(largest, both());
        return existsSync(join(own.folder, `done-${portion}`)) && sizeOf(log) <= LOG_SIZE;
      });
    }
    assert.ok(both() > 0, "the last of it is kept");
    assert.equal((await status(own)).groups[0]?.phase, "active");
    assert.equal(run.process.exitCode, null);
    assert.ok(largest <= LARGEST, `${largest} bytes`);
    t.diagnostic(`at most ${Math.round(largest / MIB)} MiB`);
  });
}
