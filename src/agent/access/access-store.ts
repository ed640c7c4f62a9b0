import { type Millis, SECOND } from "../../base/duration.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import type { AccessFiles } from "../../ports/access-files.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Refusal } from "../caller.ts";
import { within } from "../within.ts";
import {
  type AccessState,
  decodeAccess,
  EMPTY,
  encodeAccess,
  type ScriptToken,
  type Session,
  type User,
} from "./access-state.ts";

const DISK_LIMIT: Millis = 5 * SECOND;
/** Sessions are written down so much later, many at once. */
const SOON: Millis = SECOND;
const AGAIN: Millis = 10 * SECOND;
const CHANGES_WAITING_MAX = 16;

/** What is written down before it is in force. */
export type Accounts = Pick<AccessState, "users" | "tokens">;

export interface AccountChange extends Accounts {
  /** Which sessions end with it, in the same write: a power cut brings none of them back. */
  readonly ends?: (session: Session) => boolean;
}

export interface AccessStoreParts {
  readonly clock: Clock;
  readonly files: AccessFiles;
  /** The file cannot be used; `kept` is where it is now, null: where it was. */
  readonly onLost: (fault: string, kept: string | null) => void;
}

/**
 * Users, sessions and tokens, in memory and in one file. Accounts change when they are durable;
 * sessions change at once and are written soon after, so that people can sign in with a full disk.
 */
export class AccessStore {
  readonly #parts: AccessStoreParts;
  readonly sessions = new Map<string, Session>();
  /** When a user signed in and a token was used last, by `user <name>` and `token <name>`. */
  readonly seen = new Map<string, number>();
  #accounts: Accounts = EMPTY;
  #fault: string | null = null;
  #mayWrite = false;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isHanging = false;
  #isDirty = false;
  #isScheduled = false;

  constructor(parts: AccessStoreParts) {
    this.#parts = parts;
  }

  get accounts(): Accounts {
    return this.#accounts;
  }

  /** Why nobody can sign in; null: who has an account can. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Whether the file was read, or there is none; otherwise nothing may be written over it. */
  get isRead(): boolean {
    return this.#mayWrite;
  }

  user(name: string): User | null {
    return this.#accounts.users.find((one) => one.name === name) ?? null;
  }

  token(id: string): ScriptToken | null {
    return this.#accounts.tokens.find((one) => one.id === id) ?? null;
  }

  /** Reads the file. Never rejects. */
  async load(): Promise<void> {
    const { clock, files } = this.#parts;
    const text = await within(clock, DISK_LIMIT, files.read()).catch((error: unknown) => {
      this.#fault = `the file of users cannot be read: ${messageOf(error)}`;
    });
    if (text === undefined) return;
    try {
      const state = text === null ? EMPTY : decodeAccess(text);
      this.#take(state);
    } catch (error) {
      await this.#setAside(messageOf(error));
    }
  }

  #take({ users, sessions, tokens }: AccessState): void {
    this.#accounts = { users, tokens };
    for (const session of sessions) this.sessions.set(session.id, session);
    for (const one of users)
      if (one.signedInAt !== null) this.seen.set(`user ${one.name}`, one.signedInAt);
    for (const one of tokens)
      if (one.usedAt !== null) this.seen.set(`token ${one.name}`, one.usedAt);
    this.#fault = null;
    this.#mayWrite = true;
  }

  async #setAside(why: string): Promise<void> {
    const { clock, files, onLost } = this.#parts;
    const mark = String(Math.round(clock.wall()));
    const kept = await within(clock, DISK_LIMIT, files.keepAside(mark)).catch(() => null);
    // Without the old one out of the way nothing is written over it: a person may mend it.
    this.#mayWrite = kept !== null;
    this.#fault = `the file of users is not valid: ${why}`;
    onLost(why, kept);
  }

  /** Makes a change of accounts durable, then puts it in force; one after the other. */
  async change(
    make: (accounts: Accounts) => Result<AccountChange, Refusal>,
  ): Promise<Result<null, Refusal>> {
    if (this.#waiting >= CHANGES_WAITING_MAX) return fail(BUSY);
    this.#waiting += 1;
    const work = this.#queue.then(() => this.#changeNow(make));
    this.#queue = work;
    try {
      return await work;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #changeNow(
    make: (accounts: Accounts) => Result<AccountChange, Refusal>,
  ): Promise<Result<null, Refusal>> {
    const next = make(this.#accounts);
    if (!next.ok) return next;
    const { users, tokens, ends = () => false } = next.value;
    const why = await this.#write({ users, tokens, ends });
    if (why !== null) return fail(notSaved(why));
    this.#accounts = { users, tokens };
    for (const session of this.sessions.values()) {
      if (ends(session)) this.sessions.delete(session.id);
    }
    this.#fault = null;
    return succeed(null);
  }

  /** What happened to sessions is written soon, and tried again until it is. */
  saveSoon(): void {
    this.#isDirty = true;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#parts.clock.timer(SOON, () => void this.#saveDirty());
  }

  async #saveDirty(): Promise<void> {
    const work = this.#queue.then(() => this.saved());
    this.#queue = work;
    if (await work) {
      this.#isScheduled = false;
      return;
    }
    this.#parts.clock.timer(AGAIN, () => void this.#saveDirty());
  }

  /** Writes what is not written yet; false when that failed. Bounded, never rejects. */
  async saved(): Promise<boolean> {
    if (!this.#isDirty) return true;
    this.#isDirty = false;
    const isWritten = (await this.#write(this.#accounts)) === null;
    this.#isDirty ||= !isWritten;
    return isWritten;
  }

  /** Null when it is durable, else why not. */
  async #write(change: AccountChange): Promise<string | null> {
    if (!this.#mayWrite) return "the file that is there cannot be read";
    if (this.#isHanging) return "the disk has not answered yet";
    const { clock, files } = this.#parts;
    const work = files.replace(encodeAccess(this.#stateWith(change)));
    this.#isHanging = true;
    // What was given up and is written all the same is not what is in force: it is written anew.
    let isGivenUp = false;
    const ended = (): void => {
      this.#isHanging = false;
      if (isGivenUp) this.saveSoon();
    };
    work.then(ended, ended);
    try {
      await within(clock, DISK_LIMIT, work);
      return null;
    } catch (error) {
      isGivenUp = true;
      return messageOf(error);
    }
  }

  #stateWith({ users, tokens, ends }: AccountChange): AccessState {
    return {
      users: users.map((one) => ({
        ...one,
        signedInAt: this.seen.get(`user ${one.name}`) ?? null,
      })),
      sessions: [...this.sessions.values()].filter(
        (one) =>
          ends?.(one) !== true &&
          (one.user === null || users.some(({ name }) => name === one.user)),
      ),
      tokens: tokens.map((one) => ({ ...one, usedAt: this.seen.get(`token ${one.name}`) ?? null })),
    };
  }
}

const BUSY: Refusal = {
  status: 429,
  code: "access/busy",
  message: "too much is asked at once",
  hint: "Try again in a moment.",
};

function notSaved(why: string): Refusal {
  const message = `nothing was changed, because it could not be written down: ${why}`;
  const hint = "Make room on the disk of the state folder, or repair it.";
  return { status: 507, code: "access/not-saved", message, hint };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}
