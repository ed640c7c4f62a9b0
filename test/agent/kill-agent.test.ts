import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { Prng } from "../simulation/prng.ts";
import { AgentLab, ONE_COPY } from "./agent-lab.ts";

/** `SOLOSAFE_KILLS=20` for a quick look, `SOLOSAFE_SEED=…` to repeat a run. */
const KILLS = Number(process.env["SOLOSAFE_KILLS"] ?? 200);
const SEED = Number(process.env["SOLOSAFE_SEED"] ?? Date.now() % 1_000_000);
/** On a machine that is many times slower than any of ours fewer kills must do, but so many. */
const BUDGET_MS = 8 * 60_000;
const KILLS_LEAST = Math.min(KILLS, 40);
const PATIENCE_MS = 120_000;

const GROUPS = { shop: ["db", "app", "web"], mail: ["queue", "imap"] } as const;
type GroupName = keyof typeof GROUPS;
const GROUP_NAMES = ["shop", "mail"] as const satisfies readonly GroupName[];
const ALL = GROUP_NAMES.flatMap((group) => GROUPS[group].map((name) => `${group}/${name}`));

function configuration(folder: string): string {
  const groups = GROUP_NAMES.map((group) => {
    const resources = GROUPS[group].map((name, at) => {
      const after = at === 0 ? "" : `, after: [${GROUPS[group][at - 1]}]`;
      const start = JSON.stringify([ONE_COPY, `${folder}/${group}-${name}`]);
      return `      ${name}: { type: exec, kind: resident, start: ${start}${after} }`;
    });
    return `  ${group}:\n    resources:\n${resources.join("\n")}`;
  });
  return `reboots: { limit: 3 }\ngroups:\n${groups.join("\n")}\n`;
}

/** What a person was told that will be: it must be so in the end, whatever happened to the agent. */
interface Promises {
  /** Null: a command was cut off, nobody knows. */
  goal: "active" | "inactive" | null;
  /** Starts of each resource when the last restart was asked for and accepted. */
  restartedFrom: ReadonlyMap<string, number> | null;
}

class Story {
  readonly lab = new AgentLab();
  readonly #random = new Prng(SEED);
  readonly #promises = new Map<GroupName, Promises>();
  /** Of an agent, from its start until it listens; measured anew whenever one gets so far. */
  #startMs = 0;
  /** So long an agent is used at most; longer where too little happens in that. */
  #loadMs = 400;
  readonly count = { kills: 0, ready: 0, accepted: 0, cutOff: 0, killedApplications: 0 };

  constructor() {
    for (const group of GROUP_NAMES)
      this.#promises.set(group, { goal: "active", restartedFrom: null });
  }

  async run(): Promise<void> {
    this.lab.configure(configuration(this.lab.folder));
    await this.lab.startSpawner();
    const begun = performance.now();
    const first = this.lab.startAgent();
    await first.ready;
    // Measured, so that a slow machine kills in all phases of a life, too.
    this.#startMs = Math.round(performance.now() - begun);
    await this.lab.stopAgent(first, "SIGKILL");
    for (let kill = 0; kill < KILLS; kill += 1) {
      if (kill >= KILLS_LEAST && performance.now() - begun > BUDGET_MS) break;
      await this.#oneLife();
      this.count.kills += 1;
      if (this.count.accepted < kill / 3) this.#loadMs = Math.min(this.#loadMs + 20, 3000);
    }
  }

