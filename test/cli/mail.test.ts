/** `solosafe mail test`: what a person is shown, and the exit code. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailTestEnd } from "../../src/api/contract-mail.ts";
import { fakeAgent } from "./fake-agent.ts";
import { cli, scratch } from "./run-cli.ts";

const BEGUN = {
  id: "one",
  to: ["a@example.org", "b@example.org"],
  servers: [
    { server: "mx1.example.org:587", security: "starttls" },
    { server: "mx2.example.org:465", security: "tls" },
    { server: "127.0.0.1:25", security: "none" },
  ],
};

const LOGIN = {
  step: "login",
  to: null,
  isFinal: false,
  why: "it does not accept user and password: 535 no",
  hint: "Check `user`.",
};

const GONE = { step: "recipient", to: "b@example.org", isFinal: true, why: "550 gone", hint: null };

function end(more: Partial<MailTestEnd>): MailTestEnd {
  return { id: "one", tries: 1, attempts: [], refused: [], ...more };
}

test("each server that was asked is shown with what it said, and what to do", async (t) => {
  const state = scratch(t);
  const outcomes = [
    null,
    end({
      attempts: [
        { server: "mx1.example.org:587", taken: [], faults: [LOGIN] },
        { server: "mx2.example.org:465", taken: BEGUN.to, faults: [] },
      ],
    }),
  ];
  const seen = await fakeAgent(t, state, {
    mailTest: () => BEGUN,
    mailTestEnd: () => ({ outcome: outcomes.shift() ?? null }),
  });
  const said = await cli(["mail", "test", "--state", state]);
  assert.equal(said.code, 0);
  assert.deepEqual(said.out.split("\n"), [
    "Sending a test mail to a@example.org, b@example.org by mx1.example.org:587, mx2.example.org:465, 127.0.0.1:25 …",
    "✖ mx1.example.org:587: it does not accept user and password: 535 no",
    "  Check `user`.",
    "✔ mx2.example.org:465 took it for a@example.org, b@example.org",
    "Not asked: 127.0.0.1:25.",
    "The test mail was taken. Look whether it arrives, and not as spam.",
  ]);
  assert.deepEqual(
    seen.map(({ route }) => route),
    ["mailTest", "mailTestEnd", "mailTestEnd"],
  );
});

test("somebody did not get it: exit code 5, as JSON too", async (t) => {
  const state = scratch(t);
  const outcome = end({
    attempts: [{ server: "127.0.0.1:25", taken: ["a@example.org"], faults: [GONE] }],
    refused: ["b@example.org"],
  });
  await fakeAgent(t, state, { mailTest: () => BEGUN, mailTestEnd: () => ({ outcome }) });
  const said = await cli(["mail", "test", "--state", state]);
  assert.equal(said.code, 5);
  assert.match(said.out, /✖ 127\.0\.0\.1:25 for b@example\.org: 550 gone\n/);
  assert.match(said.out, /\nNobody took it for b@example\.org\.$/);
  const json = await cli(["mail", "test", "--json", "--state", state]);
  assert.equal(json.code, 5);
  assert.deepEqual(JSON.parse(json.out), { ...outcome, to: BEGUN.to, servers: BEGUN.servers });
});

test("no agent, no mail configured, another word", async (t) => {
  const state = scratch(t);
  assert.equal((await cli(["mail", "test", "--state", state])).code, 3);
  assert.equal((await cli(["mail", "send", "--state", state])).code, 2);
  const error = { code: "mail/not-configured", message: "no mail is configured", hint: "Add it." };
  await fakeAgent(t, state, { mailTest: { status: 409, error } });
  const said = await cli(["mail", "test", "--state", state]);
  assert.equal(said.code, 4);
  assert.match(said.err, /no mail is configured\n {2}Add it\./);
});
