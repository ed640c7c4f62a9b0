/** The page and its mock against the contract. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { safeParse } from "zod/mini";
import { bundlePage, builtPage } from "../../scripts/page/bundle.ts";
import { answer } from "../../scripts/page/mock-answers.ts";
import { STORIES } from "../../scripts/page/mock-stories.ts";
import { ROOT } from "../../scripts/program.ts";
import { ROUTES } from "../../src/api/contract.ts";
import { ACCESS_ROUTES } from "../../src/api/contract-access.ts";
import { CALLS } from "../../ui/src/data/calls.ts";

const ALL = { ...ROUTES, ...ACCESS_ROUTES };

describe("the page asks what the contract has", () => {
  for (const [name, [method, path]] of Object.entries(CALLS)) {
    test(name, () => {
      const route = Object.values(ALL).find((one) => one.name === name);
      assert.ok(route);
      assert.deepEqual([route.method, route.path], [method, path]);
    });
  }
});

describe("the mock answers as the contract says", () => {
  for (const [name, makeStory] of Object.entries(STORIES)) {
    test(name, async () => {
      const story = makeStory();
      for (const route of Object.values(ALL)) {
        const [method, path] = CALLS[route.name as keyof typeof CALLS] ?? ["", ""];
        if (method !== "GET") continue;
        const monitor = story.status.monitors[0]?.name ?? "";
        const query = new URLSearchParams(route.name === "monitor" ? { name: monitor } : {});
        const asked = { path: path.slice("/v1/".length), query, role: "administrator" } as const;
        const said = await answer(story, asked);
        if (said === null) continue;
        const parsed = safeParse(route.response, said);
        assert.ok(parsed.success, `${route.name}: ${JSON.stringify(parsed.error?.issues)}`);
      }
    });
  }
});

test("nothing that the page shows is ever taken for markup or code", () => {
  const sources = readdirSync(join(ROOT, "ui/src"), { recursive: true, encoding: "utf8" });
  const files = sources.filter((name) => /\.tsx?$/.test(name));
  assert.ok(files.length >= 50);
  for (const name of files) {
    const text = readFileSync(join(ROOT, "ui/src", name), "utf8");
    assert.doesNotMatch(text, /innerHTML|insertAdjacent|eval\(|new Function|\bstyle=/i, name);
  }
});

test("the page with all languages is smaller than 100 KB, packed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "solosafe page "));
  try {
    await bundlePage(folder);
    const names = builtPage(folder);
    for (const name of ["page.html", "page.js", "page.css", "icon.svg"]) {
      assert.ok(names.includes(name), `${name} is missing`);
    }
    const sizes = names.map((name) => gzipSync(readFileSync(join(folder, name))).length);
    const sum = sizes.reduce((all, one) => all + one, 0);
    assert.ok(sum < 100_000, `${sum} bytes`);
    assert.ok(sum > 20_000, `only ${sum} bytes: something is missing`);
    for (const name of names) {
      const text = readFileSync(join(folder, name), "utf8");
      assert.doesNotMatch(
        text,
        /https?:\/\/(?!www\.w3\.org)[\w.]+\//,
        `${name} names another host`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
