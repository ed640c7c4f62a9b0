import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { INSTALLED } from "../../src/base/paths.ts";
import { eventLine } from "../../src/cli/event-line.ts";
import { table, widthOf, wrap } from "../../src/cli/layout.ts";
import { createPaint } from "../../src/cli/paint.ts";
import { findPaths, programName } from "../../src/cli/places.ts";
import { fill } from "../../src/cli/run/demo.ts";
import { ENGLISH_SPEECH, loadSpeech } from "../../src/events/speech.ts";
import { scratch } from "./run-cli.ts";

test("columns are aligned without counting colour codes", () => {
  const paint = createPaint(true);
  const lines = table(
    [
      ["a", paint.red("bb"), "c"],
      ["aaa", "b", "c"],
    ],
    "  ",
  );
  assert.deepEqual(lines, ["  a    \u001b[31mbb\u001b[0m  c", "  aaa  b   c"]);
});

for (const { text, width, want } of [
  { text: "one two three", width: 7, want: "one two\n  three" },
  { text: "  one two", width: 7, want: "  one\n  two" },
  { text: "enormous word", width: 4, want: "enormous\n  word" },
  { text: "short", width: Number.POSITIVE_INFINITY, want: "short" },
]) {
  test(`wrap ${JSON.stringify(text)} at ${width}`, () => {
    assert.equal(wrap(text, width, "  "), want);
  });
}

for (const { text, want } of [
  { text: "web", want: 3 },
  { text: "売上", want: 4 },
  { text: "グループ web", want: 12 },
  { text: "\u001b[31m异常\u001b[0m", want: 4 },
  { text: "が", want: 2 },
  { text: "か\u3099", want: 2 },
  { text: "𠮷", want: 2 },
  { text: "· ✖ … →", want: 7 },
]) {
  test(`${JSON.stringify(text)} takes ${want} places`, () => {
    assert.equal(widthOf(text), want);
  });
}

test("columns with wide letters are aligned on the screen", () => {
  const lines = table(
    [
      ["売上", "active"],
      ["web", "异常", "x"],
      ["a", "b", "c"],
    ],
    "",
  );
  assert.deepEqual(lines, ["売上  active", "web   异常    x", "a     b       c"]);
});

for (const { text, width, want } of [
  { text: "監視を開始します。", width: 6, want: "監視を\n  開始\n  しま\n  す。" },
  { text: "モニタ `web` が異常です。", width: 12, want: "モニタ `web`\n  が異常で\n  す。" },
  { text: "已完成（第1次）。", width: 8, want: "已完成\n  （第1\n  次）。" },
  { text: "短い", width: Number.POSITIVE_INFINITY, want: "短い" },
]) {
  test(`wrap ${JSON.stringify(text)} at ${width}`, () => {
    assert.equal(wrap(text, width, "  "), want);
  });
}

test("an event in Japanese is never wider than the terminal", async () => {
  const fields = { monitor: "売上-画面", failures: 3, reason: "status 500 ".repeat(9).trim() };
  const event = { seq: 1, wall: 0, id: "monitor-failed", incident: null, fields };
  const speech = await loadSpeech("ja");
  const context = {
    paint: createPaint(false),
    width: 40,
    program: "solosafe",
    programOptions: "",
    speech,
  };
  const lines = eventLine(context, event, false).split("\n");
  assert.ok(lines.length > 3);
  for (const line of lines) assert.ok(widthOf(line) <= 40, line);
});

test("no line of an event is wider than the terminal, later ones are indented", () => {
  const reason = "status 500 ".repeat(30).trim();
  const event = {
    seq: 1,
    wall: 0,
    id: "monitor-failed",
    incident: null,
    fields: { monitor: "m", failures: 3, reason },
  };
  const context = {
    paint: createPaint(false),
    width: 60,
    program: "solosafe",
    programOptions: "",
    speech: ENGLISH_SPEECH,
  };
  const lines = eventLine(context, event, false).split("\n");
  assert.ok(lines.length > 3);
  for (const line of lines) assert.ok(line.length <= 60, line);
  for (const line of lines.slice(1)) assert.match(line, /^ {11}\S/);
});

test("where state and configuration are", (context) => {
  const root = scratch(context);
  const told = findPaths({ state: root, config: undefined, checkout: null });
  assert.equal(told.control, join(root, "run/control.sock"));
  assert.equal(told.config, join(root, "solosafe.yaml"));
  assert.equal(findPaths({ state: root, config: "/c.yaml", checkout: null }).config, "/c.yaml");
  assert.deepEqual(findPaths({ state: undefined, config: undefined, checkout: null }), INSTALLED);
  mkdirSync(join(root, ".solosafe"));
  const inCheckout = findPaths({ state: undefined, config: undefined, checkout: root });
  assert.equal(inCheckout.state, join(root, ".solosafe/state"));
});

test("the program is named as it can be called and pasted", () => {
  assert.equal(programName(null, "/"), "solosafe");
  assert.equal(programName("/a/b", "/a/b"), "scripts/solosafe");
  assert.equal(programName("/a/b", "/c"), "/a/b/scripts/solosafe");
  assert.equal(programName("/a b", "/"), "'a b/scripts/solosafe'");
  assert.equal(programName("/it's", "/x"), "'/it'\\''s/scripts/solosafe'");
});

test("the demonstration's template takes paths with quotes and spaces", () => {
  assert.equal(
    fill('x: "@node@/y" @port@ @other@', { node: 'a "b" \\c', port: "1" }),
    'x: "a \\"b\\" \\\\c/y" 1 @other@',
  );
});
