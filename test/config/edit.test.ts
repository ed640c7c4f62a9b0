import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { parsePath, removeValue, setValue } from "../../src/config/edit.ts";

const FILE = `# The shop's server
groups:
  shop:   # sells
    resources:
      web: { exec: "/srv/web" }      # nginx
      app: { exec: [/srv/app, 'x'], after: [web] }

# what is watched
monitors:
  page:      { http: "http://127.0.0.1/", target: shop/app }  # aligned
  other:
    type: tcp
    port: 80   # plain
    comment: |
      two
      lines

  # the last one
  third: { tcp: 5 }
`;

function path(text: string): readonly string[] {
  const parsed = parsePath(text);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

/** Lines that are gone and lines that are new. */
function difference(before: string, after: string): readonly string[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}

const PAGE = '  page:      { http: "http://127.0.0.1/", target: shop/app }  # aligned';

/** Path, value (null: taken away), and the lines that differ. */
const CASES: readonly (readonly [key: string, value: string | null, lines: readonly string[]])[] = [
  [
    "monitors.page.interval",
    "10s",
    [`- ${PAGE}`, `+ ${PAGE.replace("/app }", "/app, interval: 10s }")}`],
  ],
  ["monitors.page.target", "shop/web", [`- ${PAGE}`, `+ ${PAGE.replace("/app }", "/web }")}`]],
  ["monitors.other.port", "81", ["-     port: 80   # plain", "+     port: 81   # plain"]],
  ["monitors.other.retries", "3", ["+     retries: 3"]],
  [
    "monitors.other.comment",
    "x",
    ["-     comment: |", "-       two", "-       lines", "+     comment: x"],
  ],
  ["mode", "observe", ["+ mode: observe"]],
  ["reboots.limit", "2", ["+ reboots: { limit: 2 }"]],
  ["monitors.new", "{ tcp: 7 }", ["+   new: { tcp: 7 }"]],
  [
    "groups.shop.resources.app.exec.1",
    "y",
    [
      "-       app: { exec: [/srv/app, 'x'], after: [web] }",
      "+       app: { exec: [/srv/app, y], after: [web] }",
    ],
  ],
  [
    'groups.shop.resources.web.environment."A.B"',
    "'1'",
    [
      '-       web: { exec: "/srv/web" }      # nginx',
      '+       web: { exec: "/srv/web", environment: { "A.B": \'1\' } }      # nginx',
    ],
  ],
  ["monitors.page.target", null, [`- ${PAGE}`, `+ ${PAGE.replace(", target: shop/app", "")}`]],
  [
    "monitors.page.http",
    null,
    [`- ${PAGE}`, `+ ${PAGE.replace('http: "http://127.0.0.1/", ', "")}`],
  ],
  ["monitors.page", null, [`- ${PAGE}`]],
  ["monitors.third", null, ["-   third: { tcp: 5 }"]],
  ["monitors.other.comment", null, ["-     comment: |", "-       two", "-       lines"]],
  ["groups.shop.resources.web", null, ['-       web: { exec: "/srv/web" }      # nginx']],
];

for (const [key, value, lines] of CASES) {
  test(`${value === null ? "unset" : "set"} ${key} ${value ?? ""} touches nothing else`, () => {
    const edited = value === null ? removeValue(FILE, path(key)) : setValue(FILE, path(key), value);
    assert.ok(edited.ok, JSON.stringify(edited));
    assert.deepEqual(difference(FILE, edited.value), lines);
  });
}

test("values all over the example can be set and put back, comments kept", () => {
  const example = readFileSync(
    new URL("../../config/solosafe.example.yaml", import.meta.url),
    "utf8",
  );
  // Every fourth: the example is long, and each edit is proved by reading the file again.
  const some = [...leaves(parse(example), [])].filter((_leaf, at) => at % 4 === 0);
  assert.ok(some.length > 20, `${some.length} values`);
  for (const [keys, value] of some) {
    const other = setValue(example, keys, "another-one");
    assert.ok(other.ok, keys.join("."));
    assert.equal(valueAt(parse(other.value), keys), "another-one");
    const back = setValue(other.value, keys, JSON.stringify(value));
    assert.ok(back.ok);
    assert.deepEqual(parse(back.value), parse(example));
    const comments = (text: string) => text.match(/#.*$/gm);
    assert.deepEqual(comments(back.value), comments(example), keys.join("."));
  }
});

test("the last value of a map goes, and the map stays", () => {
  const edited = removeValue("a:\n  b: 1\n# end\nc: 2\n", ["a", "b"]);
  assert.ok(edited.ok);
  assert.deepEqual(parse(edited.value), { a: {}, c: 2 });
  assert.match(edited.value, /# end/);
});

test("an empty file and one without a newline at its end can be edited", () => {
  const fresh = setValue("", ["mode"], "observe");
  assert.deepEqual(fresh, { ok: true, value: "mode: observe\n" });
  assert.deepEqual(setValue("mode: enforce", ["version"], "1"), {
    ok: true,
    value: "mode: enforce\nversion: 1\n",
  });
});

const REFUSED: readonly (readonly [what: string, run: () => unknown, message: RegExp])[] = [
  ["nothing there", () => removeValue(FILE, ["monitors", "none"]), /nothing is written at/],
  ["no YAML", () => setValue("a: [", ["a"], "1"), /not valid YAML/],
  ["a value that is no YAML", () => setValue(FILE, ["mode"], "[a"), /is not YAML/],
  ["below a value", () => setValue(FILE, ["monitors", "other", "port", "x"], "1"), /not a map/],
  ["a list at the top", () => setValue("- a\n", ["mode"], "1"), /cannot be edited/],
  ["no path", () => parsePath("a..b"), /no path to a value/],
  ["an empty path", () => parsePath(""), /no path to a value/],
];

for (const [what, run, message] of REFUSED) {
  test(`${what} is refused with a sentence`, () => {
    const result = run() as { ok: boolean; problem?: { message: string } };
    assert.equal(result.ok, false);
    assert.match(result.problem?.message ?? "", message);
  });
}

function* leaves(
  value: unknown,
  above: readonly string[],
): Generator<readonly [readonly string[], unknown]> {
  if (typeof value !== "object" || value === null) {
    yield [above, value];
    return;
  }
  for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...above, key]);
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((now, key) => Object(now)[key], value);
}
