import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { serverStatus } from "../../src/api/answers.ts";
import { ROOT, scratch } from "./run-cli.ts";

const MAIN = join(ROOT, "src/cli/main.ts");
/** Generous: two cores are shared with other tests. */
const PATIENCE_MS = 180_000;

/** A foreground run as a person starts it: a real process in a folder with a space in its name. */
interface Running {
  readonly child: ChildProcess;
  readonly state: string;
  output(): string;
  readonly ended: Promise<number | null>;
}

function start(context: TestContext, state: string, words: readonly string[]): Running {
  const command = [
    "--disable-warning=ExperimentalWarning",
    MAIN,
    "run",
    ...words,
    "--state",
    state,
  ];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  const running = { child, state, output: () => text, ended };
  context.after(async () => {
    child.kill("SIGKILL");
    await ended;
    killAllOf(state);
  });
  return running;
}

/** Everything whose command line names the state folder, or that carries its mark. */
function processesOf(state: string): number[] {
  const id = readQuietly(join(state, "state/id")).trim();
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter(
      (entry) =>
        readQuietly(`/proc/${entry}/cmdline`).includes(state) ||
        (id !== "" && readQuietly(`/proc/${entry}/environ`).includes(`SOLOSAFE_RESOURCE=${id}/`)),
    )
    .map(Number);
}

function killAllOf(state: string): void {
  for (const pid of processesOf(state)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** Waits until `look` finds something; fails with what the run has said so far. */
async function until<Found>(
  running: Running,
  what: string,
  look: () => Promise<Found | null | undefined | false>,
): Promise<Found> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await delay(50);
  }
  throw new Error(`${what} did not happen; the run said:\n${running.output()}`);
}

/** Asks the agent through the command line, as a person would. */
async function ask(
  state: string,
  words: readonly string[],
): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [MAIN, ...words, "--state", state], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, out };
}

/** The pid of the active web server, and the port it answers on. */
async function webOf(running: Running): Promise<number | null> {
  const { out } = await ask(running.state, ["status", "--json"]);
  const status = serverStatus.safeParse(JSON.parse(out));
  if (!status.success) return null;
  const resources = status.data.groups.flatMap((group) => group.resources);
  if (!resources.every((one) => one.phase === "active")) return null;
  return resources.find((one) => one.id === "demo/web")?.pids[0] ?? null;
}

/** What the web server says; it may be active before it listens. */
async function visit(running: Running): Promise<string> {
  const config = readFileSync(join(running.state, "demo.yaml"), "utf8");
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(config)?.[0] ?? "";
  return await until(running, "an answer", () =>
    fetch(url).then(
      (answer) => answer.text(),
      () => null,
    ),
  );
}

test("the demonstration: killed, healed, explained, refused twice, ended with nothing left", async (context) => {
  const state = scratch(context);
  const running = start(context, state, ["--demo"]);
  await until(running, "the list of what to try", async () =>
    running.output().includes("Break something, in another terminal:"),
  );
  assert.match(running.output(), /all is well/);
  assert.match(running.output(), /simulated: decided and written down, never done/);
  // Another demonstration may have the port.
  await until(running, "a word about the page", async () =>
    /page: http:\/\/127\.0\.0\.1:\d+, code: |There is no page: /.test(running.output()),
  );
  const first = await until(running, "an active web server", () => webOf(running));
  assert.match(await visit(running), new RegExp(`pid ${first}\\.`));

  await context.test("a second run on the same folder refuses and says who runs", async () => {
    const second = start(context, state, ["--demo"]);
    assert.equal(await second.ended, 4);
    assert.match(
      second.output(),
      new RegExp(`already served by the foreground run with pid ${running.child.pid}`),
    );
  });

  await context.test("kill -9 of the web server: another one answers", async () => {
    process.kill(first, "SIGKILL");
    const next = await until(running, "a new web server", async () => {
      const pid = await webOf(running);
      return pid === first ? null : pid;
    });
    assert.match(await visit(running), new RegExp(`pid ${next}\\.`));
    await until(running, "the story", async () =>
      running.output().includes("Reactivation of resource `demo/web` is done"),
    );
    assert.match(running.output(), /`demo\/web` ended although nobody stopped it: signal KILL/);
    const explained = await ask(state, ["explain", "demo/web"]);
    assert.equal(explained.code, 0);
    assert.match(explained.out, /has been active/);
  });

  await context.test("Ctrl-C ends everything in order and leaves nothing", async () => {
    running.child.kill("SIGINT");
    assert.equal(await running.ended, 0);
    const said = running.output();
    assert.ok(
      said.lastIndexOf("`demo/worker` was stopped") < said.lastIndexOf("`demo/web` was stopped"),
    );
    assert.match(said, /Everything was ended in order; no process is left\.\n$/);
    assert.deepEqual(processesOf(state), []);
    assert.equal((await ask(state, ["status"])).code, 3);
  });
});

