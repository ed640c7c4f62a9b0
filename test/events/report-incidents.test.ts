/** Which incidents of the history belong to a period, and what is known of each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WrittenEvent } from "../../src/events/alert.ts";
import { findIncidents } from "../../src/events/report-incidents.ts";

let seq = 0;
function event(id: string, incident: string | null, wall: number, fields = {}): WrittenEvent {
  seq += 1;
  return { seq, wall, id, incident, fields };
}

function opened(incident: string, wall: number): WrittenEvent {
  const fields = { scope: "shop", monitor: "page", reason: "status 500" };
  return event("incident-opened", incident, wall, fields);
}

function ended(incident: string, wall: number, lasted: number): WrittenEvent {
  const fields = { scope: "shop", verdict: "cured", lasted, steps: 2 };
  return event("incident-ended", incident, wall, fields);
}

/** `id opened-ended verdict steps`, the way a table shows it. */
function found(events: readonly WrittenEvent[], open: readonly string[] = []): readonly string[] {
  const { incidents } = findIncidents(events, { sinceWall: 1000, untilWall: 2000, open });
  return incidents.map(({ id, openedWall, endedWall, verdict, steps, isOpen, scope }) => {
    const end = isOpen ? "open" : (endedWall ?? "?");
    return `${id} ${openedWall}-${end} ${scope} ${verdict ?? "-"} ${steps}`;
  });
}

for (const [name, events, open, want] of [
  ["inside", [opened("1", 1100), ended("1", 1200, 100)], [], ["1 1100-1200 shop cured 2"]],
  ["before", [opened("1", 100), ended("1", 999, 899)], [], []],
  ["after", [opened("1", 2000), ended("1", 2100, 100)], [], []],
  [
    "over its beginning",
    [opened("1", 900), ended("1", 1200, 300)],
    [],
    ["1 900-1200 shop cured 2"],
  ],
  ["over its end", [opened("1", 1900), ended("1", 2300, 400)], [], ["1 1900-2300 shop cured 2"]],
  ["open", [opened("1", 900), event("step-begun", "1", 1000)], ["1"], ["1 900-open shop - 1"]],
  ["without an end", [opened("1", 900)], [], ["1 900-? shop - 0"]],
  ["without a beginning", [ended("1", 1200, 300)], [], ["1 900-1200 shop cured 2"]],
  [
    "one number for two, when the state was lost",
    [opened("1", 1100), ended("1", 1200, 100), opened("1", 1300), ended("1", 1400, 100)],
    [],
    ["1 1100-1200 shop cured 2", "1 1300-1400 shop cured 2"],
  ],
  ["of nobody", [event("step-begun", null, 1100), event("step-begun", "9", 1100)], [], []],
] as const) {
  test(`incidents of a period: ${name}`, () => assert.deepEqual(found(events, open), want));
}

test("a hundred are told, the newest, and how many more there were", () => {
  const events = Array.from({ length: 130 }, (_, at) => [
    opened(`n${at}`, 1000 + at),
    ended(`n${at}`, 1500, 100),
  ]).flat();
  const { incidents, more } = findIncidents(events, { sinceWall: 0, untilWall: 2000, open: [] });
  assert.deepEqual([incidents.length, more, incidents[0]?.id], [100, 30, "n30"]);
});

test("fields of another version are passed over, and a long reason is cut", () => {
  const strange = event("incident-opened", "1", 1100, { scope: 7, reason: "x".repeat(5000) });
  const { incidents } = findIncidents([strange], { sinceWall: 0, untilWall: 2000, open: [] });
  assert.equal(incidents[0]?.scope, "");
  assert.equal(incidents[0]?.reason.length, 300);
});