  /** An agent lives for a random while, under load, and is killed. */
  async #oneLife(): Promise<void> {
    const startMs = this.#startMs;
    const begun = performance.now();
    const agent = this.lab.startAgent();
    const lives = this.#random.between(Math.floor(startMs / 4), startMs + this.#loadMs);
    // One that did not get so far within the time may have met a machine that became slower.
    if (lives > startMs) this.#startMs = Math.round(startMs * 1.1);
    const isOver = new Promise<void>((resolve) => setTimeout(resolve, lives));
    const isReady = agent.ready.then(
      () => {
        this.#startMs = Math.round(performance.now() - begun);
        return true;
      },
      () => false,
    );
    const load = isReady.then((isUp) => (isUp ? this.#load(agent.end) : undefined));
    await isOver;
    assert.equal(agent.process.exitCode, null, agent.stderr());
    await this.lab.stopAgent(agent, "SIGKILL");
    await load;
    assert.deepEqual(this.violations(), []);
  }

  async #load(end: Promise<unknown>): Promise<void> {
    let isGone = false;
    void end.then(() => {
      isGone = true;
    });
    this.count.ready += 1;
    while (!isGone) {
      if (this.#random.isLucky(0.3)) this.#killApplication();
      else await this.#command();
    }
  }

  async #command(): Promise<void> {
    const group = this.#random.pick(GROUP_NAMES);
    const type = this.#random.pick(["restart", "restart", "restart", "stop", "start"] as const);
    const promises = this.#promises.get(group);
    assert(promises);
    const from = new Map(GROUPS[group].map((name) => [name, this.starts(group, name).length]));
    const before = promises.goal;
    promises.goal = null;
    const answer = await this.lab.client.call(type, { name: group });
    if (!answer.ok) {
      // A connection that never was cannot have carried a command.
      if (answer.problem.kind === "not-running") promises.goal = before;
      else this.count.cutOff += 1;
      assert.notEqual(answer.problem.kind, "bug", answer.problem.message);
      return;
    }
    this.count.accepted += 1;
    promises.goal = type === "stop" ? "inactive" : "active";
    promises.restartedFrom = type === "restart" ? from : null;
  }

  #killApplication(): void {
    const [group = "shop", name = ""] = this.#random.pick(ALL).split("/");
    const pid = Number(this.starts(group, name).at(-1) ?? 0);
    if (pid === 0 || !this.isOurs(pid)) return;
    process.kill(pid, "SIGKILL");
    this.count.killedApplications += 1;
  }

  starts(group: string, name: string): string[] {
    return this.lab.lines(`${group}-${name}.starts`);
  }

  startsOf(id: string): number {
    const [group = "", name = ""] = id.split("/");
    return this.starts(group, name).length;
  }

  violations(): string[] {
    return ALL.filter((id) => existsSync(`${this.lab.folder}/${id.replace("/", "-")}.violations`));
  }

  /** A pid may have been given to a stranger since. */
  isOurs(pid: number): boolean {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
      const command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
      return environment.includes("SOLOSAFE_RESOURCE=") && command.includes("100000");
    } catch {
      return false;
    }
  }

  /** After the last kill: everything ends up where the last accepted commands wanted it. */
  async judge(): Promise<void> {
    const agent = this.lab.startAgent();
    await agent.ready;
    const end = performance.now() + PATIENCE_MS;
    let wrong = await this.#wrongs();
    while (wrong.length > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      wrong = await this.#wrongs();
    }
    assert.deepEqual(wrong, [], agent.stderr());
    assert.deepEqual(this.violations(), []);
  }

  async #wrongs(): Promise<string[]> {
    const answer = await this.lab.client.call("status", {});
    assert(answer.ok, JSON.stringify(answer));
    const wrong = answer.value.plans.map((plan) => `plan ${plan.id} still runs: ${plan.reason}`);
    for (const group of answer.value.groups) {
      const promises = this.#promises.get(group.name === "shop" ? "shop" : "mail");
      if (promises?.goal && group.goal !== promises.goal) {
        wrong.push(`${group.name} is to be ${promises.goal} and the agent wants ${group.goal}`);
      }
      for (const { id, phase } of group.resources) {
        if (phase !== group.goal) wrong.push(`${id} is ${phase} and is to be ${group.goal}`);
        const name = id.split("/")[1] ?? "";
        const starts = this.starts(group.name, name);
        const isAlive = this.isOurs(Number(starts.at(-1) ?? 0));
        if (isAlive !== (group.goal === "active")) {
          wrong.push(`${id} ${isAlive ? "runs" : "does not run"} and is to be ${group.goal}`);
        }
        const from = promises?.goal === null ? undefined : promises?.restartedFrom?.get(name);
        if (from !== undefined && starts.length <= from) {
          wrong.push(`${id} was never restarted although that was promised`);
        }
      }
    }
    return wrong;
  }
}

test(`kill -9 of the agent ${KILLS} times while groups restart (seed ${SEED})`, async (t) => {
  const story = new Story();
  t.diagnostic(`seed ${SEED}`);
  try {
    await story.run();
    await story.judge();
    t.diagnostic(JSON.stringify({ ...story.count, starts: ALL.map((id) => story.startsOf(id)) }));
    // A run in which nothing was going on would prove nothing.
    assert.ok(story.count.accepted > story.count.kills / 4, "commands were accepted");
    assert.ok(story.count.killedApplications > 0, "applications were killed");
  } finally {
    await story.lab.close();
  }
});
