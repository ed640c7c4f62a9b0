import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LANGUAGES, languageOfCaller, languageOfLocale } from "../../src/base/language.ts";
import type { EventId } from "../../src/core/event.ts";
import { CATALOGUE } from "../../src/events/catalogue.ts";
import { render, renderStatement, type Written } from "../../src/events/render.ts";
import { ENGLISH_SPEECH, loadSpeech, type Speech } from "../../src/events/speech.ts";
import { SAMPLES } from "./samples.ts";
import { STATEMENT_SAMPLES } from "./statement-samples.ts";

/** Words of another alphabet that Japanese and Chinese administrators read as they are. */
const FOREIGN_WORDS = new Set(["ID", "SoloSafe", "VM", "systemd"]);

/** Fields whose text comes from programs and people and is shown as it is. */
const SAID_BY_OTHERS = new Set([
  "because",
  "bootId",
  "by",
  "cause",
  "fault",
  "how",
  "incident",
  "monitors",
  "pids",
  "reason",
  "result",
  "tracking",
  "waitingFor",
]);

/** Values that make a text say something else: the other half of a choice. */
const OTHERS: readonly [RegExp, readonly unknown[]][] = [
  [/^(lasts|left)$/, [null]],
  [/^(plans|resources|failures|count|attempt|allowed|steps)$/, [0, 1, 2, 9]],
  [/^(reason|fault|because|how|cause|waitingFor)$/, ["", "Some odd reason.", "observe mode"]],
  [/^because$/, ["end", "configuration", "record", "limit", "disabled", "suspended", "shutdown"]],
  [/^result$/, ["exit code 3"]],
  [/^willRepeat$/, [true]],
  [/^action$/, ["none", "reset", "panic", "poweroff", "reboot"]],
  [/^(scope|target|name|place|scopes)$/, ["server", "all", "all-groups", "none", "shop", "a/b"]],
  [/^(scope|scopes)$/, ["monitor:m", "group:shop, monitor:m"]],
  [/^goal$/, ["active"]],
  [/^kind$/, ["activate", "deactivate", "restart", "script"]],
  [/^left$/, [[]]],
  [/^pids$/, [[]]],
];

/** A text to be compared: how it is called, its fields, how it is said. */
interface Sample {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly say: (written: Written, speech: Speech) => string;
}

const ALL: readonly Sample[] = [
  ...Object.entries(SAMPLES).map(([id, fields]) => ({ id, fields, say: render })),
  ...Object.entries(STATEMENT_SAMPLES).map(([id, fields]) => ({
    id,
    fields,
    say: renderStatement,
  })),
];

for (const language of LANGUAGES.filter((one) => one !== "en")) {
  const speech = await loadSpeech(language);

  test(`${language}: every event and every statement has a text`, () => {
    assert.deepEqual(Object.keys(speech.texts).sort(), Object.keys(CATALOGUE).sort());
    assert.deepEqual(
      Object.keys(speech.statements).sort(),
      Object.keys(ENGLISH_SPEECH.statements).sort(),
    );
  });

  for (const sample of ALL) {
    test(`${language}: ${sample.id} says what the English text says`, () => {
      for (const fields of variantsOf(sample.fields)) compare(sample, fields, speech);
    });
  }

  test(`${language}: all texts are those of the snapshot (UPDATE=1 rewrites it)`, () => {
    const file = join(import.meta.dirname, `texts-${language}.txt`);
    const lines = ALL.map(
      ({ id, fields, say }) =>
        `${Object.hasOwn(CATALOGUE, id) ? CATALOGUE[id as EventId].severity.padEnd(8) : "explain "} ${id}\n  ${say({ id, fields }, speech)}`,
    );
    const text = `${lines.join("\n")}\n`;
    if (process.env["UPDATE"] === "1") writeFileSync(file, text);
    assert.equal(text, readFileSync(file, "utf8"));
  });

  test(`${language}: what a newer agent says is shown as it is`, () => {
    const written = { id: "disk-eaten", fields: { disk: "sda" } };
    assert.equal(render(written, speech), "disk-eaten: disk sda");
    assert.equal(renderStatement(written, speech), "disk-eaten disk sda");
    assert.equal(render({ id: "state-lost", fields: { old: 1 } }, speech), "state-lost: old 1");
  });
}

