import { HOUR, MINUTE, type Millis, SECOND } from "../../base/duration.ts";
import { formatAddress, type IpAddress } from "../../base/ip-address.ts";
import { isLoopback, plainAddress } from "../../base/network.ts";

/** How often somebody may be wrong before waiting, and for how long then. */
export interface LockRule {
  readonly free: number;
  readonly longest: Millis;
}

/** Somebody who guesses one user's password, from wherever. */
export const USER_RULE: LockRule = { free: 5, longest: 15 * MINUTE };
/** Somebody who guesses from one address; several people may share it. */
export const ADDRESS_RULE: LockRule = { free: 10, longest: HOUR };

const FIRST: Millis = 30 * SECOND;
const FORGOTTEN_AFTER: Millis = HOUR;
/** One network of IPv6 is one customer, who has 2^64 addresses in it. */
const SIX_HOST_BITS = 64n;

/** Under what an address is counted. This server is one, whichever of its 2^24 loopback addresses. */
export function addressKey(from: IpAddress): string {
  if (isLoopback(from)) return "here";
  const { family, value } = plainAddress(from);
  return family === 4 ? formatAddress({ family, value }) : `six ${value >> SIX_HOST_BITS}`;
}

interface Count {
  failures: number;
  until: Millis;
  last: Millis;
}

/** Who was wrong too often waits, each time twice as long. Time is the monotonic one. */
export class LockOut {
  readonly #rule: LockRule;
  readonly #most: number;
  readonly #counts = new Map<string, Count>();

  /** At most `most` names are remembered; the one that was quiet for longest is forgotten first. */
  constructor(rule: LockRule, most: number) {
    this.#rule = rule;
    this.#most = most;
  }

  /** So long nobody may try; 0: now. */
  waitMs(name: string, now: Millis): Millis {
    return Math.max(0, (this.#counts.get(name)?.until ?? 0) - now);
  }

  /** An attempt counts as wrong until it was right, so that many at once count as many. */
  begin(name: string, now: Millis): { readonly failures: number; readonly lockedMs: Millis } {
    const known = this.#counts.get(name);
    const isOld = known !== undefined && now - Math.max(known.last, known.until) > FORGOTTEN_AFTER;
    const failures = known === undefined || isOld ? 1 : known.failures + 1;
    const over = failures - this.#rule.free;
    const lockedMs = over < 0 ? 0 : Math.min(FIRST * 2 ** Math.min(over, 20), this.#rule.longest);
    this.#counts.delete(name);
    this.#counts.set(name, { failures, until: now + lockedMs, last: now });
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > this.#most && oldest !== undefined) this.#counts.delete(oldest);
    return { failures, lockedMs };
  }

  /** It was right: it counts no more. Others that were wrong at the same address still do. */
  takeBack(name: string, now: Millis): void {
    const known = this.#counts.get(name);
    if (known === undefined) return;
    known.failures = Math.max(0, known.failures - 1);
    if (known.failures < this.#rule.free) known.until = now;
  }

  forget(name: string): void {
    this.#counts.delete(name);
  }
}