test("the run was killed -9: the next one takes the same applications up again", async (context) => {
  const state = scratch(context);
  const killed = start(context, state, ["--demo"]);
  const web = await until(killed, "an active web server", () => webOf(killed).catch(() => null));
  killed.child.kill("SIGKILL");
  await killed.ended;
  const next = start(context, state, ["--demo"]);
  await until(next, "the second start", async () => next.output().includes("Break something"));
  assert.match(next.output(), /An earlier run was killed/);
  assert.equal(await webOf(next), web, "the same process goes on");

  await context.test(
    "the agent is killed: it is started again and the application goes on",
    async () => {
      const { out } = await ask(state, ["version", "--json"]);
      process.kill(JSON.parse(out).agent.pid, "SIGKILL");
      await until(next, "the agent's return", async () =>
        next.output().includes("The agent is back and goes on."),
      );
      assert.match(next.output(), /The agent ended \(signal KILL\); it is started again in 1s\./);
      assert.equal(await until(next, "the status", () => webOf(next).catch(() => null)), web);
    },
  );

  await context.test("Ctrl-C ends what was taken up, too", async () => {
    next.child.kill("SIGINT");
    assert.equal(await next.ended, 0);
    assert.deepEqual(processesOf(state), []);
  });
});

test("--keep-apps leaves the applications and nothing else", async (context) => {
  const state = scratch(context);
  const running = start(context, state, ["--demo", "--keep-apps"]);
  const web = await until(running, "an active web server", () => webOf(running).catch(() => null));
  running.child.kill("SIGINT");
  assert.equal(await running.ended, 0);
  assert.match(running.output(), new RegExp(`Applications left running: pid .*${web}`));
  assert.match(await visit(running), new RegExp(`pid ${web}\\.`));
  assert.equal(
    processesOf(state).filter((pid) =>
      /agent\/main|workers\/main/.test(readQuietly(`/proc/${pid}/cmdline`)),
    ).length,
    0,
  );
});

test("a second Ctrl-C does not wait for an application that ignores TERM", async (context) => {
  const state = scratch(context);
  const config = join(state, "solosafe.yaml");
  writeFileSync(
    config,
    `groups: { deaf: { resources: { app: { start: [/bin/sh, -c, "trap '' TERM; touch '${state}/deaf'; while :; do sleep 1; done"] } } } }\n`,
  );
  const running = start(context, state, []);
  await until(running, "the start", async () =>
    running.output().includes("Group `deaf` is active"),
  );
  await until(running, "the trap", async () => existsSync(join(state, "deaf")));
  running.child.kill("SIGINT");
  await until(running, "the first answer", async () => running.output().includes("Ctrl-C again"));
  // Farther apart than the repetition that npm makes of one Ctrl-C.
  await delay(400);
  running.child.kill("SIGINT");
  assert.equal(await running.ended, 0);
  assert.match(running.output(), /Forced: sending KILL/);
  assert.match(
    running.output(),
    /ended by force; no process is left\. [1-9]\d* of the applications' processes got KILL\./,
  );
  assert.deepEqual(processesOf(state), []);
});

test("a configuration that is not valid starts nothing and tells every problem", async (context) => {
  const state = scratch(context);
  writeFileSync(
    join(state, "solosafe.yaml"),
    "groups: { a: { resources: { b: { exec: /bin/true, x: 1 } } } }\nmoed: enforce\n",
  );
  const running = start(context, state, []);
  assert.equal(await running.ended, 1);
  assert.match(running.output(), /solosafe\.yaml:1:\d+: .*\n.*solosafe\.yaml:2:1: moed/);
  assert.match(running.output(), /nothing was started/);
  assert.deepEqual(processesOf(state), []);
});
