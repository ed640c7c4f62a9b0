import type { DiskEnd, DiskProbe, DiskStep } from "../ports/disk.ts";

/** A request line is shorter than this: paths are at most 4096 bytes. */
export const DISK_REQUEST_BYTES_MOST = 32 * 1024;
export const DISK_ANSWER_BYTES_MOST = 32 * 1024;

/** What the agent asks a disk worker; each with a number `id` for its answers. */
export type DiskRequest =
  /** Whether it lives, and how many probes may hang at the same time. */
  | { readonly id: number; readonly type: "ping" }
  | { readonly id: number; readonly type: "probe"; readonly probe: DiskProbe }
  /** Leave, when running probes are over or shortly after. */
  | { readonly id: number; readonly type: "exit" };

export type DiskAnswer =
  | { readonly id: number; readonly threads: number }
  /** What a probe has been doing for more than a second. */
  | { readonly id: number; readonly step: DiskStep }
  | { readonly id: number; readonly end: DiskEnd };

/** Reads a request; null when it is none. The sender is our own program of the same version. */
export function parseDiskRequest(line: unknown): DiskRequest | null {
  if (!isRecord(line) || typeof line["id"] !== "number") return null;
  switch (line["type"]) {
    case "ping":
    case "exit":
      return { id: line["id"], type: line["type"] };
    case "probe": {
      const { probe } = line;
      if (!isRecord(probe) || typeof probe["path"] !== "string") return null;
      return { id: line["id"], type: "probe", probe: probe as unknown as DiskProbe };
    }
    default:
      return null;
  }
}

/** Reads an answer; null when it is none. */
export function parseDiskAnswer(line: unknown): DiskAnswer | null {
  if (!isRecord(line) || typeof line["id"] !== "number") return null;
  const isAnswer = "threads" in line || "step" in line || "end" in line;
  return isAnswer ? (line as unknown as DiskAnswer) : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
