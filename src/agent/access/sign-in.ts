import { MINUTE, type Millis } from "../../base/duration.ts";
import { formatAddress, type IpAddress } from "../../base/ip-address.ts";
import { isLoopback } from "../../base/network.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import type { Event } from "../../core/event.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Refusal } from "../caller.ts";
import { type User, USERS_MAX } from "./access-state.ts";
import type { AccessStore } from "./access-store.ts";
import { ADDRESS_RULE, addressKey, LockOut, USER_RULE } from "./lock-out.ts";
import type { Passwords } from "./passwords.ts";
import { hashOf, isSame, newCode, plainCode } from "./secrets.ts";

export const CODE_LIFE: Millis = 10 * MINUTE;
const ADDRESSES_MAX = 1000;
/** Names that nobody has are counted apart, so that inventing them makes no real one forgotten. */
const INVENTED_MAX = 200;
/** A tool that asks each second with Basic must not cost a fifth of a processor. */
const BASIC_KNOWN_FOR: Millis = 5 * MINUTE;
const BASIC_KNOWN_MAX = 50;
/** The one name under which guesses at the one-time code are counted. */
const CODE = "code";

export interface SignInParts {
  readonly clock: Clock;
  readonly store: AccessStore;
  readonly passwords: Passwords;
  readonly tell: (event: Event) => void;
}

/** Finds out whether somebody is who they say, and makes who is wrong too often wait. */
export class SignIn {
  readonly #parts: SignInParts;
  readonly #users = new LockOut(USER_RULE, USERS_MAX);
  readonly #invented = new LockOut(USER_RULE, INVENTED_MAX);
  /** Apart, so that no name that somebody invents locks it, or makes it forgotten. */
  readonly #codes = new LockOut(USER_RULE, 1);
  readonly #addresses = new LockOut(ADDRESS_RULE, ADDRESSES_MAX);
  readonly #basic = new Map<string, { readonly user: User; readonly until: Millis }>();
  #code: { readonly hash: string; readonly until: Millis } | null = null;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** The user whose password it is. The same answer, as late, for a wrong one and for no such user. */
  async byPassword(
    name: string,
    password: string,
    from: IpAddress,
  ): Promise<Result<User, Refusal>> {
    const { clock, store, passwords } = this.#parts;
    const user = store.user(name);
    const counted =
      user === null
        ? this.#count(this.#invented, hashOf(name), from)
        : this.#count(this.#users, name, from);
    if (!counted.ok) return counted;
    const isRight = await passwords.isRight(password, user?.hash ?? null);
    if (isRight === null) {
      counted.value.takeBack();
      return fail(BUSY);
    }
    // It may have been taken away or given another password meanwhile.
    if (isRight && user !== null && store.user(name)?.hash === user.hash) {
      counted.value.takeBack();
      this.#users.forget(name);
      return succeed(user);
    }
    this.#tellLock(user?.name ?? null, from, clock.now());
    return fail(WRONG);
  }

