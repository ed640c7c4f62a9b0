/** Which events become which mails, and when; told as stories, and held for random ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventRecord } from "../../src/api/answers.ts";
import { nextDue, takeEvent, takeTime } from "../../src/agent/mail-policy.ts";
import {
  type Decided,
  keepOnly,
  type MailDraft,
  type MailState,
  NO_MAIL,
} from "../../src/agent/mail-state.ts";
import type { EventFields, EventId } from "../../src/core/event.ts";
import { SAMPLES } from "../events/samples.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOON = 1_800_000_000_000;
const RULES = { settleMs: MINUTE, mailsPerHour: 20 };

/** Plays events and the time between them, as the agent does. */
class Story {
  readonly drafts: { readonly at: number; readonly draft: MailDraft }[] = [];
  state: MailState = NO_MAIL;
  wall = NOON;
  #seq = 0;
  readonly #rules: typeof RULES;

  constructor(rules = RULES) {
    this.#rules = rules;
  }

  tell<Id extends EventId>(
    id: Id,
    incident: string | null,
    fields: Partial<EventFields[Id]> = {},
  ): void {
    this.#seq += 1;
    const all = { ...SAMPLES[id], ...fields };
    const record: EventRecord = { seq: this.#seq, wall: this.wall, id, incident, fields: all };
    this.#take(takeEvent(this.state, this.#rules, record, this.wall));
  }

  /** Lets time pass; whatever is due on the way is done when it is. */
  pass(ms: number): void {
    const end = this.wall + ms;
    for (;;) {
      const due = nextDue(this.state);
      if (due === null || due > end) break;
      this.wall = Math.max(this.wall + SECOND, due);
      this.#take(takeTime(this.state, this.#rules, this.wall));
    }
    this.wall = Math.max(end, this.wall);
  }

  /** `opened@60` for each mail. */
  get mails(): readonly string[] {
    return this.drafts.map(({ at, draft }) => `${draft.kind}@${(at - NOON) / SECOND}`);
  }

  #take({ state, drafts }: Decided): void {
    this.state = state;
    for (const draft of drafts) this.drafts.push({ at: this.wall, draft });
  }
}

function open(story: Story, id = "1", monitor = "web"): void {
  story.tell("monitor-failed", null, { monitor });
  story.tell("incident-opened", id, { scope: "shop", monitor });
}

test("an incident that lasts is told after a minute, and when it has ended", () => {
  const story = new Story();
  open(story);
  story.tell("step-begun", "1");
  story.pass(5 * MINUTE);
  story.tell("monitor-recovered", "1", { monitor: "web" });
  story.pass(10 * MINUTE);
  story.tell("incident-ended", "1", { verdict: "cured" });
  assert.deepEqual(story.mails, ["opened@60", "ended@900"]);
  const [opened, ended] = story.drafts;
  assert.equal(opened?.draft.lead?.id, "incident-opened");
  assert.deepEqual([opened?.draft.urgency, ended?.draft.urgency], ["alert", "information"]);
  assert.deepEqual([opened?.draft.incident?.mails, ended?.draft.incident?.mails], [0, 1]);
  assert.deepEqual(
    ended?.draft.events.map(({ id }) => id),
    ["incident-opened", "step-begun", "monitor-recovered", "incident-ended"],
  );
});

test("what has healed within the minute is one mail: its end", () => {
  const story = new Story();
  open(story);
  story.tell("step-begun", "1");
  story.pass(2 * SECOND);
  story.tell("monitor-recovered", "1", { monitor: "web" });
  story.pass(10 * MINUTE);
  story.tell("incident-ended", "1", { verdict: "cured" });
  story.pass(HOUR);
  assert.deepEqual(story.mails, ["ended@602"]);
});

test("it fails again after a short recovery: the minute begins anew", () => {
  const story = new Story();
  open(story);
  story.pass(10 * SECOND);
  story.tell("monitor-recovered", "1", { monitor: "web" });
  story.pass(5 * MINUTE);
  story.tell("monitor-failed", "1", { monitor: "web" });
  story.pass(5 * MINUTE);
  assert.deepEqual(story.mails, ["opened@370"]);
});

test("a resource that is ready again fails no more", () => {
  const story = new Story();
  open(story, "1", "shop/app");
  story.pass(10 * SECOND);
  story.tell("resource-ready", null, { resource: "shop/app" });
  story.pass(HOUR);
  assert.deepEqual(story.mails, []);
});

test("who ended it himself before he was told needs no mail", () => {
  for (const verdict of ["ended-by-person", "withdrawn"] as const) {
    const story = new Story();
    open(story);
    story.pass(30 * SECOND);
    story.tell("incident-ended", "1", { verdict });
    story.pass(HOUR);
    assert.deepEqual(story.mails, []);
  }
});

test("a person is asked for: told within seconds, with what belongs to it", () => {
  const story = new Story();
  open(story);
  story.tell("recovery-exhausted", "1");
  story.tell("server-action-blocked", "1");
  story.pass(HOUR);
  assert.deepEqual(story.mails, ["escalated@10"]);
  assert.equal(story.drafts[0]?.draft.lead?.id, "server-action-blocked");
  assert.equal(story.drafts[0]?.draft.urgency, "critical");
});

