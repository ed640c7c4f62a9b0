/** What each kind of destination is sent: bodies of chat tools, lines of syslog, fields of the journal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventRecord } from "../../src/api/answers.ts";
import { loadNoticeSource, noticeOf } from "../../src/agent/notice.ts";
import type { Dispatch, Notice } from "../../src/base/destination.ts";
import { chatBody, TEMPLATES } from "../../src/notifiers/chat-body.ts";
import { DESTINATION_TYPES } from "../../src/notifiers/registry.ts";
import {
  journalFields,
  localLine,
  oldLine,
  structuredLine,
} from "../../src/notifiers/syslog-line.ts";
import { HOSTILE, notice } from "./notice-samples.ts";

const source = await loadNoticeSource("en", "", "shop1");

/** The notice of an event whose fields somebody else wrote. */
function hostile(reason: string): Notice {
  const fields = { monitor: "web", reason, failures: 3 };
  const record: EventRecord = { seq: 5, wall: 0, id: "monitor-failed", incident: null, fields };
  return noticeOf(record, 0, source);
}

/** What a type sends about it; `params` as they are written. */
function sent(type: string, params: object, about: Notice, secrets = {}): Dispatch | null {
  const read = DESTINATION_TYPES.get(type)?.read(params);
  assert.ok(read?.ok, JSON.stringify(read));
  return read.value.dispatch(about, { wall: 0, secrets });
}

test("as JSON everything is told that is known", () => {
  assert.deepEqual(chatBody("json", notice()), {
    version: 1,
    number: 17,
    time: "2027-01-15T08:30:05.250Z",
    server: "shop1",
    module: "incident",
    id: "incident-ended",
    severity: "error",
    message: "Incident 20270115-1 of group `shop` has ended: cured.",
    whatToDo: "Nothing.",
    incident: "20270115-1",
    fields: { scope: "group shop", verdict: "cured", lasted: 3000, steps: 1 },
    title: "Shop, Osaka",
    openIncidents: 0,
    more: 0,
    test: false,
  });
});

test("each chat tool gets what it takes, with server, message and what it is about", () => {
  const shapes: Record<string, readonly string[]> = {
    slack: ["attachments"],
    mattermost: ["attachments"],
    teams: ["type", "attachments"],
    discord: ["embeds", "allowed_mentions"],
    "google-chat": ["text"],
  };
  for (const template of TEMPLATES.filter((one) => one !== "json")) {
    const body = chatBody(template, notice());
    assert.deepEqual(Object.keys(body), shapes[template], template);
    const text = JSON.stringify(body);
    assert.match(text, /Shop, Osaka/, template);
    assert.match(text, /has ended: cured/, template);
    assert.match(text, /incident-ended · 20270115-1 · 2027-01-15 08:30:05 UTC/, template);
  }
});

test("text of others is shown, and neither acts nor calls nor links", () => {
  const about = hostile(HOSTILE);
  for (const template of TEMPLATES) {
    const text = JSON.stringify(chatBody(template, about));
    // JSON writes controls as \uXXXX: none is left, escaped or not.
    assert.doesNotMatch(text, /\\u00(?:0|1)|\\u202|\\n<13>|\\r/, template);
  }
  const slack = JSON.stringify(chatBody("slack", about));
  assert.doesNotMatch(slack, /<!channel>|<@U1>|<script>/);
  const mattermost = JSON.stringify(chatBody("mattermost", about));
  assert.doesNotMatch(mattermost, /@everyone|@channel|\]\(http/);
  const discord = chatBody("discord", about);
  assert.deepEqual(discord["allowed_mentions"], { parse: [] });
  assert.doesNotMatch(JSON.stringify(chatBody("google-chat", about)), /<users/);
});

test("a message of megabytes is cut with a mark, in every form", () => {
  const about = hostile("ab c".repeat(1_000_000));
  assert.ok(about.message.length <= 2000);
  assert.match(about.message, / \[…\]$/);
  assert.ok(String(about.fields["reason"]).length <= 500);
  for (const template of TEMPLATES) {
    assert.ok(JSON.stringify(chatBody(template, about)).length < 10_000, template);
  }
  const japanese = notice({ message: "あ".repeat(2000), fields: { a: "あ".repeat(500) } });
  const line = structuredLine(japanese, "daemon", 2048);
  assert.ok(Buffer.byteLength(line) <= 2048);
  assert.match(line, /あ \[…\]$/);
});

test("a line of syslog has the fields of the event, and keeps within its frame", () => {
  assert.equal(
    structuredLine(notice(), "local3", 2048),
    '<155>1 2027-01-15T08:30:05.250Z shop1 solosafe - incident-ended [solosafe@32473 number="17" event="incident-ended" module="incident" severity="error" incident="20270115-1" title="Shop, Osaka" field-scope="group shop" field-verdict="cured" field-lasted="3000" field-steps="1"] Incident 20270115-1 of group `shop` has ended: cured.',
  );
  const wild = structuredLine(hostile(HOSTILE), "daemon", 8192);
  assert.equal(wild.split("\n").length, 1);
  assert.match(wild, /\\\]\\\] \\"q\\" \\\\ =x/);
  assert.match(
    oldLine(notice(), "daemon", 2048),
    /^<27>Jan 15 \d\d:30:05 shop1 solosafe: Incident/,
  );
  assert.match(localLine(notice(), "user", 2048), /^<11>Jan 15 \d\d:30:05 solosafe: Incident/);
});

