import { existsSync } from "node:fs";
import { GUARD_FIFO, GUARD_REPORT } from "../base/guard-message.ts";
import type { GuardTalk } from "../ports/guard-talk.ts";
import { GuardWriter } from "./guard-writer.ts";
import { readGuardReport } from "./report-file.ts";

/** The guard of this run folder; null where nobody made its FIFO, so that none is to be expected. */
export function openGuardTalk(run: string): GuardTalk | null {
  const fifo = `${run}/${GUARD_FIFO}`;
  if (!existsSync(fifo)) return null;
  const writer = new GuardWriter(fifo);
  return {
    send: (message) => writer.send(message),
    report: () => readGuardReport(`${run}/${GUARD_REPORT}`),
    close: () => writer.close(),
  };
}
