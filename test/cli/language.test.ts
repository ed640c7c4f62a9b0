import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { event, fakeAgent } from "./fake-agent.ts";
import { cli, type Said, scratch } from "./run-cli.ts";

const STOPPED = {
  ...event(1),
  id: "resource-stopped-outside-still",
  fields: { resource: "shop/web", since: 90_000 },
};
const IS = {
  id: "monitor-is",
  fields: { monitor: "page", status: "failed", lasts: 90_000, reason: "status 500" },
};

async function ask(
  context: TestContext,
  typed: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Said> {
  const state = scratch(context);
  await fakeAgent(context, state, {
    events: () => ({ events: [STOPPED], firstSeq: 1, lastSeq: 1 }),
    explain: () => ({ kind: "monitor", name: "page", statements: [IS], events: [] }),
  });
  return cli(typed, { environment: { ...environment, SOLOSAFE_STATE: state } });
}

for (const { typed, environment, want } of [
  { typed: ["events"], environment: {}, want: /is still stopped after 1m30s/ },
  { typed: ["events", "--lang", "ja"], environment: {}, want: /外部から停止された.*1分30秒/ },
  { typed: ["events", "--lang=zh"], environment: {}, want: /已停止1分30秒/ },
  { typed: ["events"], environment: { LANG: "ja_JP.UTF-8" }, want: /外部から停止された/ },
  { typed: ["events", "--lang", "en"], environment: { LANG: "ja_JP.UTF-8" }, want: /is still/ },
  { typed: ["explain", "page"], environment: { LC_ALL: "zh_CN.UTF-8" }, want: /“异常”状态/ },
]) {
  test(`${typed.join(" ")} with ${JSON.stringify(environment)}`, async (context) => {
    const said = await ask(context, typed, environment);
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, want);
  });
}

test("JSON is the same in every language", async (context) => {
  const typed = ["explain", "page", "--json"];
  const english = await ask(context, typed, {});
  const japanese = await ask(context, [...typed, "--lang", "ja"], { LANG: "zh_CN.UTF-8" });
  assert.equal(japanese.code, 0, japanese.err);
  assert.equal(japanese.out, english.out);
});

test("a language without texts is refused with those that there are", async (context) => {
  const said = await ask(context, ["events", "--lang", "fr"], {});
  assert.equal(said.code, 2);
  assert.match(said.err, /there are no texts in `fr`[\s\S]*en, ja, zh/);
});
