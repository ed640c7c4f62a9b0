import assert from "node:assert/strict";
import { test } from "node:test";
import { readUnitAnswer } from "../../src/host/disk-calls.ts";
import { judgeAnswer } from "../../src/workers/disk-read.ts";

/** `struct sg_io_hdr` as the kernel fills it in, and sense data; fixed format is 0x70, descriptor 0x72. */
function answer(status: number, sense: readonly number[] = [], hostStatus = 0) {
  const header = Buffer.alloc(88);
  header.writeUInt8(status, 64);
  header.writeUInt16LE(hostStatus, 68);
  const data = Buffer.alloc(32);
  Buffer.from(sense).copy(data);
  return readUnitAnswer(header, data);
}

const cases: readonly [string, ReturnType<typeof answer> | null, string][] = [
  ["good", answer(0), "ok"],
  ["reserved by another server", answer(0x18), "ok"],
  ["the command is not known", answer(2, [0x70, 0, 5]), "ok"],
  ["busy", answer(8), "notReady: it is busy"],
  [
    "not ready, fixed format",
    answer(2, [0x70, 0, 2]),
    "notReady: it has no medium, or is not started",
  ],
  [
    "not ready, descriptor format",
    answer(2, [0x72, 2]),
    "notReady: it has no medium, or is not started",
  ],
  ["a deferred error", answer(2, [0x71, 0, 4]), "notReady: a fault of the hardware"],
  ["the medium", answer(2, [0x70, 0, 3]), "notReady: a fault of the medium"],
  ["an attention that comes again", answer(2, [0x70, 0, 6]), "notReady: it was reset"],
  ["a rare one", answer(2, [0x70, 0, 0xb]), "notReady: sense key 11"],
  ["no answer in time", answer(0, [], 3), "notReady: it does not answer (host status 3)"],
  ["no SCSI device", null, "cannot"],
];
for (const [what, given, want] of cases) {
  test(`${what} is ${want}`, () => {
    const end = judgeAnswer("/dev/sdb", given);
    assert.equal(end.kind === "notReady" ? `${end.kind}: ${end.answer}` : end.kind, want);
  });
}
