import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { GUARD_FIFO, GUARD_REPORT, type GuardMessage } from "../../src/base/guard-message.ts";
import type { GuardReport } from "../../src/base/guard-report.ts";
import { type GuardLines, openGuardLines } from "../../src/host/guard-lines.ts";
import { readGuardSettings } from "../../src/host/parse-guard-line.ts";
import { openReportFile, type ReportFile } from "../../src/host/report-file.ts";
import { AgentLab, until } from "./agent-lab.ts";
import { guardReport } from "./guard-report.ts";

const CONFIG = `
reboots: { least-uptime: 0s, escalate-after: 0s, graceful-timeout: 1h, shutdown-timeout: 7m }
groups:
  shop:
    resources:
      app: { exec: [sleep, "100000"] }
monitors:
  page:
    type: script
    command: [/bin/false]
    interval: 200ms
    retries: 0
    recovery: { target: server, final-action: reboot }
`;

/** What a guard is to an agent: somebody who reads the FIFO and writes the report. */
class FakeGuard {
  readonly heard: GuardMessage[] = [];
  readonly #lines: GuardLines;
  readonly #report: ReportFile;
  readonly #timer: NodeJS.Timeout;
  phase = "guarding";
  pid = 4_000_000;

  constructor(run: string) {
    const lines = openGuardLines(join(run, GUARD_FIFO));
    const report = openReportFile(join(run, GUARD_REPORT));
    assert.ok(lines.ok && report.ok);
    this.#lines = lines.value;
    this.#report = report.value;
    this.#timer = setInterval(() => this.#turn(), 20);
    this.#turn();
  }

  #turn(): void {
    this.heard.push(...this.#lines.read());
    assert.ok(this.#report.write(this.#words()));
  }

  #words(): GuardReport {
    const [seconds, nanoseconds] = process.hrtime();
    const at = seconds * 1000 + nanoseconds / 1e6;
    return guardReport({ at, pid: this.pid, startTime: 1, phase: this.phase });
  }

  /** What it heard of a kind, in order. */
  all<Is extends GuardMessage["is"]>(is: Is): readonly Extract<GuardMessage, { is: Is }>[] {
    return this.heard.filter((one): one is Extract<GuardMessage, { is: Is }> => one.is === is);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#lines.close();
    this.#report.close();
  }
}

let lab: AgentLab;
let guard: FakeGuard;

beforeEach(async () => {
  lab = new AgentLab();
  guard = new FakeGuard(lab.paths.run);
  lab.configure(CONFIG);
  await lab.startSpawner();
});
afterEach(async () => {
  await lab.close();
  guard.close();
});

async function firstOrder(): Promise<Extract<GuardMessage, { is: "order" }>> {
  return await until("the reboot is ordered", () => guard.all("order")[0]);
}

test("a permanent fault is ordered once; another guard and the next agent get the same order", async () => {
  const first = lab.startAgent();
  await first.ready;
  const order = await firstOrder();
  assert.equal(order.order.kind, "reboot");
  assert.match(order.order.reason, /exit code 1/);
  const stopped = await until("the groups are stopped", () => guard.all("groups-stopped")[0]);
  assert.equal(stopped.id, order.order.id);
  const count = guard.heard.length;
  guard.pid += 1;
  await until("the new guard knows all", () => guard.all("groups-stopped").length > 1);
  const again = guard.heard.slice(count).map(({ is }) => is);
  assert.ok(again.indexOf("settings") < again.indexOf("record"));
  assert.ok(again.indexOf("record") < again.indexOf("order"));
  first.process.kill("SIGKILL");
  await first.end;
  assert.deepEqual(guard.all("order"), [order, order]);
  const second = lab.startAgent();
  await second.ready;
  await until("the next agent gives it again", () => guard.all("order").length > 2);
  assert.deepEqual(guard.all("order")[2], order);
  await until("the groups are still stopped", () => guard.all("groups-stopped").length > 2);
});

test("the guard is told what it has to know, before it is asked for anything", async () => {
  const agent = lab.startAgent();
  await agent.ready;
  await until("the boot is charged", () => guard.all("record").some((one) => one.record.isCharged));
  const settings = guard.all("settings")[0]?.settings;
  assert.equal(settings?.mode, "enforce");
  assert.equal(settings.shutdownTimeoutMs, 420_000);
  const kept = await until("the settings are kept", keptSettings);
  assert.deepEqual(kept, settings);
  await firstOrder();
  const kinds = guard.heard.map(({ is }) => is);
  assert.ok(kinds.indexOf("settings") < kinds.indexOf("order"));
  assert.ok(kinds.indexOf("record") < kinds.indexOf("order"));
  assert.equal(guard.all("beat")[0]?.by.pid, agent.process.pid);
});

/** What a guard would read that starts before the next agent; null while it is not there. */
function keptSettings(): unknown {
  try {
    const text = readFileSync(join(lab.paths.state, "guard-settings.json"), "utf8");
    return readGuardSettings(JSON.parse(text));
  } catch {
    return null;
  }
}

async function untilSimulated(): Promise<void> {
  await until("the reboot is simulated", async () => {
    const past = await lab.client.call("events", { after: 0, limit: 1000 });
    return past.ok && past.value.events.some(({ id }) => id === "server-action-simulated");
  });
}

test("a guard that does nothing is given no order, and an agent that leaves says so", async () => {
  guard.phase = "waiting";
  const agent = lab.startAgent();
  await agent.ready;
  await untilSimulated();
  assert.equal(await lab.stopAgent(agent), 0);
  await until("it said that it leaves", () => guard.all("leaving").length > 0);
  assert.equal(guard.all("leaving")[0]?.by.pid, agent.process.pid);
  assert.deepEqual(guard.all("order"), []);
});

test("in observe mode the guard is told so, and is given no order", async () => {
  lab.configure(`mode: observe\n${CONFIG}`);
  const agent = lab.startAgent();
  await agent.ready;
  await until("the settings", () => guard.all("settings").length > 0);
  assert.equal(guard.all("settings")[0]?.settings.mode, "observe");
  await untilSimulated();
  assert.deepEqual(guard.all("order"), []);
});
