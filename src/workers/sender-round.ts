import { DAY, HOUR, MINUTE, type Millis } from "../base/duration.ts";
import { type Attempt, type Outcome, POST_VERSION, type Queued } from "../base/post.ts";

/** Tries after which age alone decides; a clock that was set ahead makes nothing old. */
const TRIES_LEAST = 10;
const PAUSE_LEAST: Millis = MINUTE;
export const PAUSE_MOST: Millis = HOUR;

/** Where the items of a queue go, and for how long that is tried. */
export interface Ways<Server> {
  /** Tried in this order. */
  readonly servers: readonly Server[];
  readonly keepTryingMs: Millis;
  /** Never is a pause between two tries longer; at most `PAUSE_MOST`. */
  readonly pauseMostMs: Millis;
}

/** Offers the item to one server, for these recipients. */
export type OfferTo<Server> = (server: Server, to: readonly string[]) => Promise<Attempt>;

export interface Round<Item extends Queued> {
  readonly outcome: Outcome;
  /** What still waits; null = nobody any more. */
  readonly rest: Item | null;
}

/** A clock that was set back does not keep anything for a year. */
export function isDue({ nextWall }: Queued, wall: Millis): boolean {
  return nextWall <= wall || nextWall > wall + PAUSE_MOST;
}

/** 1 minute after the first try, twice as long after each further one, at most so long. */
export function pauseAfter(tries: number, most: Millis = PAUSE_MOST): Millis {
  return Math.min(most, PAUSE_LEAST * 2 ** Math.min(tries - 1, 20));
}

/**
 * One try: each server in order, for those who have not got it yet. Only who is refused for good by
 * every server is given up; the others wait, until it is too old for them.
 */
export async function tryItem<Item extends Queued, Server>(
  item: Item,
  { servers, keepTryingMs, pauseMostMs }: Ways<Server>,
  wall: Millis,
  offer: OfferTo<Server>,
): Promise<Round<Item>> {
  const attempts: Attempt[] = [];
  let left = item.to;
  for (const server of servers) {
    if (left.length === 0) break;
    const attempt = await offer(server, left);
    attempts.push(attempt);
    left = left.filter((one) => !attempt.taken.includes(one));
  }
  const tries = item.tries + 1;
  const isOld = wall - item.createdWall >= keepTryingMs && tries >= TRIES_LEAST;
  const refused = left.filter((one) => item.isTest || isOld || isRefused(one, attempts));
  const waiting = left.filter((one) => !refused.includes(one));
  const { id, subject } = item;
  const outcome = { v: POST_VERSION, id, subject, tries, attempts, refused, waiting } as const;
  const asked = Math.max(0, ...attempts.map(({ retryAfterMs = 0 }) => retryAfterMs));
  const pause = Math.max(pauseAfter(tries, pauseMostMs), Math.min(asked, PAUSE_MOST));
  return {
    outcome,
    rest: waiting.length === 0 ? null : { ...item, to: waiting, tries, nextWall: wall + pause },
  };
}

/** A try that ended in a fault of our own: it waits, like what nobody takes. */
export async function faultyRound<Item extends Queued>(
  item: Item,
  wall: Millis,
  error: unknown,
): Promise<Round<Item>> {
  const why = error instanceof Error ? error.message : String(error);
  const fault = { step: "program", to: null, isFinal: false, why, hint: null } as const;
  const ways = { servers: ["the sender"], keepTryingMs: DAY, pauseMostMs: PAUSE_MOST };
  return await tryItem(item, ways, wall, async (server) => ({
    server,
    taken: [],
    faults: [fault],
  }));
}

function isRefused(recipient: string, attempts: readonly Attempt[]): boolean {
  return attempts.every(({ faults }) =>
    faults.some(({ to, isFinal }) => isFinal && (to === null || to === recipient)),
  );
}
