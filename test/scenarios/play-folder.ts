import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { playText } from "../../src/simulate/play.ts";

const isUpdate = process.env["UPDATE"] === "1";

/** One test for each transcript of a folder; `UPDATE=1` writes what the policy decides now. */
export function playFolder(folder: string, least: number): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  test(`there are transcripts to play`, () => {
    assert.ok(files.length >= least, `only ${files.length} transcripts were found`);
  });
  for (const file of files) test(`transcript ${file}`, () => playFile(join(folder, file)));
}

function playFile(path: string): void {
  const written = readFileSync(path, "utf8");
  assert.match(written, /^# \S/, "a transcript opens with the reason it exists");
  const played = playText(written);
  if (isUpdate) {
    if (played !== written) writeFileSync(path, played);
  } else assert.equal(played, written);
  assert.equal(playText(played), played, "a played transcript plays to itself");
}
