import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { playText } from "../../src/simulate/play.ts";

// Each file opens with the reason it exists. `UPDATE=1` writes what the policy decides now; the
// difference is to be read like code.
const folder = dirname(fileURLToPath(import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
const isUpdate = process.env["UPDATE"] === "1";

test("there are scenarios to play", () => {
  assert.ok(files.length >= 60, `only ${files.length} scenarios were found`);
});

for (const file of files) {
  test(`scenario ${file}`, () => {
    const path = join(folder, file);
    const written = readFileSync(path, "utf8");
    assert.match(written, /^# \S/, "a scenario opens with the reason it exists");
    const played = playText(written);
    if (isUpdate) {
      if (played !== written) writeFileSync(path, played);
    } else assert.equal(played, written);
    assert.equal(playText(played), played, "a played scenario plays to itself");
  });
}
