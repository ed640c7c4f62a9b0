/** What is written down about events for people: the reference page and the manual. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { renderEventManual } from "../../scripts/event-manual.ts";
import { renderEventSection } from "../../scripts/event-reference.ts";
import { eventRows, readFields } from "../../scripts/event-rows.ts";
import { CATALOGUE } from "../../src/events/catalogue.ts";
import { SAMPLES } from "./samples.ts";

const rows = [...eventRows().values()].flat();
const GROFF = ["-man", "-Tutf8", "-ww"];
const hasGroff = spawnSync("groff", ["--version"]).status === 0;

test("every event of the catalogue is listed once, with the fields of its sample", () => {
  assert.deepEqual(rows.map(({ id }) => id).toSorted(), Object.keys(CATALOGUE).toSorted());
  for (const { id, fields } of rows) {
    const named = fields.map(({ name }) => name);
    assert.deepEqual(named.toSorted(), Object.keys(SAMPLES[id]).toSorted(), id);
  }
});

test("fields are said in words", () => {
  const text = [
    "export interface EventFields {",
    '  "a-b": { at: Millis | null; name: string; count: number; isOn: boolean; step: StepKind };',
    "  plain: Record<string, never>;",
    '  "on-lines": {',
    '    because: "end" | "configuration";',
    "    who: string | null;",
    "  };",
    "}",
    "interface Other {",
    "  not: { this: string };",
    "}",
  ].join("\n");
  assert.deepEqual(
    [...readFields(text)],
    [
      [
        "a-b",
        [
          { name: "at", kind: "ms or nothing" },
          { name: "name", kind: null },
          { name: "count", kind: "number" },
          { name: "isOn", kind: "true or false" },
          { name: "step", kind: "word" },
        ],
      ],
      ["plain", []],
      [
        "on-lines",
        [
          { name: "because", kind: "word" },
          { name: "who", kind: "text or nothing" },
        ],
      ],
    ],
  );
});

test("only what needs a person is mailed, and nothing that tells of mails", () => {
  const mailed = rows.filter(({ destinations }) => destinations.includes("mail"));
  assert.ok(mailed.every(({ needsPerson }) => needsPerson));
  assert.ok(!mailed.some(({ id }) => id.startsWith("mail")));
  const urgent = rows.filter(({ destinations }) => destinations.includes("webhook"));
  assert.ok(urgent.every(({ id, needsPerson }) => needsPerson || id === "incident-ended"));
  assert.ok(urgent.length > mailed.length);
  assert.ok(mailed.length > 20 && rows.every(({ destinations }) => destinations[0] === "log"));
});

test("the section of the reference page is well-formed", () => {
  const lines = renderEventSection().split("\n");
  const cells = lines.filter((line) => line.startsWith("| `"));
  assert.equal(cells.length, rows.length);
  for (const line of cells) assert.equal(line.split(/(?<!\\)\|/).length, 9, line);
});

test("the manual has requests that we know, short lines of plain letters, and every event", () => {
  const lines = renderEventManual().split("\n");
  for (const line of lines) {
    assert.match(line, /^(?:\.(?:\\"|TH|SH|SS|TP|PP|br)(?= |$)|[^.'])?[ -~]*$/);
    assert.ok(line.length <= 80, line);
  }
  const tags = lines.flatMap((line, at) => (line === ".TP" ? [lines[at + 1] ?? ""] : []));
  const named = tags.map((tag) => /^\\fB(.*?)\\fR \(/.exec(tag)?.[1]?.replaceAll("\\-", "-"));
  assert.deepEqual(
    named,
    rows.map(({ id }) => id),
  );
});

test("groff renders the manual without a warning", { skip: !hasGroff && "no groff" }, () => {
  const path = join(import.meta.dirname, "../../config/man/solosafe-events.7");
  const { status, stdout, stderr } = spawnSync("groff", [...GROFF, path], { encoding: "utf8" });
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.ok(stdout.length > readFileSync(path).length / 2);
});
