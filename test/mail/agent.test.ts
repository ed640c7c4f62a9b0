/** The whole way: a real agent, its spawner and sender, and real mail servers on loopback. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import type { EventRecord } from "../../src/api/answers.ts";
import { AgentLab, until } from "../agent/agent-lab.ts";
import { cli } from "../cli/run-cli.ts";
import { type Office, openOffice } from "./post-office.ts";

const offices: Office[] = [];
after(async () => {
  for (const office of offices) await office.close();
});

async function office(...options: Parameters<typeof openOffice>): Promise<Office> {
  const opened = await openOffice(...options);
  offices.push(opened);
  return opened;
}

async function deadPort(): Promise<number> {
  const dead = await openOffice();
  await dead.close();
  return dead.port;
}

/** A monitor that fails when it is told to, and is cured a second after it is told that it is well. */
function configuration(ports: readonly number[], more = ""): string {
  const servers = ports.map((port) => `    - { host: 127.0.0.1, port: ${port}, timeout: 20s }`);
  return `
server: { title: "Shop, Osaka" }
mail:
  to: [admin@example.org, night@example.org]
  from: solosafe@shop.example.org
  settle: 0s
  servers:
${servers.join("\n")}
monitors:
  backup:
    type: message
    interval: 1h
    failure-timeout: 1s
    recovery: { target: none, final-action: none }
${more}`;
}

async function startLab(t: TestContext, text: string): Promise<AgentLab> {
  const lab = new AgentLab();
  t.after(() => lab.close(t));
  lab.configure(text);
  await lab.startSpawner();
  await lab.startAgent().ready;
  return lab;
}

async function events(lab: AgentLab, id: string): Promise<readonly EventRecord[]> {
  const page = await lab.client.call("events", { limit: 1000 });
  return page.ok ? page.value.events.filter((event) => event.id === id) : [];
}

function header(text: string, name: string): string {
  const unfolded = text.replaceAll(/\r\n[ \t]+/g, " ");
  return new RegExp(`^${name}: (.*?)\\r?$`, "m").exec(unfolded)?.[1] ?? "";
}

/** The plain part, as a mail program shows it. */
function body(text: string): string {
  const part = text.split(/\r\n--[^\r]+\r\n/)[1] ?? "";
  const [head = "", ...rest] = part.split("\r\n\r\n");
  const coded = rest.join("\r\n\r\n");
  if (/base64/i.test(head)) return Buffer.from(coded, "base64").toString();
  if (!/quoted-printable/i.test(head)) return coded;
  const bytes = coded
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(bytes, "latin1").toString();
}

test("a test mail by the second of two servers, and why not by the first", async (t) => {
  const { port, received } = await office();
  const dead = await deadPort();
  const lab = await startLab(t, configuration([dead, port]));
  const { run } = lab.paths;
  await until("the sender is prepared", () => readdirSync(run).includes("mail.json"));
  assert.equal(statSync(join(run, "mail.json")).mode & 0o777, 0o600);
  const said = await cli(["mail", "test", "--state", lab.folder]);
  assert.equal(said.code, 0, said.out + said.err);
  assert.match(said.out, /^Sending a test mail to admin@example.org, night@example.org by /);
  assert.match(said.out, new RegExp(`✖ 127.0.0.1:${dead}: nobody listens there`));
  assert.match(said.out, new RegExp(`✔ 127.0.0.1:${port} took it for admin@example.org, night`));
  const [mail] = received;
  assert.deepEqual(mail?.to, ["admin@example.org", "night@example.org"]);
  assert.equal(header(mail?.text ?? "", "Subject"), "[Shop, Osaka] Test mail");
  assert.match(body(mail?.text ?? ""), /^This is a test mail\./);
  const json = await cli(["mail", "test", "--json", "--state", lab.folder]);
  const told: { attempts: unknown[]; refused: string[] } = JSON.parse(json.out);
  assert.deepEqual([told.attempts.length, told.refused], [2, []]);
});

test("a test mail that nobody takes is exit code 5, and says what each server said", async (t) => {
  const lab = await startLab(t, configuration([await deadPort()]));
  const said = await cli(["mail", "test", "--state", lab.folder]);
  assert.equal(said.code, 5);
  assert.match(said.out, /Check `host` and `port`/);
  assert.match(said.out, /Nobody took it for admin@example.org, night@example.org\.$/);
});

test("without `mail:` a test mail is refused, and says what to add", async (t) => {
  const lab = await startLab(t, "monitors: { backup: { type: message } }\n");
  const said = await cli(["mail", "test", "--state", lab.folder]);
  assert.equal(said.code, 4);
  assert.match(said.err, /no mail is configured/);
  assert.match(said.err, /mail: \{ to: admin@example.org \}/);
});

test("an incident is one thread: it fails, what is left to do, and how it ended", async (t) => {
  const { port, received } = await office();
  const lab = await startLab(t, configuration([port]));
  await lab.client.call("message", { monitor: "backup", outcome: "ok", text: "" });
  await lab.client.call("message", { monitor: "backup", outcome: "failed", text: "tape <full>" });
  await until("the first mail", () => received.length >= 1);
  await lab.client.call("message", { monitor: "backup", outcome: "ok", text: "" });
  const isEnded = (text: string): boolean => /ended after/.test(header(text, "Subject"));
  await until("the last mail", () => received.some(({ text }) => isEnded(text)));
  const [first = "", ...others] = received.map(({ text }) => text);
  assert.match(header(first, "Subject"), /^\[Shop, Osaka\] /);
  const root = header(first, "Message-ID");
  assert.match(root, /^<incident-\d{8}-1-[a-z0-9]+@/);
  for (const other of others) {
    assert.equal(header(other, "References"), root);
    assert.notEqual(header(other, "Message-ID"), root);
  }
  assert.match(body(first), /tape <full>/);
  assert.match(first.split("<!DOCTYPE html>")[1] ?? "", /&lt;full&gt;/);
  assert.doesNotMatch(first.split("<!DOCTYPE html>")[1] ?? "", /<full>/);
  const last = body(received.find(({ text }) => isEnded(text))?.text ?? "");
  assert.match(last, /What happened/);
  assert.match(last, /What is left for you to do\s+Nothing\./);
  await until(
    "it is told",
    async () => (await events(lab, "mail-sent")).length === received.length,
  );
});

test("what cannot be sent waits over the death of the agent, and is sent by the next one", async (t) => {
  const dead = await deadPort();
  const lab = await startLab(t, configuration([dead]));
  await lab.client.call("message", { monitor: "backup", outcome: "ok", text: "" });
  await lab.client.call("message", { monitor: "backup", outcome: "failed", text: "tape full" });
  await until("it is told", async () => (await events(lab, "mail-delayed")).length === 1);
  const [delayed] = await events(lab, "mail-delayed");
  assert.match(String(delayed?.fields["reason"]), /nobody listens there/);
  await lab.stopAgent(lab.agent, "SIGKILL");
  const folder = join(lab.paths.state, "mail");
  const mails = readdirSync(folder).filter((name) => name.endsWith(".mail"));
  assert.ok(mails.length > 0);
  // Its next try is a minute away: as if that had passed.
  const ids = mails.map((name) => {
    const mail = JSON.parse(readFileSync(join(folder, name), "utf8"));
    writeFileSync(join(folder, name), JSON.stringify({ ...mail, nextWall: 0 }));
    return String(mail.messageId);
  });
  const { port, received } = await office();
  lab.configure(configuration([dead, port]));
  await lab.startAgent().ready;
  await until("it is sent", () =>
    ids.every((id) => received.some(({ text }) => header(text, "Message-ID") === id)),
  );
});
