/** In a process of its own: what is given back once is not there for a second test. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { giveBackGarbage, giveBackStart } from "../../src/host/own-memory.ts";

function answer(): string {
  return createHash("sha256").update("as before").digest("hex");
}

/** Memory of ours that is pages of files, in KiB. */
function readFilePages(): number {
  return Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}

test("what only the start needed is given back at once, and all goes on as before", () => {
  const before = answer();
  const atStart = readFilePages();
  giveBackStart();
  const left = readFilePages();
  assert.ok(left < atStart, `${left} KiB of ${atStart} are left`);
  assert.equal(answer(), before);
  giveBackGarbage();
  assert.equal(answer(), before);
});
