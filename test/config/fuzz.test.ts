import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { loadConfig } from "../../src/config/load.ts";

const EXAMPLE = readFileSync(
  new URL("../../config/solosafe.example.yaml", import.meta.url),
  "utf8",
);
const SEED = 20_261_120;

/** Loading answers; what it says has a place in the file. */
function mustAnswer(text: string): void {
  const loaded = loadConfig(text, "/etc/solosafe.yaml");
  const told = loaded.ok ? loaded.warnings : loaded.problems;
  assert.ok(loaded.ok || told.some((one) => one.severity === "error"));
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const { line, column, what } of told) {
    assert.ok(line >= 1 && line <= lines && column >= 1, `${line}:${column} of ${lines}: ${what}`);
  }
}

test("an example with a piece cut out or put in is answered, never thrown at", () => {
  const edit = fc.record({
    at: fc.nat(EXAMPLE.length),
    cut: fc.nat(40),
    put: fc.oneof(
      fc.constantFrom("", "\n", ":", "{", "]", "- ", "&a ", "*a", "  ", '"'),
      fc.string(),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const cutAndPut = (text: string, { at, cut, put }: (typeof edits)[number]): string =>
        text.slice(0, at) + put + text.slice(at + cut);
      mustAnswer(edits.reduce(cutAndPut, EXAMPLE));
    }),
    { seed: SEED, numRuns: 60 },
  );
});

test("any values under known keys are answered, never thrown at", () => {
  const value = fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.jsonValue(),
    fc.constantFrom("shop/app", "30s", "server", "10M", 80, ["a"], { tcp: 80 }, { run: "/x" }),
  );
  const keysOf = (...keys: readonly string[]): fc.Arbitrary<Record<string, unknown>> =>
    fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), value, { maxKeys: 6 });
  const resource = keysOf("exec", "type", "start", "ready", "after", "start-failure", "kind");
  const monitor = keysOf(
    "http",
    "tcp",
    "multi",
    "process",
    "script",
    "type",
    "recovery",
    "target",
    "requires",
    "interval",
  );
  const file = fc.record({
    reboots: fc.oneof(keysOf("limit", "least-uptime"), value),
    groups: fc.oneof(
      fc.dictionary(
        fc.constantFrom("shop", "db", "X"),
        fc.record({
          after: value,
          resources: fc.dictionary(fc.constantFrom("app", "web"), resource),
        }),
      ),
      value,
    ),
    monitors: fc.oneof(fc.dictionary(fc.constantFrom("a", "b", "c"), monitor), value),
  });
  fc.assert(
    fc.property(file, (content) => mustAnswer(stringify(content))),
    { seed: SEED, numRuns: 150 },
  );
});
