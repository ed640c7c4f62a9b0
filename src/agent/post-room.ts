import type { Queued, Urgency } from "../base/post.ts";

/** So many may wait in a queue, and so many letters of text. */
export const WAITING_MOST = 200;
export const LETTERS_MOST = 8 * 1024 * 1024;

/** What is known of something that waits. */
export interface Waiting {
  readonly id: string;
  readonly subject: string;
  readonly urgency: Urgency;
  readonly createdWall: number;
  readonly tries: number;
  readonly nextWall: number;
  readonly letters: number;
}

const ORDER: readonly Urgency[] = ["information", "alert", "critical"];

export function waitingOf(item: Queued): Waiting {
  const { id, urgency, createdWall, subject, tries, nextWall } = item;
  return { id, subject, urgency, createdWall, tries, nextWall, letters: lettersOf(item) };
}

function lettersOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, one) => sum + lettersOf(one), 0);
}

/** Which have to go so that the rest fits: what only informs first, of the same kind the oldest. */
export function tooMany(waiting: readonly Waiting[]): readonly Waiting[] {
  const byWorth = waiting.toSorted(
    (one, other) =>
      ORDER.indexOf(one.urgency) - ORDER.indexOf(other.urgency) ||
      one.createdWall - other.createdWall,
  );
  let count = waiting.length;
  let letters = waiting.reduce((sum, one) => sum + one.letters, 0);
  const dropped: Waiting[] = [];
  for (const one of byWorth) {
    if (count <= WAITING_MOST && letters <= LETTERS_MOST) break;
    dropped.push(one);
    count -= 1;
    letters -= one.letters;
  }
  return dropped;
}
