import pino from "pino";
import type { EventRecord } from "../api/answers.ts";
import { AFTERWARDS } from "../base/afterwards.ts";
import type { AgentLog } from "./agent-parts.ts";

/** Lines waiting for a slow reader; more are dropped and counted. */
const WAITING_MAX = 1024 * 1024;

export interface Log extends AgentLog {
  note(what: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Lines that were dropped because nobody read them. */
  lost(): number;
  /** Gives waiting lines to the reader; false when it did not take them within the time. */
  flush(limitMs: number): Promise<boolean>;
}

/** JSON lines to a file, or to stderr (null). Never blocks: a hung reader costs lines, not the agent. */
export function createLog(file: string | null): Log {
  let lost = 0;
  const destination = pino.destination({
    dest: file ?? 2,
    sync: false,
    mkdir: false,
    maxLength: WAITING_MAX,
  });
  destination.on("drop", () => {
    lost += 1;
  });
  // A closed pipe or a full disk must not end the agent.
  destination.on("error", () => {
    lost += 1;
  });
  let waiting: EventRecord[] = [];
  const writeWaiting = (): void => {
    const records = waiting;
    waiting = [];
    for (const { id, incident, fields } of records) {
      logger.info({ event: id, incident, ...fields }, "event");
    }
  };
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    event: (record) => {
      if (waiting.length === 0) setTimeout(writeWaiting, AFTERWARDS);
      waiting.push(record);
    },
    fault: (what, error) => {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      logger.error({ error: why }, what);
    },
    note: (what, fields = {}) => logger.info(fields, what),
    lost: () => lost,
    flush: (limitMs) =>
      new Promise((resolve) => {
        writeWaiting();
        const limit = setTimeout(() => resolve(false), limitMs);
        destination.flush((error) => {
          clearTimeout(limit);
          resolve(!error);
        });
      }),
  };
}
