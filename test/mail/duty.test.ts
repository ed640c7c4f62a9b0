/** The agent's part: it writes, queues, has the sender started, and tells what became of mails. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventRecord } from "../../src/api/answers.ts";
import { MailDuty } from "../../src/agent/mail-duty.ts";
import { PostDisk } from "../../src/agent/post-disk.ts";
import { tooMany, type Waiting, WAITING_MOST } from "../../src/agent/post-room.ts";
import { type MailState, NO_MAIL } from "../../src/agent/mail-state.ts";
import type { PreparedMail } from "../../src/base/mail.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";
import type { Event, EventId } from "../../src/core/event.ts";
import { FakeClock, settle } from "../agent/fake-clock.ts";
import { SAMPLES } from "../events/samples.ts";
import { FakePost, notTaken, taken } from "./fake-post.ts";

const MINUTE = 60_000;
const PREPARED = { subject: "", text: "", html: "" };

function config(mail: string): LoadedConfig {
  const text = `${mail}\nmonitors: { backup: { type: message } }\n`;
  const loaded = loadConfig(text, "/etc/x.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

const MAIL = "mail: { to: admin@example.org, settle: 0s }";

/** An agent's duty with everything around it played. */
class Bench {
  readonly clock = new FakeClock();
  readonly post = new FakePost();
  readonly told: Event[] = [];
  readonly faults: string[] = [];
  readonly files = new Map<string, string>();
  readonly duty: MailDuty;
  #seq = 0;

  constructor(saved: MailState = NO_MAIL, text = MAIL) {
    this.duty = new MailDuty({
      clock: this.clock,
      post: this.post,
      disk: new PostDisk(this.clock),
      files: {
        replace: async (name, content) => void this.files.set(name, content),
        readAtStart: () => ({ ok: true, value: null }),
        keepAside: () => null,
      },
      saved,
      tell: (event) => {
        this.told.push(event);
        this.hear(event.id, null, event.fields);
      },
      onFault: (what, error) => this.faults.push(`${what}: ${String(error)}`),
    });
    this.duty.configure(config(text));
  }

  hear(id: EventId, incident: string | null = null, fields: object = {}): void {
    this.#seq += 1;
    const wall = this.clock.wall();
    const all = { ...SAMPLES[id], ...fields };
    const record: EventRecord = { seq: this.#seq, wall, id, incident, fields: all };
    this.duty.hear(record);
  }

  /** Time passes, and modules that are loaded lazily have been. */
  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
    for (let turn = 0; turn < 50; turn += 1) await settle();
    await this.clock.pass(0);
  }

  get ids(): readonly string[] {
    return this.told.map(({ id }) => id);
  }

  get waiting() {
    return [...this.post.durable.mails.values()];
  }
}

/** The texts are loaded lazily: once for all tests. */
async function warmed(bench: Bench): Promise<Bench> {
  for (let turn = 0; bench.post.prepared.length === 0 && turn < 2000; turn += 1) await settle();
  return bench;
}

test("an incident is queued durably, a sender is started, and what was sent is told", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  bench.hear("incident-opened", "20270115-1");
  await bench.pass(2000);
  const [mail] = bench.waiting;
  assert.equal(bench.waiting.length, 1);
  assert.match(mail?.messageId ?? "", /^<incident-20270115-1-[a-z0-9]+@shop1>$/);
  assert.equal(mail?.thread, null);
  assert.equal(bench.post.started, 1);
  bench.post.end(taken);
  await bench.pass(0);
  assert.deepEqual(bench.ids, ["mail-sent"]);
  assert.equal(bench.post.durable.outcomes.size, 0);
  bench.hear("incident-ended", "20270115-1", { verdict: "cured" });
  await bench.pass(0);
  const [last] = bench.waiting;
  assert.equal(last?.thread, mail?.messageId);
  assert.notEqual(last?.messageId, mail?.messageId);
});

