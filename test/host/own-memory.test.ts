import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";
import { giveBackWhenSettled, listUnchanged } from "../../src/host/own-memory.ts";

const KIB = 1024;

interface Mapping {
  readonly from: number;
  readonly to: number;
  readonly file: string;
  readonly rights: string;
  changed: number;
}

function readMappings(): readonly Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of readFileSync("/proc/self/smaps", "latin1").split("\n")) {
    const head = /^([\da-f]+)-([\da-f]+) (\S+) \S+ \S+ \d+ *(.*)$/.exec(line);
    if (head !== null) {
      const [from = 0, to = 0] = [head[1], head[2]].map((word) => Number.parseInt(word ?? "", 16));
      mappings.push({ from, to, file: head[4] ?? "", rights: head[3] ?? "", changed: 0 });
    }
    const [, kib] = /^(?:Anonymous|Swap): +(\d+) kB$/.exec(line) ?? [];
    const last = mappings.at(-1);
    if (last !== undefined && kib !== undefined) last.changed += Number(kib) * KIB;
  }
  return mappings;
}

/** Memory of ours that is pages of files, in KiB. */
function readFilePages(): number {
  return Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}

test("only what its file still holds is named, and the executable's code is", () => {
  const mappings = readMappings();
  const ranges = listUnchanged();
  for (const { address, bytes } of ranges) {
    const mapping = mappings.find(({ from }) => from === address);
    assert.ok(mapping, "a range is a whole mapping");
    assert.equal(mapping.to - mapping.from, bytes);
    assert.equal(mapping.changed, 0, mapping.file);
    assert.doesNotMatch(mapping.rights, /w/, mapping.file);
  }
  const code = mappings.find(({ file, rights }) => file === process.execPath && /x/.test(rights));
  assert.ok(ranges.some(({ address }) => address === code?.from));
  const data = mappings.filter(({ rights, changed }) => /w/.test(rights) || changed > 0);
  assert.ok(data.length > 0);
  assert.ok(!ranges.some(({ address }) => data.some(({ from }) => from === address)));
});

test("pages are given back once settled, and again; all goes on as before", () => {
  const answer = (): string => createHash("sha256").update("as before").digest("hex");
  const before = answer();
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    giveBackWhenSettled();
    const atStart = readFilePages();
    // A timer that a timer starts is due from the end of a tick.
    for (let second = 0; second < 20; second += 1) mock.timers.tick(1000);
    const settled = readFilePages();
    assert.ok(settled < atStart, `${settled} KiB of ${atStart} are left`);
    assert.equal(answer(), before);
    for (let hour = 0; hour < 24; hour += 1) mock.timers.tick(60 * 60_000);
    assert.equal(answer(), before);
  } finally {
    mock.timers.reset();
  }
});
