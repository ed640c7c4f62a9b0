import type { EventRecord, ServerStatus } from "../../src/api/answers.ts";
import type { BootsAnswer } from "../../src/api/boot-answers.ts";
import { numbered, quietPast } from "./mock-parts.ts";

/** What a mock answers with. */
export interface Story {
  readonly status: ServerStatus;
  /** Oldest first. */
  readonly events: readonly EventRecord[];
  readonly boots: BootsAnswer;
}

/** Nothing is known of the boot before. */
export const NO_BOOTS: BootsAnswer = { isThisBoot: true, boots: [] };
/** The incident that is open in the stories of trouble. */
export const OPEN = "20261121-14";
/** One that has ended. */
export const ENDED = "20261120-13";

/** A server with what happened on it after three quiet days. */
export function story(
  status: ServerStatus,
  events: readonly Omit<EventRecord, "seq">[] = [],
): Story {
  return { status, events: numbered([...quietPast(), ...events]), boots: NO_BOOTS };
}
