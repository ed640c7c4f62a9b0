import assert from "node:assert/strict";
import { type Bench, type Case, secondsSince } from "../case.ts";
import { until } from "../patience.ts";
import { MAIL_TO_KEEPER, MailServer } from "../mail-server.ts";
import { page, shopConfig, WEB } from "./shop.ts";

const CONFIG = shopConfig({
  watchdog: "timeout: 60s, agent-timeout: 12s",
  resources: [WEB],
  monitors: [page("2s")],
});

/** The boot and the applications, to be compared after a fault that must not touch them. */
async function readLife({ machine, product }: Bench): Promise<Record<string, unknown>> {
  return {
    boot: await machine.bootId(),
    app: await product.pidOf("shop/app"),
    web: await machine.text("systemctl", "show", "nginx", "--value", "-p", "MainPID"),
  };
}

async function agentPid({ machine }: Bench): Promise<number> {
  return Number(
    await machine.text("systemctl", "show", "solosafe-agent", "--value", "-p", "MainPID"),
  );
}

/** Waits until another agent than `old` answers; throws when it does not. */
async function waitForAnotherAgent(bench: Bench, old: number, quietMs: number): Promise<void> {
  await until("another agent", quietMs, async () => {
    const status = await bench.product.status();
    return status !== null && status.agent.pid !== old ? true : null;
  });
}

async function killApplication(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(CONFIG);
  const mark = await product.mark();
  const pid = await product.pidOf("shop/app");
  const killedAt = Number(await machine.shell(`date +%s%3N; kill -KILL ${pid}`));
  const fields = { monitor: "shop-app-process" };
  const failed = await product.waitForEvent("monitor-failed", fields, mark, 10_000);
  const recovered = await product.waitForEvent("monitor-recovered", fields, mark, 10_000);
  assert.notEqual(await product.pidOf("shop/app"), pid);
  note(`detected after ${failed.wall - killedAt} ms, healed after ${recovered.wall - killedAt} ms`);
}

/** Takes the agent out of service; it must come back, and nothing else may be touched. */
async function loseAgent(bench: Bench, fault: (pid: number) => string): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  const before = await readLife(bench);
  const events = machine.events.mark;
  const pid = await agentPid(bench);
  const startedAt = performance.now();
  await machine.shell(fault(pid));
  await waitForAnotherAgent(bench, pid, 25_000);
  note(`another agent answers after ${secondsSince(startedAt)}`);
  await product.waitUntilWell();
  assert.deepEqual(await readLife(bench), before, "the applications were touched");
  assert.deepEqual(machine.events.names(events), []);
}

/** Each time it comes to life it is killed, until the guard takes it for lost and has it mailed. */
async function loseAgentForGood(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  const mails = await MailServer.begin(machine);
  await product.begin(`${CONFIG}${MAIL_TO_KEEPER}`);
  await product.waitUntilArmed();
  const before = await readLife(bench);
  const events = machine.events.mark;
  for (let end = 1; end <= LOSSES; end += 1) {
    const pid = await agentPid(bench);
    const startedAt = performance.now();
    await machine.shell(`kill -KILL ${pid}`);
    await waitForAnotherAgent(bench, pid, 60_000);
    note(`end ${end}: back after ${secondsSince(startedAt)}`);
  }
  await mails.expect(/^\[lab\] The agent is lost/, /The guard ended the agent again and again/);
  assert.match(await machine.text("cat", "/run/solosafe/guard.report"), /"isAgentLost":true/);
  await product.waitUntilWell();
  assert.deepEqual(await readLife(bench), before, "the applications were touched");
  assert.deepEqual(machine.events.names(events), []);
}

/** In ten minutes; from then on it is lost (recovery.md 4). */
const LOSSES = 5;

/** SIGUSR1 opens the debugger of Node, which is then told to compute for ever. */
const SPIN = `
import { setTimeout } from "node:timers/promises";
process.kill(Number(process.argv[2]), "SIGUSR1");
for (let tries = 0; tries < 100; tries += 1) {
  await setTimeout(100);
  const pages = await fetch("http://127.0.0.1:9229/json").then((answer) => answer.json(), () => null);
  if (pages === null) continue;
  const socket = new WebSocket(pages[0].webSocketDebuggerUrl);
  await new Promise((resolve) => (socket.onopen = resolve));
  const params = { expression: "for (;;);" };
  socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params }));
  await setTimeout(500);
  process.exit(0);
}
process.exit(1);
`;

export const AGENT_CASES: readonly Case[] = [
  {
    name: "application-killed",
    promise: "A killed application runs again within seconds; nothing else is touched.",
    isCore: true,
    run: killApplication,
  },
  {
    name: "agent-killed",
    promise: "The agent is killed: it is back, applications untouched, no reset.",
    isCore: true,
    run: (bench) => loseAgent(bench, (pid) => `kill -KILL ${pid}`),
  },
  {
    name: "agent-stopped",
    promise: "The agent is stopped: it is replaced, applications untouched, no reset.",
    isCore: true,
    run: (bench) => loseAgent(bench, (pid) => `kill -STOP ${pid}`),
  },
  {
    name: "agent-spinning",
    promise: "The agent computes for ever: it is replaced, applications untouched, no reset.",
    isCore: true,
    run: async (bench) => {
      await bench.machine.write("/srv/spin.mjs", SPIN);
      await loseAgent(bench, (pid) => `node /srv/spin.mjs ${pid}`);
    },
  },
  {
    name: "agent-lost",
    promise: "The agent is killed whenever it lives: it begins ever later, and a mail says so.",
    isCore: false,
    run: loseAgentForGood,
  },
];
