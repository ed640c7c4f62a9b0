/** What becomes of a mail after one try, and when the next one is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailSettings, QueuedMail } from "../../src/base/mail.ts";
import type { Attempt, SendFault } from "../../src/base/post.ts";
import { isDue, PAUSE_MOST, pauseAfter, tryItem } from "../../src/workers/sender-round.ts";
import { serverAt } from "./post-office.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = 1_800_000_000_000;
const SETTINGS: MailSettings & { readonly pauseMostMs: number } = {
  pauseMostMs: PAUSE_MOST,
  from: null,
  to: ["a@example.org", "b@example.org"],
  servers: [serverAt(1), serverAt(2)],
  keepTryingMs: 5 * DAY,
};

function mail(more: Partial<QueuedMail> = {}): QueuedMail {
  return {
    v: 1,
    id: "one",
    subject: "s",
    text: "t",
    html: "h",
    urgency: "alert",
    createdWall: NOW,
    messageId: "<one@example.org>",
    thread: null,
    to: SETTINGS.to,
    isTest: false,
    tries: 0,
    nextWall: NOW,
    ...more,
  };
}

/** `a+` takes a; `a5`, `a4` refuse it for good, for now; `5`, `4` refuse everything. */
function attempt(said: string, to: readonly string[]): Attempt {
  const taken: string[] = [];
  const faults: SendFault[] = [];
  for (const [, who = "", how = ""] of said.matchAll(/([ab]?)([+45])/g)) {
    const recipient = who === "" ? null : `${who}@example.org`;
    if (recipient !== null && !to.includes(recipient)) continue;
    const base = { step: "message", to: recipient, why: "", hint: null } as const;
    if (how === "+" && recipient !== null) taken.push(recipient);
    else faults.push({ ...base, isFinal: how === "5" });
  }
  return { server: "x", taken, faults };
}

// What each of two servers says, who is refused, who waits, how many servers were asked.
const CASES = [
  ["a+ b+", "-", "", "", 1],
  ["4", "a+ b+", "", "", 2],
  ["4", "4", "", "ab", 2],
  ["5", "5", "ab", "", 2],
  ["5", "4", "", "ab", 2],
  ["a+ b5", "b+", "", "", 2],
  ["a+ b5", "b5", "b", "", 2],
  ["a+ b4", "b5", "", "b", 2],
  ["a5 b4", "5", "a", "b", 2],
] as const;

for (const [first, second, refused, waiting, asked] of CASES) {
  test(`first server ${first}, second ${second}: refused "${refused}", waiting "${waiting}"`, async () => {
    const said = [first, second];
    const offered: (readonly string[])[] = [];
    const { outcome, rest } = await tryItem(mail(), SETTINGS, NOW, async (_server, to) => {
      offered.push(to);
      return attempt(said[offered.length - 1] ?? "", to);
    });
    const letters = (list: readonly string[]): string => list.map((one) => one.charAt(0)).join("");
    assert.equal(offered.length, asked);
    assert.equal(letters(outcome.refused), refused);
    assert.equal(letters(outcome.waiting), waiting);
    assert.equal(letters(rest?.to ?? []), waiting);
    assert.equal(rest?.messageId ?? "<one@example.org>", "<one@example.org>");
    if (rest !== null) assert.deepEqual([rest.tries, rest.nextWall], [1, NOW + MINUTE]);
  });
}

const never = async (_server: unknown, to: readonly string[]): Promise<Attempt> => attempt("4", to);

test("pauses grow from a minute to an hour", () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 50, 5000].map((tries) => pauseAfter(tries) / MINUTE);
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
});

test("a mail is given up when it is old and was tried often enough", async () => {
  for (const [age, tries, isGivenUp] of [
    [6 * DAY, 200, true],
    [6 * DAY, 3, false],
    [4 * DAY, 200, false],
    [-365 * DAY, 200, false],
  ] as const) {
    const old = mail({ createdWall: NOW - age, tries });
    const { outcome, rest } = await tryItem(old, SETTINGS, NOW, never);
    assert.equal(rest === null, isGivenUp, `${age} ${tries}`);
    assert.equal(outcome.refused.length, isGivenUp ? 2 : 0);
  }
});

test("a test mail is tried once", async () => {
  const { outcome, rest } = await tryItem(mail({ isTest: true }), SETTINGS, NOW, never);
  assert.equal(rest, null);
  assert.deepEqual(outcome.refused, SETTINGS.to);
  assert.equal(outcome.attempts.length, 2);
});

test("a clock that was set back a year keeps no mail waiting", () => {
  assert.equal(isDue(mail({ nextWall: NOW + 30 * MINUTE }), NOW), false);
  assert.equal(isDue(mail({ nextWall: NOW + 365 * DAY }), NOW), true);
  assert.equal(isDue(mail({ nextWall: NOW - 1 }), NOW), true);
});
