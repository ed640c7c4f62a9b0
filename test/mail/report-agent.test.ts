/** A report of a real agent: on the command line, and as a mail at a real mail server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReportAnswer } from "../../src/api/report-answers.ts";
import { AgentLab, until } from "../agent/agent-lab.ts";
import { cli } from "../cli/run-cli.ts";
import { openOffice } from "./post-office.ts";

test("an incident of today is in the report, and the report arrives as a mail", async (t) => {
  const office = await openOffice();
  const lab = new AgentLab();
  t.after(async () => {
    await lab.close(t);
    await office.close();
  });
  lab.configure(`
mail:
  to: [admin@example.org]
  from: solosafe@shop.example.org
  settle: 1h
  report: { cron: "0 7 * * 1" }
  servers: [{ host: 127.0.0.1, port: ${office.port}, timeout: 20s }]
monitors:
  backup:
    type: message
    interval: 1h
    recovery: { target: none, final-action: none }
`);
  await lab.startSpawner();
  await lab.startAgent().ready;
  const told = await lab.client.call("message", {
    monitor: "backup",
    outcome: "failed",
    text: "tape is full",
  });
  assert.ok(told.ok);
  const report = await until("the incident is in the report", async () => {
    const said = await cli(["report", "--json", "--state", lab.folder]);
    assert.equal(said.code, 0, said.out + said.err);
    const answer: ReportAnswer = JSON.parse(said.out);
    return answer.incidents?.length === 1 ? answer : null;
  });
  const [incident] = report.incidents ?? [];
  assert.deepEqual(
    [incident?.scope, incident?.monitor, incident?.reason, incident?.isOpen, incident?.steps],
    ["server", "backup", "tape is full", true, 0],
  );
  assert.deepEqual(
    report.waiting.map(({ id }) => id),
    ["recovery-exhausted"],
  );
  assert.deepEqual(report.monitors.neverProven, []);
  const screen = await cli(["report", "--lang", "ja", "--state", lab.folder]);
  assert.match(screen.out, /必要な対応1件。$/m);
  const mailed = await cli(["report", "--mail", "--period", "day", "--state", lab.folder]);
  assert.match(mailed.out, /^The report from .* is on its way to admin@example\.org/);
  await until("the mail is there", () => office.received.length > 0);
  const [mail] = office.received;
  const flat = (mail?.text ?? "").replaceAll(/\r\n[ \t]+/g, " ").replaceAll("=\r\n", "");
  assert.match(flat, /^Subject: .*Report of \d{4}-\d{2}-\d{2}: \d+ incidents?/m);
  assert.match(flat, /What waits for you/);
});
