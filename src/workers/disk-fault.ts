import { getSystemErrorMap } from "node:util";
import type { DiskEnd, DiskStep, MountFacts } from "../ports/disk.ts";

/** Errors of file systems and drivers that libuv has no name for (errno(3)). */
const FURTHER: Readonly<Record<number, readonly [string, string]>> = {
  61: ["ENODATA", "no data available"],
  62: ["ETIME", "the device did not answer in time"],
  74: ["EBADMSG", "a checksum does not fit"],
  84: ["EILSEQ", "a sector cannot be read"],
  108: ["ESHUTDOWN", "the file system was shut down"],
  116: ["ESTALE", "the server does not know the file any more"],
  117: ["EUCLEAN", "the structure of the file system is damaged"],
  121: ["EREMOTEIO", "remote input/output error"],
  122: ["EDQUOT", "the quota is used up"],
  123: ["ENOMEDIUM", "there is no medium in the drive"],
};

/** libuv's words where they are not the kernel's. */
const BETTER: Readonly<Record<string, string>> = {
  EIO: "input/output error",
  ENOTCONN: "the file system's program is gone",
  ENXIO: "the device is gone",
  ENODEV: "the device is gone",
};

/** What the kernel said, as name and sentence; null when it was not the kernel. */
export function faultOf(error: unknown): { readonly code: string; readonly words: string } | null {
  if (!(error instanceof Error) || !("errno" in error) || typeof error.errno !== "number") {
    return null;
  }
  const number = Math.abs(error.errno);
  const [code, words] = getSystemErrorMap().get(-number) ?? FURTHER[number] ?? [];
  if (code === undefined) return { code: `E${number}`, words: `error ${number}` };
  return { code, words: BETTER[code] ?? words ?? code };
}

/** The end of a probe by an error in one of its steps; a bug is thrown again. */
export function endByError(error: unknown, step: DiskStep, mount: MountFacts | null): DiskEnd {
  const fault = faultOf(error);
  if (!fault) throw error;
  return { kind: "error", step, ...fault, mount };
}

/** Whether a call failed with this error. */
export function isError(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(faultOf(error)?.code ?? "");
}
