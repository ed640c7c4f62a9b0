import { constants } from "node:fs";
import { open, readFile } from "node:fs/promises";
import type { UnitAnswer } from "../host/disk-calls.ts";
import { formatDevice } from "../host/storage.ts";
import type { DiskEnd, DiskProbe, DiskStep } from "../ports/disk.ts";
import { DirectReader, PIECE } from "./direct-read.ts";
import { endByError } from "./disk-fault.ts";

const BLOCK = 4096;
const SECTOR = 512;
const SCSI_BUSY = 0x08;
const SCSI_CHECK = 0x02;
const SENSE_NAMES: Readonly<Record<number, string>> = {
  2: "it has no medium, or is not started",
  3: "a fault of the medium",
  4: "a fault of the hardware",
  5: "the command is not known",
  6: "it was reset",
};
const UNIT_ATTENTION = 6;
const ILLEGAL_REQUEST = 5;
const ASK_SHARE = 0.4;

/** Reads so much of a device or file past the page cache, each time from another place. */
export async function probeByReading(
  probe: DiskProbe,
  onStep: (step: DiskStep) => void,
): Promise<DiskEnd> {
  let step: DiskStep = "open";
  onStep(step);
  let reader: DirectReader | null = null;
  try {
    // A FIFO with no writer would hold the thread for ever.
    reader = await DirectReader.open(probe.path, constants.O_NONBLOCK);
    const size = await sizeOf(reader);
    if (size === null) return cannot(`\`${probe.path}\` is neither a block device nor a file`);
    if (size === 0) return await judgeEmpty(reader, probe.path);
    step = "read";
    onStep(step);
    const wanted = Math.min(probe.sizeBytes, size);
    // Always the same place would be answered by the memory of the drive.
    const from = Math.floor((Math.random() * (size - wanted)) / BLOCK) * BLOCK;
    for (let done = 0; done < wanted; done += PIECE) {
      const { length } = await reader.read(from + done);
      if (length < Math.min(PIECE, wanted - done)) return cutShort(from + done + length, size);
    }
    return { kind: "ok", isBypassed: reader.isDirect, mount: null };
  } catch (error) {
    return endByError(error, step, null);
  } finally {
    await reader?.close().catch(() => {});
  }
}

/** Bytes of a block device or file; null for anything else. */
async function sizeOf(reader: DirectReader): Promise<number | null> {
  const stats = await reader.file.stat();
  if (stats.isFile()) return stats.size;
  if (!stats.isBlockDevice()) return null;
  const sectors = await readFile(`/sys/dev/block/${formatDevice(stats.rdev)}/size`, "latin1");
  return Number(sectors) * SECTOR;
}

/** The kernel tells of a device whose medium went away that it has no blocks. */
async function judgeEmpty(reader: DirectReader, path: string): Promise<DiskEnd> {
  const stats = await reader.file.stat();
  if (stats.isFile()) return cannot(`\`${path}\` is empty: there is nothing to read`);
  const words = "there is no medium in it";
  return { kind: "error", step: "open", code: "ENOMEDIUM", words, mount: null };
}

function cutShort(at: number, size: number): DiskEnd {
  const words = `it ends at byte ${at} of ${size}`;
  return { kind: "error", step: "read", code: "EOF", words, mount: null };
}

function cannot(reason: string): DiskEnd {
  return { kind: "cannot", reason };
}

/** Asks a SCSI device whether it is ready (TEST UNIT READY). */
export async function probeByAsking(
  probe: DiskProbe,
  onStep: (step: DiskStep) => void,
): Promise<DiskEnd> {
  let step: DiskStep = "open";
  onStep(step);
  try {
    const device = await open(probe.path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      step = "ask";
      onStep(step);
      return await ask(probe, device.fd);
    } finally {
      await device.close().catch(() => {});
    }
  } catch (error) {
    return endByError(error, step, null);
  }
}

async function ask(probe: DiskProbe, fd: number): Promise<DiskEnd> {
  const { testUnitReady } = await import("../host/disk-calls.ts");
  const isAttention = (one: UnitAnswer | null): boolean =>
    one?.status === SCSI_CHECK && one.senseKey === UNIT_ATTENTION;
  // The kernel gives up in time for two answers: one that does not come is told, not a hang.
  const timeoutMs = Math.round(probe.timeoutMs * ASK_SHARE);
  let answer = await testUnitReady(fd, timeoutMs);
  // Told once after each reset or change of medium; then the device answers again.
  if (isAttention(answer)) answer = await testUnitReady(fd, timeoutMs);
  return judgeAnswer(probe.path, answer);
}

/** What a device's answer means; null: it takes no such questions. */
export function judgeAnswer(path: string, answer: UnitAnswer | null): DiskEnd {
  if (answer === null) {
    return cannot(`\`${path}\` takes no SCSI commands; use \`method: read\` for it, as root`);
  }
  if (answer.hostStatus !== 0) {
    return { kind: "notReady", answer: `it does not answer (host status ${answer.hostStatus})` };
  }
  if (answer.status === SCSI_BUSY) return { kind: "notReady", answer: "it is busy" };
  const isReady = answer.status !== SCSI_CHECK || answer.senseKey === ILLEGAL_REQUEST;
  if (isReady) return { kind: "ok", isBypassed: true, mount: null };
  const name = SENSE_NAMES[answer.senseKey] ?? `sense key ${answer.senseKey}`;
  return { kind: "notReady", answer: name };
}
