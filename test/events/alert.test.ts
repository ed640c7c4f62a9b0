import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AlertFilter,
  searchAlerts,
  toAlert,
  type WrittenEvent,
} from "../../src/events/alert.ts";
import { ENGLISH_SPEECH, loadSpeech } from "../../src/events/speech.ts";

const ALL: AlertFilter = {
  sinceWall: null,
  untilWall: null,
  grep: null,
  module: null,
  severity: null,
  incident: null,
  beforeSeq: null,
};
const PAGE = { limit: 100, lettersMost: 1_000_000, server: "shop", speech: ENGLISH_SPEECH };

function event(seq: number, id: string, fields: WrittenEvent["fields"], incident?: string) {
  return { seq, wall: seq * 1000, id, incident: incident ?? null, fields };
}

const EVENTS: readonly WrittenEvent[] = [
  event(1, "agent-started", { bootId: "a", groups: 1, monitors: 2, mode: "enforce" }),
  event(2, "monitor-failed", { monitor: "page", failures: 3, reason: "status 500" }, "1"),
  event(3, "incident-opened", { scope: "shop", monitor: "page", reason: "status 500" }, "1"),
  event(4, "guard-lost", { since: 15_000 }),
  event(5, "from-tomorrow", { colour: "Blue" }),
];

async function* segments(): AsyncGenerator<string> {
  yield `${JSON.stringify(EVENTS[3])}\n${JSON.stringify(EVENTS[4])}\n{"seq":6,"wa`;
  yield EVENTS.slice(0, 3)
    .map((one) => `${JSON.stringify(one)}\n`)
    .join("");
}

for (const [name, filter, expected] of [
  ["everything, newest first", {}, [5, 4, 3, 2, 1]],
  ["from then on", { sinceWall: 3000 }, [5, 4, 3]],
  ["up to then", { untilWall: 2000 }, [2, 1]],
  ["text of the message", { grep: "STATUS 500" }, [3, 2]],
  ["the name of the event", { grep: "guard-lost" }, [4]],
  ["a field that no text knows", { grep: "blue" }, [5]],
  ["nothing with that", { grep: "green" }, []],
  ["one incident", { incident: "1" }, [3, 2]],
  ["a module", { module: "agent" }, [5, 4, 1]],
  ["the worst", { severity: "critical" }, [4]],
  ["before a number", { beforeSeq: 3 }, [2, 1]],
] as const) {
  test(`searching for ${name}`, async () => {
    const found = await searchAlerts(segments(), { ...ALL, ...filter }, PAGE);
    assert.deepEqual(
      found.alerts.map(({ seq }) => seq),
      expected,
    );
    assert.equal(found.hasMore, false);
  });
}

test("a page ends at its limit, or when it is too long; there is always one", async () => {
  const two = await searchAlerts(segments(), ALL, { ...PAGE, limit: 2 });
  assert.deepEqual([two.alerts.map(({ seq }) => seq), two.hasMore], [[5, 4], true]);
  const short = await searchAlerts(segments(), ALL, { ...PAGE, lettersMost: 1 });
  assert.deepEqual([short.alerts.map(({ seq }) => seq), short.hasMore], [[5], true]);
  const exact = await searchAlerts(segments(), ALL, { ...PAGE, limit: 5 });
  assert.equal(exact.hasMore, false);
});

test("an alert says everything in the reader's language", async () => {
  const [, failed] = EVENTS;
  assert.ok(failed);
  const alert = toAlert(failed, "shop", await loadSpeech("ja"));
  assert.equal(alert.severity, "error");
  assert.equal(alert.module, "monitor");
  assert.match(alert.message, /異常/);
});
