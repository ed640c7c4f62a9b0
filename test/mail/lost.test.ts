/** The agent is lost: a real spawner reads it in the guard's report and has the prepared mail sent. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { GUARD_FIFO, GUARD_REPORT } from "../../src/base/guard-message.ts";
import type { PreparedMail } from "../../src/base/mail.ts";
import { parsePostFile, type Prepared } from "../../src/base/post.ts";
import { monotonic } from "../../src/host/clock.ts";
import { openGuardLines } from "../../src/host/guard-lines.ts";
import { openReportFile } from "../../src/host/report-file.ts";
import { AgentLab, until } from "../agent/agent-lab.ts";
import { guardReport } from "../agent/guard-report.ts";
import { startSpawner } from "../process/lab.ts";
import { type Office, openOffice, serverAt } from "./post-office.ts";
import { SenderLab } from "./sender-lab.ts";

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

/** A guard's FIFO and report: a spawner proves as long as somebody reads. */
function playGuard(t: TestContext, run: string) {
  const lines = openGuardLines(join(run, GUARD_FIFO));
  const opened = openReportFile(join(run, GUARD_REPORT));
  assert.ok(lines.ok && opened.ok);
  let proofs = 0;
  const read = (): void => {
    proofs += lines.value.read().filter(({ is }) => is === "proof").length;
  };
  const timer = setInterval(read, 50);
  t.after(() => {
    clearInterval(timer);
    lines.value.close();
    opened.value.close();
  });
  const tell = (isAgentLost: boolean): void => {
    const at = monotonic();
    assert.ok(opened.value.write(guardReport({ at, beatAt: at, isAgentLost, agentKills: 5 })));
  };
  tell(false);
  return { tell, proofs: () => proofs };
}

interface Lost {
  readonly lab: AgentLab;
  readonly office: Office;
  readonly tell: (isAgentLost: boolean) => void;
}

/** An agent that has laid the mail ready, behind a guard that a test plays. */
async function start(t: TestContext, language: string): Promise<Lost> {
  const office = await openOffice();
  t.after(() => office.close());
  const lab = new AgentLab();
  t.after(() => lab.close(t));
  const { tell } = playGuard(t, lab.paths.run);
  lab.configure(`
server: { title: Shop, language: ${language} }
mail:
  to: admin@example.org
  from: solosafe@shop.example.org
  servers: [{ host: 127.0.0.1, port: ${office.port} }]
monitors: { backup: { type: message } }
`);
  await lab.startSpawner();
  await lab.startAgent().ready;
  const prepared = join(lab.paths.run, "mail.json");
  await until("the mail is prepared", () => existsSync(prepared));
  return { lab, office, tell };
}

test("the mail goes out when the agent's process is gone, once, and again when it is lost anew", async (t) => {
  const { lab, office, tell } = await start(t, "ja");
  await lab.stopAgent(lab.agent, "SIGKILL");
  tell(true);
  await until("the mail arrives", () => office.received.length === 1);
  const [mail] = office.received;
  assert.deepEqual(mail?.to, ["admin@example.org"]);
  const prepared = parsePostFile<Prepared<PreparedMail>>(
    readFileSync(join(lab.paths.run, "mail.json"), "utf8"),
  );
  assert.match(prepared?.lost.text ?? "", /エージェント/);
  assert.match(mail?.text ?? "", /^Subject: =\?UTF-8\?/m);
  const mark = join(lab.paths.run, "agent-lost-mailed");
  await until("it is marked", () => existsSync(mark));
  tell(false);
  await until("the mark goes", () => !existsSync(mark));
  assert.equal(office.received.length, 1);
  tell(true);
  await until("the second mail arrives", () => office.received.length === 2);
});

test("what a new spawner finds mailed is not mailed again", async (t) => {
  const office = await openOffice();
  t.after(() => office.close());
  const lab = new SenderLab();
  t.after(() => lab.close());
  lab.prepare({ servers: [serverAt(office.port)] });
  const { tell } = playGuard(t, lab.run);
  tell(true);
  const first = await startSpawner(lab.run);
  await until("the mail arrives", () => office.received.length === 1);
  const mark = join(lab.run, "agent-lost-mailed");
  await until("it is marked", () => existsSync(mark));
  await end(first);
  const second = await startSpawner(lab.run);
  t.after(() => end(second));
  tell(false);
  await until("the new spawner has looked", () => !existsSync(mark));
  assert.equal(office.received.length, 1);
});

test("without `mail:` nothing is sent, and nothing is marked as sent", async (t) => {
  const lab = new SenderLab();
  t.after(() => lab.close());
  const { tell, proofs } = playGuard(t, lab.run);
  tell(true);
  const spawner = await startSpawner(lab.run);
  t.after(() => end(spawner));
  await until("two proofs came", () => proofs() >= 2);
  assert.deepEqual(readdirSync(lab.inMemory), []);
  assert.equal(existsSync(join(lab.run, "agent-lost-mailed")), false);
});
