import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { playDecisions } from "./play-decisions.ts";

// `UPDATE=1` writes what the policy decides now; the difference is to be read like code.
const FOLDER = join(import.meta.dirname, "decisions");
const isUpdate = process.env["UPDATE"] === "1";
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));

test("there are tables of decisions", () => assert.ok(files.length >= 1));

for (const file of files) {
  test(`decisions ${file}`, () => {
    const path = join(FOLDER, file);
    const written = readFileSync(path, "utf8");
    const played = `${playDecisions(written).trimEnd()}\n`;
    if (isUpdate) writeFileSync(path, played);
    else assert.equal(played, written);
  });
}
