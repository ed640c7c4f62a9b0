/** `solosafe report` against an agent that is played. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReportAnswer } from "../../src/api/report-answers.ts";
import { fakeAgent } from "./fake-agent.ts";
import { cli, scratch } from "./run-cli.ts";

const REPORT: ReportAnswer = {
  from: "2027-01-04",
  to: "2027-01-10",
  wall: 0,
  availability: [],
  incidents: [],
  moreIncidents: 0,
  boots: [],
  drills: [],
  waiting: [{ id: "suspension-reminder", fields: { scope: "all", since: 86_400_000 } }],
  monitors: { count: 1, unknown: [], neverProven: [], notProven: [] },
};

for (const [words, request] of [
  [[], {}],
  [["--period", "month"], { period: "month" }],
  [["--month", "2027-01"], { from: "2027-01-01", to: "2027-01-31" }],
  [["--from", "2027-01-02"], { from: "2027-01-02" }],
] as const) {
  test(`report ${words.join(" ")} asks for that`, async (t) => {
    const state = scratch(t);
    const seen = await fakeAgent(t, state, { report: () => REPORT });
    const said = await cli(["report", ...words, "--state", state]);
    assert.equal(said.code, 0, said.err);
    assert.deepEqual(seen, [{ route: "report", request }]);
    assert.match(
      said.out,
      /^Report from 2027-01-04 to 2027-01-10: 0 incidents, 0 reboots, 1 matter/,
    );
    assert.match(said.out, /suspended for 1d .*End this with `\S*solosafe resume/s);
  });
}

test("--json is what the agent answered", async (t) => {
  const state = scratch(t);
  await fakeAgent(t, state, { report: () => REPORT });
  const said = await cli(["report", "--json", "--state", state]);
  assert.deepEqual(JSON.parse(said.out), REPORT);
});

test("--mail queues it, and says who gets it", async (t) => {
  const state = scratch(t);
  const mailed = { from: "2027-01-01", to: "2027-01-31", recipients: ["a@example.org"] };
  const seen = await fakeAgent(t, state, { reportMail: () => mailed });
  const said = await cli(["report", "--mail", "--period", "month", "--state", state]);
  assert.equal(said.code, 0, said.err);
  assert.deepEqual(seen, [{ route: "reportMail", request: { period: "month" } }]);
  assert.match(said.out, /on its way to a@example\.org/);
});

for (const words of [
  ["weekly"],
  ["--period", "year"],
  ["--period", "week", "--from", "2027-01-02"],
  ["--from", "yesterday"],
  ["--mail", "--from", "2027-01-02"],
]) {
  test(`report ${words.join(" ")} is not understood`, async (t) => {
    const said = await cli(["report", ...words, "--state", scratch(t)]);
    assert.equal(said.code, 2, said.out);
    assert.notEqual(said.err, "");
  });
}

test("without an agent, and without mail, it is refused and says why", async (t) => {
  const state = scratch(t);
  assert.equal((await cli(["report", "--state", state])).code, 3);
  const error = { code: "mail/not-configured", message: "no mail is configured" };
  await fakeAgent(t, state, { reportMail: { status: 409, error } });
  const said = await cli(["report", "--mail", "--state", state]);
  assert.deepEqual([said.code, said.err], [4, "solosafe: no mail is configured"]);
});
