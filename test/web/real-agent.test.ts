/** The whole way: a browser's requests through a real web program to a real agent, and back. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { AgentLab } from "../agent/agent-lab.ts";
import { askWeb, environment, MAIN, type Reply, until } from "./web-lab.ts";

const CONFIG = 'groups:\n  shop: { resources: { app: { exec: [sleep, "100000"] } } }\n';
const JSON_TYPE = { "content-type": "application/json" };

test("signed in with a code, asked, changed, followed, while the agent is killed and comes back", async (t) => {
  const lab = new AgentLab();
  lab.configure(CONFIG);
  await lab.startSpawner();
  const first = lab.startAgent();
  t.after(async () => await lab.close(t));
  await first.ready;
  const words = ["--run", lab.paths.run, "--state", join(lab.folder, "web"), "--port", "0"];
  const web: ChildProcess = spawn(process.execPath, [MAIN, ...words], { env: environment() });
  let output = "";
  for (const stream of [web.stdout, web.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  t.after(() => web.kill("SIGKILL"));
  await until("the web program is ready", () => output.includes("ready\n"));
  const port = Number(/page http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1]);
  const post = async (path: string, body: object, more: Record<string, string>): Promise<Reply> => {
    const headers = { ...JSON_TYPE, origin: `http://127.0.0.1:${port}`, ...more };
    return await askWeb(port, path, { method: "POST", headers, body: JSON.stringify(body) });
  };

  const code = await lab.client.call("webCode", {});
  assert.ok(code.ok);
  const wrong = await post("/v1/session/by-code", { code: "AAAA-AAAA-AAAA" }, {});
  assert.equal(wrong.status, 401);
  const begun = await post("/v1/session/by-code", { code: code.value.code }, {});
  assert.equal(begun.status, 200, begun.text);
  const cookie = String(begun.headers["set-cookie"]).split(";")[0] ?? "";
  const { csrf } = begun.json()["who"] as { csrf: string };

  const status = await askWeb(port, "/v1/status", { headers: { cookie } });
  assert.equal(status.status, 200);
  const without = await post("/v1/suspend", { scope: "all", forMs: null }, { cookie });
  assert.equal(without.status, 403);
  assert.match(without.text, /access\/csrf/);
  const own = { cookie, "x-solosafe-csrf": csrf };
  const done = await post("/v1/suspend", { scope: "all", forMs: null }, own);
  assert.equal(done.status, 200, done.text);
  const broken = await askWeb(port, "/v1/resume", {
    method: "POST",
    headers: { ...JSON_TYPE, ...own },
    body: '{"scope":',
  });
  assert.equal(broken.status, 400);
  assert.equal((await post("/v1/web/setup", { password: "a long password" }, own)).status, 404);

  assert.equal(await lab.stopAgent(first, "SIGKILL"), "SIGKILL");
  const alone = await askWeb(port, "/v1/status", { headers: { cookie } });
  assert.equal(alone.status, 503);
  assert.match(alone.text, /agent\/not-running/);
  const second = lab.startAgent();
  await second.ready;
  const again = await askWeb(port, "/v1/session", { headers: { cookie } });
  // A session that was not yet written down when the agent was killed is over; any other goes on.
  assert.ok([200, 401].includes(again.status), again.text);
  await until("the agent is told where the page is", async () => {
    const told = await lab.client.call("webStatus", {});
    return told.ok && told.value.addresses.includes(`http://127.0.0.1:${port}`);
  });

  // Killed with a question under way, it takes nothing with it.
  web.kill("SIGKILL");
  const after = await lab.client.call("status", {});
  assert.ok(after.ok);
});
