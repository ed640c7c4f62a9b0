import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { EventFields, EventId } from "../../src/core/event.ts";
import { CATALOGUE } from "../../src/events/catalogue.ts";
import { ENGLISH } from "../../src/events/en.ts";
import { render } from "../../src/events/render.ts";
import { SAMPLES } from "./samples.ts";

const SNAPSHOT = join(import.meta.dirname, "texts-en.txt");

/** Fields that a text leaves out on purpose, with the reason. */
const LEFT_OUT: Partial<Record<EventId, Record<string, string>>> = {
  "server-action-blocked": {
    count: "said only when the limit is what holds it back",
    limit: "said only when the limit is what holds it back",
  },
};

const IDS = Object.keys(CATALOGUE) as EventId[];

test("every event has a catalogue entry, a text and a sample", () => {
  assert.ok(IDS.length > 60);
  assert.deepEqual(Object.keys(ENGLISH).sort(), [...IDS].sort());
  assert.deepEqual(Object.keys(SAMPLES).sort(), [...IDS].sort());
});

test("an event that needs a person says what to do, in the text and in the catalogue", () => {
  for (const id of IDS) {
    const entry = CATALOGUE[id];
    if (!entry.needsPerson) continue;
    assert.notEqual(entry.whatToDo, "Nothing.", id);
    assert.ok(render(sampleOf(id)).split(/\. /).length >= 2, `${id} has one sentence only`);
  }
});

for (const id of IDS) {
  test(`the text of ${id} uses each of its fields or leaves it out on purpose`, () => {
    const { fields } = sampleOf(id);
    const used = new Set<string>();
    const spied = new Proxy(fields, {
      get(from, key, receiver) {
        used.add(String(key));
        return Reflect.get(from, key, receiver);
      },
    });
    const text = render({ id, fields: spied });
    const unused = Object.keys(fields).filter((key) => !used.has(key));
    const allowed = Object.keys(LEFT_OUT[id] ?? {});
    assert.deepEqual(
      unused.filter((key) => !allowed.includes(key)),
      [],
    );
    assert.match(text, /^[A-Z`].*\.$/);
    assert.doesNotMatch(text, /undefined|NaN|\[object|\.\.|:\s*\./);
  });
}

test("all texts are those of the snapshot (UPDATE=1 rewrites it)", () => {
  const lines = IDS.map(
    (id) => `${CATALOGUE[id].severity.padEnd(8)} ${id}\n  ${render(sampleOf(id))}`,
  );
  const text = `${lines.join("\n")}\n`;
  if (process.env["UPDATE"] === "1") writeFileSync(SNAPSHOT, text);
  assert.equal(text, readFileSync(SNAPSHOT, "utf8"));
});

test("an event of a newer agent is shown with its fields", () => {
  assert.equal(
    render({ id: "disk-eaten", fields: { disk: "sda", by: "dog" } }),
    "disk-eaten: disk sda, by dog",
  );
  assert.equal(render({ id: "toString", fields: {} }), "toString");
});

test("an event of a version with other fields is shown and does not throw", () => {
  assert.equal(render({ id: "state-lost", fields: { old: 1 } }), "state-lost: old 1");
});

function sampleOf<Id extends EventId>(id: Id): { id: Id; fields: EventFields[Id] } {
  return { id, fields: SAMPLES[id] };
}