test("an entry of the journal has names as the journal takes them", () => {
  const fields = new Map(journalFields(hostile(HOSTILE), "daemon"));
  assert.equal(fields.get("PRIORITY"), "3");
  assert.equal(fields.get("SOLOSAFE_EVENT"), "monitor-failed");
  assert.equal(fields.get("SOLOSAFE_FIELD_MONITOR"), "web");
  for (const [name, value] of fields) {
    assert.match(name, /^[A-Z][A-Z0-9_]{0,63}$/);
    assert.doesNotMatch(value, /\n/);
  }
});

test("addresses of syslog", () => {
  const to = (text: string): unknown => {
    const dispatch = sent("syslog", { to: text }, notice());
    return dispatch?.kind === "bytes"
      ? [dispatch.by, dispatch.host, dispatch.port]
      : dispatch?.kind;
  };
  assert.deepEqual(to("journal"), "journal");
  assert.deepEqual(to("local"), ["unix", "/dev/log", 0]);
  assert.deepEqual(to("udp://logs"), ["udp", "logs", 514]);
  assert.deepEqual(to("tcp://192.0.2.1"), ["tcp", "192.0.2.1", 601]);
  assert.deepEqual(to("tls://[2001:db8::1]:6515"), ["tls", "2001:db8::1", 6515]);
  for (const bad of ["logs", "ftp://logs", "udp://logs:0", "udp://logs:70000", "udp://a b"]) {
    assert.equal(DESTINATION_TYPES.get("syslog")?.read({ to: bad }).ok, false, bad);
  }
  const framed = sent("syslog", { to: "tcp://logs" }, notice({ message: "あ" }));
  assert.ok(framed?.kind === "bytes");
  const [length = "", ...rest] = framed.text.split(" ");
  assert.equal(Number(length), Buffer.byteLength(rest.join(" ")));
});

// What happens, how many incidents are open after it, what the lamp is sent.
const SIGNS = [
  [{ id: "incident-opened", severity: "warning", openIncidents: 1 }, "200000"],
  [{ id: "incident-ended", severity: "notice", openIncidents: 1 }, null],
  [{ id: "incident-ended", severity: "notice", openIncidents: 0 }, "000000"],
  [{ id: "record-fault", severity: "critical", openIncidents: 0 }, "200000"],
  [{ id: "mails-dropped", severity: "warning", openIncidents: 0 }, "020000"],
  [{ id: "mail-works", severity: "notice", openIncidents: 0 }, null],
  [{ id: "test", severity: "info", isTest: true }, "020000"],
] as const;

for (const [more, expected] of SIGNS) {
  test(`lamp: ${more.id} with ${"openIncidents" in more ? more.openIncidents : 0} open: ${expected ?? "as it is"}`, () => {
    const dispatch = sent("lamp", { host: "192.0.2.20" }, notice(more));
    if (expected === null) return assert.equal(dispatch, null);
    assert.ok(dispatch?.kind === "http");
    assert.equal(dispatch.url, `http://192.0.2.20:80/api/control?alert=${expected}`);
  });
}

test("lamp: other protocols", () => {
  const pns = sent(
    "lamp",
    { host: "lamp", protocol: "patlite-pns", alarm: "100003" },
    notice({ openIncidents: 1, id: "x" }),
  );
  assert.ok(pns?.kind === "bytes");
  assert.equal(Buffer.from(pns.text).toString("hex"), "585853000006010000000003");
  assert.deepEqual([pns.port, pns.answer], [10_000, "\u0006"]);
  const own = { host: "lamp", protocol: "tcp", port: 5, alarm: "A", warning: "W", well: "OFF" };
  const line = sent("lamp", own, notice());
  assert.ok(line?.kind === "bytes");
  assert.equal(line.text, "OFF\r\n");
});

test("secrets come from where they lie, and only into headers", () => {
  const params = { url: { file: "/x" }, sign: { env: "KEY" }, token: { file: "/y" } };
  const secrets = { url: "https://hooks.example.org/a/b", sign: "s3cret", token: "t0ken" };
  const dispatch = sent("webhook", params, notice(), secrets);
  assert.ok(dispatch?.kind === "http");
  assert.equal(dispatch.url, "https://hooks.example.org/a/b");
  assert.equal(dispatch.headers["authorization"], "Bearer t0ken");
  assert.equal(dispatch.signWith, "s3cret");
  assert.doesNotMatch(dispatch.body ?? "", /s3cret|t0ken/);
  assert.throws(
    () => sent("webhook", params, notice(), { ...secrets, url: "nonsense" }),
    /no address/,
  );
});