  /** The same for the header that tools send with each request; what was right is known for a while. */
  async byBasic(name: string, password: string, from: IpAddress): Promise<Result<User, Refusal>> {
    const key = hashOf(JSON.stringify([name, password]));
    const known = this.#basic.get(key);
    const now = this.#parts.clock.now();
    if (known && now < known.until) {
      const user = this.#parts.store.user(name);
      if (user !== null && user.hash === known.user.hash) return succeed(user);
    }
    this.#basic.delete(key);
    const result = await this.byPassword(name, password, from);
    if (!result.ok) return result;
    this.#basic.set(key, { user: result.value, until: now + BASIC_KNOWN_FOR });
    const [oldest] = this.#basic.keys();
    if (this.#basic.size > BASIC_KNOWN_MAX && oldest !== undefined) this.#basic.delete(oldest);
    return result;
  }

  /**
   * A code for one sign-in; the one before is good for nothing then. Whoever guessed on this server
   * before must not keep out who has the right to a new one.
   */
  newCode(): string {
    this.#codes.forget(CODE);
    this.#addresses.forget(addressKey(HERE));
    const code = newCode();
    const until = this.#parts.clock.now() + CODE_LIFE;
    this.#code = { hash: hashOf(plainCode(code)), until };
    return code;
  }

  /** Whether it is the code. It is used up then. */
  byCode(typed: string, from: IpAddress): Result<null, Refusal> {
    if (!isLoopback(from)) return fail(this.#fromElsewhere(from));
    const counted = this.#count(this.#codes, CODE, from);
    if (!counted.ok) return counted;
    const expected = this.#code;
    const isGood = expected !== null && this.#parts.clock.now() < expected.until;
    const isRight = isSame(hashOf(plainCode(typed)), expected?.hash ?? "");
    if (!isGood || !isRight) return fail(WRONG_CODE);
    this.#code = null;
    counted.value.takeBack();
    return succeed(null);
  }

  lockedMs(user: string): Millis {
    return this.#users.waitMs(user, this.#parts.clock.now());
  }

  /** Somebody with the right gave the user another password, or took the user away. */
  unlock(user: string): void {
    this.#users.forget(user);
  }

  /** Counts at the address alone: from elsewhere nobody may lock the code, either. */
  #fromElsewhere(from: IpAddress): Refusal {
    const now = this.#parts.clock.now();
    const waitMs = this.#addresses.waitMs(addressKey(from), now);
    if (waitMs > 0) return locked(waitMs);
    this.#addresses.begin(addressKey(from), now);
    this.#tellLock(null, from, now);
    return NOT_FROM_HERE;
  }

  #count(
    names: LockOut,
    name: string,
    from: IpAddress,
  ): Result<{ readonly takeBack: () => void }, Refusal> {
    const now = this.#parts.clock.now();
    const address = addressKey(from);
    const waitMs = Math.max(names.waitMs(name, now), this.#addresses.waitMs(address, now));
    if (waitMs > 0) return fail(locked(waitMs));
    names.begin(name, now);
    this.#addresses.begin(address, now);
    return succeed({
      takeBack: () => {
        names.takeBack(name, this.#parts.clock.now());
        this.#addresses.takeBack(address, this.#parts.clock.now());
      },
    });
  }

  /** Told when it begins, not at each attempt meanwhile. Names that nobody has are not repeated. */
  #tellLock(user: string | null, from: IpAddress, now: Millis): void {
    const ofUser = user === null ? 0 : this.#users.waitMs(user, now);
    const lasts = Math.max(ofUser, this.#addresses.waitMs(addressKey(from), now));
    if (lasts === 0) return;
    const fields = { user: ofUser > 0 ? (user ?? "") : "", from: formatAddress(from), lasts };
    this.#parts.tell({ id: "sign-in-locked", incident: null, fields });
  }
}

const HERE: IpAddress = { family: 4, value: 0x7f00_0001n, zone: null };
const WRONG: Refusal = {
  status: 401,
  code: "access/wrong",
  message: "the user or the password is wrong",
};
const WRONG_CODE: Refusal = {
  status: 401,
  code: "access/wrong-code",
  message: "the code is wrong, was used, or is too old",
  hint: "`solosafe web code` gives a new one; it is good for 10 minutes.",
};
const NOT_FROM_HERE: Refusal = {
  status: 403,
  code: "access/not-from-here",
  message: "a one-time code is good on the server itself only",
  hint: "Set a password with `solosafe web setup`, or open the page through an SSH tunnel.",
};
const BUSY: Refusal = {
  status: 429,
  code: "access/busy",
  message: "too many sign in at once",
  hint: "Try again in a moment.",
  retryAfterMs: 2000,
};

function locked(waitMs: Millis): Refusal {
  return {
    status: 429,
    code: "access/locked",
    message: "there were too many wrong attempts",
    hint: "Wait; every further wrong attempt doubles the time.",
    retryAfterMs: Math.ceil(waitMs),
  };
}
