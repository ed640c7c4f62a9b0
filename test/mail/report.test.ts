/** What stands in a report: read it in report-*.txt, one file a language. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { reportMail } from "../../src/agent/report-mail.ts";
import type { MailSource } from "../../src/agent/mail-page.ts";
import type { ReportAnswer } from "../../src/api/report-answers.ts";
import { LANGUAGES, type Language } from "../../src/base/language.ts";
import { loadMailWords } from "../../src/events/mail-words.ts";
import { loadSpeech } from "../../src/events/speech.ts";
import { SAMPLES } from "../events/samples.ts";

// The same moment on every clock that the tests may run on.
const at = (day: number, hour: number): number => new Date(2027, 0, day, hour).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function source(language: Language): Promise<MailSource> {
  const [speech, words] = await Promise.all([loadSpeech(language), loadMailWords(language)]);
  const subject = "[{server}] {summary}";
  return { speech, words, title: "Shop, Osaka", hostName: "shop1", subject };
}

const QUIET: ReportAnswer = {
  from: "2027-01-04",
  to: "2027-01-10",
  wall: at(11, 7),
  availability: [row("server", 1, {}), row("shop", 1, {})],
  incidents: [],
  moreIncidents: 0,
  boots: [],
  drills: [],
  waiting: [],
  monitors: { count: 4, unknown: [], neverProven: [], notProven: [] },
};

function row(name: string, availability: number | null, more: object) {
  const times = { up: HOUR, down: 0, planned: 0, unwatched: 0, failures: 0 };
  return { name, ...times, availability, repairMs: null, betweenMs: null, ...more };
}

function incident(id: string, more: object) {
  const cause = { scope: "shop", monitor: "shop-page", reason: "status 500" };
  const open = { endedWall: null, verdict: null, steps: 0, isOpen: false };
  return { id, openedWall: at(5, 3), ...cause, ...open, ...more };
}

function drill(id: number, verdict: ReportAnswer["drills"][number]["verdict"]) {
  const hasFound = verdict === "recovered" || verdict === "not-recovered";
  return {
    id,
    kind: "kill",
    target: "shop/web",
    beganWall: at(10, id),
    verdict,
    detectedBy: hasFound ? "shop-page" : null,
    detectedMs: hasFound ? 2000 : null,
    recoveredMs: verdict === "recovered" ? 9000 : null,
  } as const;
}

const BUSY: ReportAnswer = {
  ...QUIET,
  availability: [
    row("server", 0.9999999, { down: 4 * MINUTE, failures: 1, unwatched: 30 * MINUTE }),
    row("shop", 0.98, { down: 3 * HOUR, failures: 2, planned: HOUR }),
    row("batch", null, { up: 0, planned: 24 * HOUR }),
  ],
  incidents: [
    incident("1", { endedWall: at(5, 4), verdict: "cured", steps: 1 }),
    incident("2", {
      endedWall: at(6, 3),
      verdict: "ended-by-person",
      scope: "server",
      monitor: "",
    }),
    incident("3", { isOpen: true, monitor: "shop/web", reason: "" }),
    incident("4", {}),
  ],
  moreIncidents: 7,
  boots: [
    {
      bootedWall: at(5, 4),
      event: { id: "rebooted-by-solosafe", fields: { ...SAMPLES["rebooted-by-solosafe"] } },
    },
    {
      bootedWall: at(7, 4),
      event: { id: "rebooted-unasked", fields: { ...SAMPLES["rebooted-unasked"] } },
    },
  ],
  drills: [
    drill(1, "recovered"),
    drill(2, "not-detected"),
    drill(3, "not-recovered"),
    drill(4, "cut-short"),
    drill(5, "running"),
  ],
  waiting: (["record-fault", "recovery-exhausted", "suspension-reminder"] as const).map((id) => ({
    id,
    fields: { ...SAMPLES[id] },
  })),
  monitors: {
    count: 40,
    unknown: [{ name: "raid", reason: "`mdadm` is not installed", lastsMs: HOUR }],
    neverProven: ["page", "port"],
    notProven: Array.from({ length: 30 }, (_, number) => `m${number}`),
  },
};

const EMPTY: ReportAnswer = {
  ...QUIET,
  to: "2027-01-04",
  availability: [],
  incidents: null,
  monitors: { count: 0, unknown: [], neverProven: [], notProven: [] },
};

const REPORTS = { quiet: QUIET, busy: BUSY, "nothing known": EMPTY };

for (const language of LANGUAGES) {
  test(`the report in ${language} (UPDATE=1 rewrites it)`, async () => {
    const from = await source(language);
    const pages: string[] = [];
    for (const [name, report] of Object.entries(REPORTS)) {
      const { subject, text } = await reportMail(report, from);
      const same = text.replaceAll(/\(UTC[+-]\d\d:\d\d\)/g, "(UTC)");
      pages.push(`=== ${name}\nSubject: ${subject}\n\n${same}`);
    }
    const got = pages.join("\n");
    const expected = join(import.meta.dirname, `report-${language}.txt`);
    if (process.env["UPDATE"] === "1") writeFileSync(expected, got);
    assert.equal(got, readFileSync(expected, "utf8"));
  });
}

test("a report of thousands of everything is a mail of bounded size", async () => {
  const many = <Item>(item: Item): Item[] => Array.from({ length: 3000 }, () => item);
  const [first] = BUSY.waiting;
  assert.ok(first);
  const report = {
    ...BUSY,
    availability: many(row("shop", 0.5, {})),
    incidents: many(incident("1", { reason: "x".repeat(10_000) })),
    waiting: many(first),
  };
  const { text, html } = await reportMail(report, await source("en"));
  assert.ok(text.length < 100_000 && html.length < 200_000, `${text.length} ${html.length}`);
});