test("a fault is told once, tried again after a minute, and told again when it is over", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  bench.hear("record-fault");
  await bench.pass(11_000);
  for (let tries = 0; tries < 3; tries += 1) {
    assert.equal(bench.post.started, tries + 1);
    bench.post.end(notTaken);
    await bench.pass(61_000);
  }
  assert.deepEqual(bench.ids, ["mail-delayed"]);
  assert.equal(bench.duty.isFaulty, true);
  bench.post.end(taken);
  await bench.pass(0);
  assert.equal(bench.duty.isFaulty, false);
  assert.deepEqual(bench.ids, ["mail-delayed", "mail-works", "mail-sent"]);
  assert.deepEqual(bench.faults, []);
});

for (const [name, spoil] of [
  ["is full", (bench: Bench) => (bench.post.durable.fault = "ENOSPC: no space left on device")],
  ["hangs", (bench: Bench) => (bench.post.durable.hangs = true)],
] as const) {
  test(`a disk that ${name}: the mail waits in memory, and goes out`, async () => {
    const bench = await warmed(new Bench());
    bench.duty.begin([]);
    await bench.pass(0);
    spoil(bench);
    bench.hear("record-fault");
    await bench.pass(20_000);
    assert.equal(bench.post.inMemory.mails.size, 1);
    assert.equal(bench.post.started, 1);
    bench.post.end(taken);
    await bench.pass(20_000);
    assert.deepEqual(bench.ids, ["mail-sent"]);
  });
}

test("no sender can be started: it is told, and tried again each minute", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  bench.post.fault = "the spawner could not be reached for 5 s";
  bench.hear("record-fault");
  await bench.pass(5 * MINUTE);
  assert.deepEqual(bench.ids, ["mail-delayed"]);
  bench.post.fault = null;
  await bench.pass(2 * MINUTE);
  assert.equal(bench.post.started, 1);
});

test("senders that end without a word are told, and not started without end at once", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  bench.hear("record-fault");
  await bench.pass(11_000);
  for (let minute = 0; minute < 5; minute += 1) {
    bench.post.end();
    await bench.pass(61_000);
  }
  assert.equal(bench.post.started, 6);
  assert.deepEqual(bench.ids, ["mail-delayed"]);
});

test("what an earlier agent left is sent at once", async () => {
  const before = await warmed(new Bench());
  before.duty.begin([]);
  before.hear("record-fault");
  await before.pass(11_000);
  const [left] = before.waiting;
  assert.ok(left);
  const bench = await warmed(new Bench());
  bench.post.durable.mails.set(left.id, left);
  bench.duty.begin([]);
  await bench.pass(20_000);
  assert.equal(bench.post.started, 1);
});

test("what was mailed is remembered, and incidents that ended meanwhile are forgotten", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  bench.hear("incident-opened", "20270115-1");
  bench.hear("incident-opened", "20270115-2");
  await bench.pass(2000);
  const saved: MailState = JSON.parse(bench.files.get("mail-state.json") ?? "");
  assert.deepEqual(
    saved.incidents.map(({ mails }) => mails),
    [1, 1],
  );
  const next = await warmed(new Bench(saved));
  next.duty.begin(["20270115-2"]);
  await next.pass(2000);
  next.hear("incident-ended", "20270115-2", { verdict: "cured" });
  await next.pass(0);
  assert.match(next.waiting[0]?.thread ?? "", /^<incident-20270115-2-/);
});

test("a configuration without mail sends nothing and takes away what was prepared", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  const [prepared] = bench.post.prepared as PreparedMail[];
  assert.deepEqual(prepared?.settings.to, ["admin@example.org"]);
  assert.match(prepared?.lost.subject ?? "", /The agent is lost/);
  assert.ok({ ...PREPARED, ...prepared?.lost }.html.includes("The agent is lost") === false);
  bench.duty.configure(config(""));
  assert.equal(bench.post.prepared.at(-1), null);
  bench.hear("record-fault");
  await bench.pass(5 * MINUTE);
  assert.equal(bench.waiting.length, 0);
  assert.equal(await bench.duty.test(), null);
  bench.duty.configure(config("mail: { to: night@example.org }"));
  await warmed(bench);
  bench.hear("record-fault");
  await bench.pass(20_000);
  assert.deepEqual(bench.waiting[0]?.to, ["night@example.org"]);
});

