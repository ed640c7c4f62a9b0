/** The whole way: a real agent, its spawner and senders, and who is told. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import type { EventRecord } from "../../src/api/answers.ts";
import { AgentLab, until } from "../agent/agent-lab.ts";
import { cli } from "../cli/run-cli.ts";

interface Heard {
  readonly headers: IncomingMessage["headers"];
  readonly body: Readonly<Record<string, unknown>>;
}

/** A web server that remembers what it is told; `status` is what it answers. */
class Listener {
  readonly heard: Heard[] = [];
  status = 200;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const body = JSON.parse(Buffer.concat(parts).toString("utf8"));
        if (this.status === 200) this.heard.push({ headers: request.headers, body });
        response.writeHead(this.status).end(this.status === 200 ? "ok" : "not today");
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook/s3cret-path`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const listeners: Listener[] = [];
after(() => {
  for (const one of listeners) one.close();
});

async function listen(): Promise<{ readonly listener: Listener; readonly url: string }> {
  const listener = new Listener();
  listeners.push(listener);
  return { listener, url: await listener.open() };
}

const MONITORS = `
monitors:
  backup:
    type: message
    interval: 1h
    failure-timeout: 1s
    recovery: { target: none, final-action: none }
`;

async function startLab(t: TestContext, destinations: string): Promise<AgentLab> {
  const lab = new AgentLab();
  t.after(() => lab.close(t));
  lab.configure(`${destinations}\n${MONITORS}`);
  await lab.startSpawner();
  await lab.startAgent().ready;
  return lab;
}

async function events(lab: AgentLab, id: string): Promise<readonly EventRecord[]> {
  const page = await lab.client.call("events", { limit: 1000 });
  return page.ok ? page.value.events.filter((event) => event.id === id) : [];
}

async function say(lab: AgentLab, outcome: "ok" | "failed", text: string): Promise<void> {
  await lab.client.call("message", { monitor: "backup", outcome, text });
}

test("an incident goes out as JSON to a web server and into a program, and a test says what happened", async (t) => {
  const { listener, url } = await listen();
  const folder = mkdtempSync(join(tmpdir(), "solosafe told-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const told = join(folder, "told.json");
  const program = join(folder, "tell me");
  writeFileSync(program, `#!/bin/sh\ncat >> '${told}'\n`, { mode: 0o755 });
  writeFileSync(join(folder, "url"), `${url}\n`, { mode: 0o600 });
  writeFileSync(join(folder, "key"), "k3y\n", { mode: 0o600 });
  const lab = await startLab(
    t,
    `destinations:
  hook:
    type: webhook
    url: { file: "${folder}/url" }
    sign: { file: "${folder}/key" }
    modules: [incident]
  pager: { type: command, command: ["${program}"], modules: [incident] }
`,
  );
  await say(lab, "failed", "the tape is full");
  await say(lab, "ok", "done");
  await until(
    "both are told of both",
    () =>
      listener.heard.length >= 2 &&
      existsSync(told) &&
      readFileSync(told, "utf8").includes("incident-ended"),
  );
  const [opened, ended] = listener.heard;
  assert.equal(opened?.body["id"], "incident-opened");
  assert.match(String(opened?.body["message"]), /backup.*the tape is full/);
  assert.equal(ended?.body["id"], "incident-ended");
  assert.equal(ended?.body["openIncidents"], 0);
  assert.match(String(ended?.headers["x-solosafe-signature"]), /^t=\d+,v1=[0-9a-f]{64}$/);
  const lines = readFileSync(told, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ id }) => id),
    ["incident-opened", "incident-ended"],
  );
  const good = await cli(["destination", "test", "hook", "--state", lab.folder]);
  assert.equal(good.code, 0, good.out + good.err);
  assert.match(good.out, /✔ the address in .*\/url took it/);
  listener.status = 403;
  const bad = await cli(["destination", "test", "hook", "--state", lab.folder]);
  assert.equal(bad.code, 5);
  assert.match(bad.out, /✖ .*: it answers 403: not today\n {2}Check the address/);
  const none = await cli(["destination", "test", "nobody", "--state", lab.folder]);
  assert.match(none.err, /there is no destination `nobody`\n {2}There are hook, pager\./);
  // Nothing secret stands in any file of the agent.
  for (const name of readdirSync(lab.folder, { recursive: true, encoding: "utf8" })) {
    const path = join(lab.folder, name);
    if (!/\.(?:json|jsonl|log|mail|outcome)$/.test(name)) continue;
    assert.doesNotMatch(readFileSync(path, "utf8"), /s3cret-path|k3y/, name);
  }
});

test("what cannot be told is told to others once, waits over a restart, and goes out in order", async (t) => {
  const { listener, url } = await listen();
  const { listener: other, url: otherUrl } = await listen();
  listener.status = 503;
  const lab = await startLab(
    t,
    `destinations:
  hook: { type: webhook, url: "${url}", modules: [incident] }
  other: { type: webhook, url: "${otherUrl}", events: [destination-fails, destination-works] }
`,
  );
  await say(lab, "failed", "the tape is full");
  await until("the other hears that the first fails", () => other.heard.length > 0);
  assert.equal(other.heard[0]?.body["id"], "destination-fails");
  assert.match(String(other.heard[0]?.body["message"]), /it answers 503: not today/);
  assert.equal((await events(lab, "destination-fails")).length, 1);
  assert.deepEqual(listener.heard, []);
  await lab.stopAgent(lab.agent);
  const queue = join(lab.folder, "state/destinations/hook");
  const waiting = readdirSync(queue).filter((name) => name.endsWith(".mail"));
  assert.equal(waiting.length, 1);
  // Its next try is a minute away: nobody waits for that here.
  for (const name of waiting) {
    const item = JSON.parse(readFileSync(join(queue, name), "utf8"));
    writeFileSync(join(queue, name), JSON.stringify({ ...item, nextWall: 0 }));
  }
  listener.status = 200;
  await lab.startAgent().ready;
  await say(lab, "ok", "done");
  await until("what waited goes out", () => listener.heard.length >= 2);
  assert.deepEqual(
    listener.heard.map(({ body }) => body["id"]),
    ["incident-opened", "incident-ended"],
  );
});
