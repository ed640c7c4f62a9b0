import assert from "node:assert/strict";
import { type Bench, type Case, secondsSince } from "../case.ts";
import { until } from "../patience.ts";

const CONFIG = `
version: 1
groups:
  shop:
    resources:
      app: { exec: [sleep, "100000"], stop-timeout: 5s }
      web: { service: nginx }
monitors:
  page: { http: "http://127.0.0.1/", target: shop/web, interval: 2s, timeout: 2s, recovery: { final-action: none } }
`;

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

async function loseAgent(bench: Bench, signal: string, quietMs: number): Promise<void> {
  const before = await readLife(bench);
  const pid = await agentPid(bench);
  const startedAt = performance.now();
  await bench.machine.shell(`kill -${signal} ${pid}`);
  await waitForAnotherAgent(bench, pid, quietMs);
  await bench.product.waitUntilHealthy();
  assert.deepEqual(await readLife(bench), before, "the applications were touched");
  bench.note(`agent back ${secondsSince(startedAt)} after ${signal}`);
}

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
    run: async (bench) => {
      await bench.product.begin(CONFIG);
      await loseAgent(bench, "KILL", 8_000);
    },
  },
];
