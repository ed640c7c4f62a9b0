import { execFile } from "node:child_process";
import { type Millis, SECOND } from "../base/duration.ts";
import { readBootWitness } from "../host/boot-witness.ts";

/** A journal on a slow disk may take long; the report waits for it, nothing else does. */
const JOURNAL_LIMIT: Millis = 30 * SECOND;
const JOURNAL_BYTES_MOST = 1024 * 1024;

/** Prints what is found of the end of the boot before, as one line of JSON. */
export async function runWitness(keep: string, bootedWall: Millis): Promise<void> {
  const witness = await readBootWitness({ root: "/", keep }, bootedWall, readJournal);
  process.stdout.write(`${JSON.stringify(witness)}\n`);
}

function readJournal(options: readonly string[]): Promise<string | null> {
  const limits = { timeout: JOURNAL_LIMIT, maxBuffer: JOURNAL_BYTES_MOST } as const;
  return new Promise((resolve) => {
    // A reader that hangs in the kernel is left alone: who started us ends whatever remains.
    execFile("journalctl", options, { ...limits, killSignal: "SIGKILL" }, (error, output) => {
      resolve(error === null ? output : null);
    });
  });
}