for (const { locale, want } of [
  { locale: "ja_JP.UTF-8", want: "ja" },
  { locale: "ja_JP.utf8", want: "ja" },
  { locale: "ja", want: "ja" },
  { locale: "ja_JP.eucJP", want: "en" },
  { locale: "zh_CN.UTF-8", want: "zh" },
  { locale: "zh_SG@pinyin", want: "zh" },
  { locale: "zh_TW.UTF-8", want: "en" },
  { locale: "zh-Hant", want: "en" },
  { locale: "de_DE.UTF-8", want: "en" },
  { locale: "C.UTF-8", want: "en" },
  { locale: "POSIX", want: "en" },
  { locale: "", want: "en" },
]) {
  test(`the language of the locale ${JSON.stringify(locale)}`, () => {
    assert.equal(languageOfLocale(locale), want);
  });
}

test("LC_ALL goes before LC_MESSAGES, that before LANG; empty ones do not count", () => {
  const all = { LC_ALL: "C", LC_MESSAGES: "ja_JP.UTF-8", LANG: "zh_CN.UTF-8" };
  assert.equal(languageOfCaller(all), "en");
  assert.equal(languageOfCaller({ ...all, LC_ALL: "" }), "ja");
  assert.equal(languageOfCaller({ LANG: "zh_CN.UTF-8" }), "zh");
  assert.equal(languageOfCaller({}), "en");
});

/** The fields as they are, and each field once with each of the values that change the text. */
function variantsOf(fields: Sample["fields"]): Sample["fields"][] {
  const variants = [fields];
  for (const key of Object.keys(fields)) {
    for (const [pattern, values] of OTHERS) {
      if (!pattern.test(key)) continue;
      for (const value of values) {
        // Only a group whose resource does not start may be left alone.
        if (value === "none" && key === "action" && !("resource" in fields)) continue;
        if (isLike(fields[key], value)) variants.push({ ...fields, [key]: value });
      }
    }
  }
  return variants;
}

function isLike(sample: unknown, value: unknown): boolean {
  if (value === null) return typeof sample === "number";
  return typeof value === typeof sample && Array.isArray(value) === Array.isArray(sample);
}

/** Same names and commands in backticks, same numbers, same reasons, and no English around them. */
function compare({ id, say }: Sample, fields: Sample["fields"], speech: Speech): void {
  // A text cannot say null where its English would not: such a variant is not a real one.
  if (say({ id, fields }, ENGLISH_SPEECH).includes("null")) return;
  const english = spied(fields);
  const other = spied(fields);
  const want = say({ id, fields: english.fields }, ENGLISH_SPEECH);
  const text = say({ id, fields: other.fields }, speech);
  const where = `${JSON.stringify(fields)}\n${want}\n${text}`;
  assert.deepEqual([...other.used].sort(), [...english.used].sort(), where);
  assert.deepEqual(namesIn(text), namesIn(want), where);
  const own = ownWords(text, fields);
  assert.deepEqual(numbersIn(own), numbersIn(ownWords(want, fields)), where);
  assert.match(text, /。$/, where);
  assert.doesNotMatch(own, /undefined|NaN|null|\[object|。。|：。|[(),;:?!]|：：/, where);
  const words = own.match(/[A-Za-z][A-Za-z-]+/g) ?? [];
  assert.deepEqual(
    words.filter((word) => !FOREIGN_WORDS.has(word)),
    [],
    where,
  );
}

function spied(fields: Sample["fields"]): { fields: Sample["fields"]; used: Set<string> } {
  const used = new Set<string>();
  const get = (from: Sample["fields"], key: string | symbol, receiver: unknown): unknown => {
    used.add(String(key));
    return Reflect.get(from, key, receiver);
  };
  return { fields: new Proxy(fields, { get }), used };
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/`[^`]*`/g)].map(String).sort();
}

function numbersIn(text: string): string[] {
  return [...text.matchAll(/\d+/g)].map(String).sort();
}

/** The text without names in backticks and without what somebody else said. */
function ownWords(text: string, fields: Sample["fields"]): string {
  const given = Object.entries(fields)
    .filter(([key, value]) => SAID_BY_OTHERS.has(key) && value !== "observe mode")
    .flatMap(([key, value]) => (key === "bootId" ? String(value).slice(0, 8) : value))
    .map((value) => String(value).trim().replace(/\.$/, ""))
    .filter((value) => value !== "");
  return given.reduce(
    (rest, value) => rest.replaceAll(value, " "),
    text.replaceAll(/`[^`]*`/g, " "),
  );
}
