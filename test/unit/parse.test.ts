import assert from "node:assert/strict";
import { test } from "node:test";
import { parseScenario } from "../../src/simulate/parse.ts";
import { ScenarioError } from "../../src/simulate/scenario.ts";

const MODEL = "group shop: web, app after web\nmonitor page on shop/app: retries 2\n";

const BAD: readonly (readonly [string, string])[] = [
  ["grupp shop: web\n", 'line 1: "grupp shop: web" is not a model line'],
  [`${MODEL}00:00  page explodes\n`, 'line 3: "page explodes" is not something that can happen'],
  [`${MODEL}00:00  other failed\n`, 'line 3: "other failed" is not something that can happen'],
  [`${MODEL}01:00  page ok\n00:00  page ok\n`, "line 4: a scenario goes forward in time"],
  [`${MODEL}00:00  person stops mail\n`, "line 3: no group or resource mail"],
  [`${MODEL}00:00  person eats shop\n`, "line 3: a person cannot eats"],
  [`${MODEL}00:00  gap long\n`, 'line 3: "long" is not a duration like 30s or 5m'],
  ["monitor page on shop: retries 1\n", "line 1: no group or resource shop"],
  ["group shop: app\nmonitor page on shop: retires 1\n", "line 2: unknown monitor option retires"],
  [
    "group shop: app\nmonitor page on shop: final explode\n",
    "line 2: unknown final action explode",
  ],
  ["group shop: app\nresource shop/web: ready\n", "line 2: no resource shop/web"],
  ["group shop: app\nresource shop/app: colour red\n", "line 2: unknown resource option colour"],
  ["reboots: limit many\n", 'line 1: "many" is not a number'],
  ["mode sleep\n", "line 1: unknown mode sleep"],
  [`${MODEL}00:00  page ok\nand then\n`, 'line 4: "and then" has no time before it'],
];

for (const [text, message] of BAD) {
  test(`a scenario that cannot be read says where: ${message}`, () => {
    assert.throws(
      () => parseScenario(text),
      (error) => error instanceof ScenarioError && error.message === message,
    );
  });
}

test("what a former run wrote is not read", () => {
  const text = `${MODEL}\n00:00  page failed   | nonsense\n      | more nonsense\n00:30  (page failed)  | x\n01:00  end\n`;
  const { lines } = parseScenario(text);
  assert.deepEqual(
    lines.map((line) => [line.at, line.text]),
    [
      [0, "page failed"],
      [60_000, "end"],
    ],
  );
});

test("a scenario without model lines takes the configuration it is given", () => {
  const given = parseScenario(MODEL).spec;
  assert.equal(parseScenario("# why\n00:00  page failed\n", given).spec, given);
});