test("the order to end the boot is mailed at once", () => {
  const story = new Story();
  open(story);
  story.tell("server-action-ordered", "1");
  assert.deepEqual(story.mails, ["escalated@0"]);
});

test("a restart of the group is told to who knows of the incident, and folded for others", () => {
  const story = new Story();
  open(story);
  story.tell("step-begun", "1", { step: "group-restart", target: "shop" });
  story.pass(2 * MINUTE);
  story.tell("step-begun", "1", { step: "group-restart", target: "shop" });
  story.pass(2 * MINUTE);
  assert.deepEqual(story.mails, ["opened@60", "escalated@130"]);
});

test("a reminder of each day is one mail of the thread", () => {
  const story = new Story();
  open(story);
  story.pass(24 * HOUR);
  story.tell("incident-open-still", "1");
  story.pass(24 * HOUR);
  assert.deepEqual(story.mails, ["opened@60", "escalated@86410"]);
});

test("what needs a person outside of incidents is told, and what comes together is one mail", () => {
  const story = new Story();
  story.tell("state-lost", null);
  story.tell("record-fault", null);
  story.pass(MINUTE);
  story.tell("rebooted-unasked", null);
  story.pass(MINUTE);
  story.tell("monitor-warning", null);
  story.tell("agent-started", null);
  story.tell("mail-delayed", null);
  story.pass(HOUR);
  assert.deepEqual(story.mails, ["notice@10", "notice@70"]);
  assert.equal(story.drafts[0]?.draft.lead?.id, "record-fault");
  assert.equal(story.drafts[0]?.draft.events.length, 2);
});

test("a storm is mailed up to the hour's share, then summed up; what is critical has a rest of it", () => {
  const story = new Story({ ...RULES, mailsPerHour: 8 });
  for (let count = 0; count < 2000; count += 1) {
    story.tell("monitor-unknown", null, { monitor: `m${count}` });
    story.pass(20 * SECOND);
  }
  const inFirstHour = story.drafts.filter(({ at }) => at < NOON + HOUR);
  assert.equal(inFirstHour.length, 6);
  story.tell("record-fault", null);
  story.pass(10 * SECOND);
  const last = story.drafts.at(-1)?.draft;
  assert.equal(last?.urgency, "critical");
  const digest = story.drafts.find(({ draft }) => draft.kind === "digest")?.draft;
  assert.ok(digest);
  assert.ok(digest.events.length <= 60);
  assert.ok(digest.events.length + digest.more >= 100);
});

test("an incident of ten thousand events stays small, and its beginning is kept", () => {
  const story = new Story();
  open(story);
  for (let count = 0; count < 10_000; count += 1) story.tell("step-begun", "1");
  const [incident] = story.state.incidents;
  assert.equal(incident?.events.length, 60);
  assert.equal(incident?.events[0]?.id, "incident-opened");
  assert.equal((incident?.events.length ?? 0) + (incident?.more ?? 0), 10_001);
  assert.ok(JSON.stringify(story.state).length < 100_000);
});

test("a clock that is set back a year keeps nothing waiting", () => {
  const story = new Story();
  open(story);
  story.wall -= 365 * 24 * HOUR;
  story.tell("monitor-warning", null);
  assert.equal(story.drafts.length, 1);
});

test("incidents that the policy does not know are forgotten", () => {
  const story = new Story();
  open(story, "1");
  open(story, "2");
  assert.deepEqual(
    keepOnly(story.state, new Set(["2", "3"])).incidents.map(({ id }) => id),
    ["2"],
  );
});

test("random histories: never more mails than allowed, nothing urgent is forgotten, all stays small", () => {
  const ids = Object.keys(SAMPLES) as EventId[];
  for (let seed = 1; seed <= 40; seed += 1) {
    let number = seed;
    const random = (below: number): number => {
      number = (Math.imul(number, 1_103_515_245) + 12_345) >>> 1;
      return number % below;
    };
    const rules = { settleMs: random(5) * MINUTE, mailsPerHour: 1 + random(30) };
    const story = new Story(rules);
    for (let step = 0; step < 400; step += 1) {
      const id = ids[random(ids.length)] ?? "agent-started";
      story.tell(id, random(3) === 0 ? null : `i${random(5)}`);
      story.pass(random(5 * MINUTE));
    }
    const walls = story.drafts.map(({ at }) => at);
    for (const at of walls) {
      const within = walls.filter((one) => one <= at && at - one < HOUR);
      assert.ok(within.length <= rules.mailsPerHour, `seed ${seed}`);
    }
    assert.ok(walls.length > 0, `seed ${seed}`);
    story.pass(3 * HOUR);
    assert.deepEqual([story.state.held, story.state.notices], [[], []], `seed ${seed}`);
    for (const { urgent, dueWall } of story.state.incidents) {
      assert.deepEqual([urgent, dueWall], [null, null], `seed ${seed}`);
    }
    assert.deepEqual(JSON.parse(JSON.stringify(story.state)), story.state);
  }
});
