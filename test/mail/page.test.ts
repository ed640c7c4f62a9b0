/** What stands in a mail: read them in pages-*.txt, one file a language. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { EventRecord } from "../../src/api/answers.ts";
import { lostMail, mailOf, type MailSource, testMail } from "../../src/agent/mail-page.ts";
import type { MailDraft, MailedIncident } from "../../src/agent/mail-state.ts";
import { LANGUAGES, type Language } from "../../src/base/language.ts";
import type { MailText } from "../../src/base/mail.ts";
import { fillSubject, unknownFields } from "../../src/base/mail-subject.ts";
import type { EventFields, EventId } from "../../src/core/event.ts";
import { loadMailWords } from "../../src/events/mail-words.ts";
import { loadSpeech } from "../../src/events/speech.ts";
import { renderMail } from "../../src/notifiers/mail.ts";
import { SAMPLES } from "../events/samples.ts";

// The same moment on every clock that the tests may run on.
const NOON = new Date(2027, 0, 15, 12, 0, 0).getTime();

async function source(language: Language, more: Partial<MailSource> = {}): Promise<MailSource> {
  const [speech, words] = await Promise.all([loadSpeech(language), loadMailWords(language)]);
  const subject = "[{server}] {summary}";
  return { speech, words, title: "Shop, Osaka", hostName: "shop1", subject, ...more };
}

let number = 0;
function event<Id extends EventId>(
  id: Id,
  at: number,
  fields: Partial<EventFields[Id]> = {},
): EventRecord {
  number += 1;
  const all = { ...SAMPLES[id], ...fields };
  return { seq: number, wall: NOON + at * 1000, id, incident: "20270115-1", fields: all };
}

const INCIDENT: MailedIncident = {
  id: "20270115-1",
  openedWall: NOON,
  scope: "shop",
  failing: ["shop-page"],
  dueWall: null,
  urgent: null,
  events: [],
  more: 0,
  mails: 1,
};

const STORY = [
  event("incident-opened", 0, { scope: "shop", monitor: "shop-page", reason: "status 500" }),
  event("step-begun", 1, { reason: "shop-page: status 500" }),
  event("step-finished", 3, { result: "done" }),
  event("monitor-recovered", 20, { monitor: "shop-page" }),
];
const ENDED = event("incident-ended", 620, { scope: "shop", verdict: "cured" });
const EXHAUSTED = event("recovery-exhausted", 90, { monitor: "shop-page", target: "shop" });

function draft(more: Partial<MailDraft>): MailDraft {
  const [lead = null] = STORY;
  return {
    kind: "opened",
    urgency: "alert",
    lead,
    events: STORY.slice(0, 3),
    more: 0,
    incident: INCIDENT,
    ...more,
  };
}

const DRAFTS: Readonly<Record<string, MailDraft>> = {
  opened: draft({}),
  "opened, nothing was done": draft({ events: STORY.slice(0, 1) }),
  "recovered meanwhile": draft({ incident: { ...INCIDENT, failing: [] } }),
  escalated: draft({ kind: "escalated", lead: EXHAUSTED, events: [...STORY, EXHAUSTED], more: 7 }),
  ended: draft({ kind: "ended", lead: ENDED, events: [...STORY, ENDED] }),
  rebooted: draft({
    kind: "notice",
    lead: event("rebooted-unasked", 0),
    events: [event("rebooted-unasked", 0)],
    incident: null,
  }),
  "several at once": draft({
    kind: "notice",
    lead: event("record-fault", 0),
    events: [event("state-lost", 0), event("record-fault", 0)],
    incident: null,
  }),
  digest: draft({
    kind: "digest",
    lead: null,
    events: [event("monitor-unknown", 0), EXHAUSTED],
    more: 120,
    incident: null,
  }),
};

/** Without what depends on where the tests run. */
function shown(name: string, { subject, text }: MailText): string {
  const same = text.replaceAll(/\(UTC[+-]\d\d:\d\d\)/g, "(UTC)");
  return `=== ${name}\nSubject: ${subject}\n\n${same}`;
}

for (const language of LANGUAGES) {
  test(`the mails in ${language}`, async () => {
    const from = await source(language);
    const pages = [
      ...Object.entries(DRAFTS).map(([name, one]) =>
        shown(name, mailOf(one, from, NOON + 700_000, name === "ended" ? 3 : 0)),
      ),
      shown("test", testMail(from, NOON)),
      shown("lost", lostMail(from)),
    ];
    const got = pages.join("\n");
    const expected = join(import.meta.dirname, `pages-${language}.txt`);
    if (process.env["UPDATE"] === "1") writeFileSync(expected, got);
    assert.equal(got, readFileSync(expected, "utf8"));
  });
}

test("text and HTML have the same lines", async () => {
  const from = await source("en");
  for (const one of Object.values(DRAFTS)) {
    const { text, html } = mailOf(one, from, NOON, 0);
    const plain = html
      .replaceAll(/<(?:br|\/p|\/h3)>/g, "\n")
      .replaceAll(/<[^>]*>/g, "")
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
    const words = (lines: string): string =>
      lines.replaceAll("`", "").replaceAll(/\s+/g, " ").trim();
    assert.equal(words(plain), words(text));
  }
});

test("what others say is shown safely, on one line, and cut with a mark", () => {
  const evil = `\u001b[31mred\u0007 \u202eleft <script>alert("x")</script>\r\nBcc: a@b.c ${"x".repeat(3_000_000)}`;
  const { subject, text, html } = renderMail({
    subject: evil,
    colour: "alarm",
    lead: evil,
    sections: [
      { heading: evil, lines: Array.from({ length: 5000 }, () => ({ time: evil, text: evil })) },
    ],
    facts: [[evil, evil]],
  });
  for (const one of [subject, text, html]) {
    assert.doesNotMatch(one.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
    assert.match(one, /\[…\]/);
  }
  assert.ok(!subject.includes("\n") && subject.length <= 150);
  assert.match(text, /\\u\{1b\}\[31mred\\u\{7\} \\u\{202e\}left <script>/);
  assert.doesNotMatch(html, /<script/);
  assert.ok(text.length < 200_000 && html.length < 400_000);
});

test("a subject is what its template says", () => {
  const values = {
    server: "Shop",
    host: "shop1",
    severity: "error",
    summary: "It failed",
    scope: "",
    incident: "20270115-1",
  };
  for (const [template, subject] of [
    ["[{server}] {summary}", "[Shop] It failed"],
    ["[{scope}] {severity}: {summary} ({incident})", "error: It failed (20270115-1)"],
    ["{host} {unknown} {", "shop1 {unknown} {"],
  ] as const) {
    assert.equal(fillSubject(template, values), subject);
  }
  assert.deepEqual(unknownFields("{server} {sever} {} {"), ["sever", ""]);
});

test("a server without a title is called by its name", async () => {
  const { subject, text } = testMail(await source("en", { title: "" }), NOON);
  assert.equal(subject, "[shop1] Test mail");
  assert.match(text, /^Server: shop1$/m);
});