test("mails about mail are never written", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  for (const id of ["mail-delayed", "mail-refused", "mails-dropped", "mail-sent"] as const) {
    bench.hear(id);
  }
  await bench.pass(5 * MINUTE);
  assert.equal(bench.waiting.length, 0);
});

test("ten thousand events in a second are a few mails", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  for (let count = 0; count < 10_000; count += 1) {
    bench.hear("monitor-unknown", null, { monitor: `m${count}`, reason: "x".repeat(1000) });
  }
  for (let count = 0; count < 200; count += 1) bench.hear("incident-opened", `20270115-${count}`);
  await bench.pass(5 * MINUTE);
  assert.ok(bench.waiting.length > 0 && bench.waiting.length <= 20, String(bench.waiting.length));
  assert.ok(Math.max(...bench.waiting.map(({ text }) => text.length)) < 100_000);
  assert.deepEqual(bench.faults, []);
});

test("a test mail is not kept on the disk, and its end is for who waits", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  const begun = await bench.duty.test();
  assert.ok(begun);
  await bench.pass(0);
  assert.equal(bench.waiting.length, 0);
  assert.equal(bench.post.inMemory.mails.get(begun.id)?.isTest, true);
  const end = bench.duty.testEnd(begun.id, MINUTE);
  bench.post.end(taken);
  await bench.pass(0);
  assert.deepEqual((await end)?.attempts[0]?.taken, ["admin@example.org"]);
  assert.deepEqual(bench.ids, []);
  const unknown = bench.duty.testEnd("never", MINUTE);
  assert.equal(await unknown, null);
  const late = bench.duty.testEnd((await bench.duty.test())?.id ?? "", MINUTE);
  await bench.pass(2 * MINUTE);
  assert.equal(await late, null);
});

test("who waits for a test mail is told when no sender starts, or ends without a word", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  bench.post.fault = "the spawner could not be reached for 5 s";
  const first = await bench.duty.test();
  await bench.pass(0);
  const told = await bench.duty.testEnd(first?.id ?? "", MINUTE);
  assert.match(told?.attempts[0]?.faults[0]?.why ?? "", /no sender could be started: the spawner/);
  assert.deepEqual(told?.refused, ["admin@example.org"]);
  bench.post.fault = null;
  const second = await bench.duty.test();
  await bench.pass(0);
  bench.post.end();
  await bench.pass(0);
  const silent = await bench.duty.testEnd(second?.id ?? "", MINUTE);
  assert.match(silent?.attempts[0]?.faults[0]?.why ?? "", /ends without a word/);
});

test("who leaves saves, starts no sender, and waits for no disk", async () => {
  const bench = await warmed(new Bench());
  bench.duty.begin([]);
  bench.hear("record-fault");
  bench.post.durable.hangs = true;
  await bench.pass(11_000);
  const left = bench.duty.leave();
  await bench.pass(10_000);
  await left;
  const { started } = bench.post;
  bench.hear("state-lost");
  await bench.pass(5 * MINUTE);
  assert.equal(bench.post.started, started);
});

function waiting(id: number, more: Partial<Waiting>): Waiting {
  return {
    id: String(id),
    subject: "",
    urgency: "alert",
    createdWall: id,
    tries: 0,
    nextWall: 0,
    letters: 10,
    ...more,
  };
}

test("what only informs is dropped first, then the oldest", () => {
  const all = Array.from({ length: WAITING_MOST }, (_, at) => waiting(at, {}));
  const drops = (list: readonly Waiting[]): readonly string[] => tooMany(list).map(({ id }) => id);
  assert.deepEqual(drops(all), []);
  assert.deepEqual(drops([...all, waiting(900, { urgency: "critical" })]), ["0"]);
  assert.deepEqual(drops([...all, waiting(900, { urgency: "information" })]), ["900"]);
  assert.deepEqual(drops([waiting(1, { letters: 6e6 }), waiting(2, { letters: 6e6 })]), ["1"]);
});
