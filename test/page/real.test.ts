/** The page, the web program and an agent that guards a real process. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { AgentLab } from "../agent/agent-lab.ts";
import { environment, MAIN, until } from "../web/web-lab.ts";
import { NO_BROWSER, openPage, pageLab } from "./page-lab.ts";

const CONFIG = `server: { title: shop-1 }
groups:
  shop: { title: The shop, resources: { app: { exec: [sleep, "100000"] } } }
`;

const lab = pageLab();

/** A web program before the agent, with the built page; gives back its address. */
async function startWeb(t: TestContext, agent: AgentLab): Promise<string> {
  const state = join(agent.folder, "web");
  const words = ["--run", agent.paths.run, "--state", state, "--page", lab.folder, "--port", "0"];
  const web: ChildProcess = spawn(process.execPath, [MAIN, ...words], { env: environment() });
  t.after(() => web.kill("SIGKILL"));
  let output = "";
  for (const stream of [web.stdout, web.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  await until("the web program is ready", () => output.includes("ready\n"));
  const address = /page (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
  assert.ok(address, output);
  return address;
}

async function pidOf(agent: AgentLab): Promise<number> {
  const status = await agent.client.call("status", {});
  assert.ok(status.ok);
  return status.value.groups[0]?.resources[0]?.pids[0] ?? 0;
}

test("an application is killed, the agent too, and a person stops the group: the page tells it", {
  skip: NO_BROWSER,
}, async (t) => {
  const agent = new AgentLab();
  agent.configure(CONFIG);
  await agent.startSpawner();
  const first = agent.startAgent();
  t.after(async () => await agent.close(t));
  await first.ready;
  const address = await startWeb(t, agent);
  const page = await openPage(lab, t);
  await page.goto(address);

  // Nobody has set a password: a one-time code is asked for.
  const code = await agent.client.call("webCode", {});
  assert.ok(code.ok);
  await page.locator("input[name=code]").fill(code.value.code);
  await page.keyboard.press("Enter");
  await page.getByText("All well since").waitFor();
  await page.locator('[data-key="resource:shop/app"]').getByText("active").waitFor();
  await page.locator(".is-live").waitFor();

  await until("the application runs", async () => (await pidOf(agent)) > 0);
  const before = await pidOf(agent);
  process.kill(before, "SIGKILL");
  const alerts = page.locator(".alerts");
  await alerts
    .getByText(/Resource shop\/app ended/)
    .first()
    .waitFor();
  await alerts
    .getByText(/Incident of group shop opened/)
    .first()
    .waitFor();
  await until("it was started again", async () => {
    const now = await pidOf(agent);
    return now > 0 && now !== before;
  });
  await page.locator('[data-key="resource:shop/app"]').getByText("active").waitFor();
  await page.locator(".of-incident").first().click();
  await page.getByText("It is still open.").waitFor();
  await page.locator(".timeline li").nth(1).waitFor();

  // A session is written down soon, not at once; then it outlives the agent.
  const file = join(agent.paths.state, "access.json");
  await until("the session is written", () => {
    return existsSync(file) && /"sessions":\s*\[\s*\{/.test(readFileSync(file, "utf8"));
  });
  assert.equal(await agent.stopAgent(first, "SIGKILL"), "SIGKILL");
  await page.locator(".across").getByText("The agent does not answer.").waitFor();
  const second = agent.startAgent();
  await second.ready;
  await page.locator(".across").waitFor({ state: "detached" });

  await page.goto(`${address}/#/service/shop`);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.locator("dialog[open]").waitFor();
  await page.locator("dialog input").fill("shop-1");
  await page.getByRole("button", { name: "Stop now" }).click();
  await page.getByText("Stop: begun.").waitFor();
  await page.goto(`${address}/#/group/shop`);
  await page.locator("#details-title").waitFor();
  await page.locator('[data-key="group:shop"]').getByText("inactive").waitFor();
  await alerts
    .getByText(/stopped group shop/)
    .first()
    .waitFor();
});
