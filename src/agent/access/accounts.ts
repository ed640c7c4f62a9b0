import type { TokenFacts, UserFacts } from "../../api/access-answers.ts";
import { hasRight, type Role } from "../../api/route.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Refusal } from "../caller.ts";
import {
  RESERVED,
  type ScriptToken,
  type Session,
  TOKENS_MAX,
  type User,
  USERS_MAX,
} from "./access-state.ts";
import type { Accounts as Kept, AccessStore } from "./access-store.ts";
import type { Passwords } from "./passwords.ts";
import { hashOf, newSecret } from "./secrets.ts";
import type { Sessions } from "./sessions.ts";
import type { SignIn } from "./sign-in.ts";

export interface AccountParts {
  readonly clock: Clock;
  readonly store: AccessStore;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly passwords: Passwords;
  /** Name of a route and who may call it; null: there is none. */
  readonly roleOfRoute: (name: string) => Role | "anyone" | null;
}

export interface UserChange {
  readonly role?: Role | undefined;
  readonly password?: string | undefined;
}

/** Users and tokens of scripts. What changes here is durable when the answer is given. */
export class Accounts {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  users(): UserFacts[] {
    return this.#parts.store.accounts.users.map((one) => this.#userFacts(one));
  }

  async addUser(name: string, role: Role, password: string): Promise<Result<UserFacts, Refusal>> {
    if (RESERVED.has(name)) return fail(reserved(name));
    const hash = await this.#parts.passwords.hash(password);
    if (hash === null) return fail(BUSY);
    const since = Math.round(this.#parts.clock.wall());
    const added: User = { name, role, hash, since, signedInAt: null };
    const done = await this.#parts.store.change((kept) => {
      if (kept.users.some((one) => one.name === name)) return fail(exists("user", name));
      if (kept.users.length >= USERS_MAX) return fail(tooMany("users", USERS_MAX));
      // The code was there for want of a password, and its bearer has the rights of root.
      const isFirst = kept.users.length === 0;
      const ends = ({ user }: Session): boolean => isFirst && user === null;
      return succeed({ ...kept, users: [...kept.users, added], ends });
    });
    return done.ok ? succeed(this.#userFacts(added)) : done;
  }

  /** Ends the user's sessions, but the one named. */
  async changeUser(
    name: string,
    { role, password }: UserChange,
    butSession: string | null,
  ): Promise<Result<UserFacts, Refusal>> {
    const { store, signIn, passwords } = this.#parts;
    if (store.user(name) === null) return fail(unknown("user", name));
    const hash = password === undefined ? null : await passwords.hash(password);
    if (password !== undefined && hash === null) return fail(BUSY);
    const done = await store.change((kept) => {
      const old = kept.users.find((one) => one.name === name);
      if (!old) return fail(unknown("user", name));
      const user = { ...old, role: role ?? old.role, hash: hash ?? old.hash };
      const users = kept.users.map((one) => (one === old ? user : one));
      const ends = (one: Session): boolean => one.user === name && one.id !== butSession;
      return hasLostAll(kept, users) ? fail(LAST) : succeed({ ...kept, users, ends });
    });
    if (!done.ok) return done;
    if (hash !== null) signIn.unlock(name);
    const user = store.user(name);
    return user === null ? fail(unknown("user", name)) : succeed(this.#userFacts(user));
  }

  async removeUser(name: string): Promise<Result<Record<string, never>, Refusal>> {
    const { store, signIn } = this.#parts;
    const done = await store.change((kept) => {
      const users = kept.users.filter((one) => one.name !== name);
      if (users.length === kept.users.length) return fail(unknown("user", name));
      const ends = (one: Session): boolean => one.user === name;
      const isLast = users.length > 0 && hasLostAll(kept, users);
      return isLast ? fail(LAST) : succeed({ ...kept, users, ends });
    });
    if (!done.ok) return done;
    signIn.unlock(name);
    store.seen.delete(`user ${name}`);
    return succeed({});
  }

  tokens(): TokenFacts[] {
    return this.#parts.store.accounts.tokens.map((one) => this.#tokenFacts(one));
  }

  async addToken(
    name: string,
    role: Role,
    route: string | null,
    forMs: number | null,
  ): Promise<Result<{ readonly secret: string; readonly token: TokenFacts }, Refusal>> {
    const { clock, store, roleOfRoute } = this.#parts;
    if (RESERVED.has(name)) return fail(reserved(name));
    const needed = route === null ? "viewer" : roleOfRoute(route);
    if (needed === null) return fail(unknown("route", route ?? ""));
    if (!hasRight(role, needed)) return fail(tooWeak(route ?? "", needed));
    const secret = newSecret("token");
    const since = Math.round(clock.wall());
    const endsAt = forMs === null ? null : since + forMs;
    const token: ScriptToken = {
      name,
      id: hashOf(secret),
      role,
      route,
      since,
      endsAt,
      usedAt: null,
    };
    const done = await store.change((kept) => {
      if (kept.tokens.some((one) => one.name === name)) return fail(exists("token", name));
      if (kept.tokens.length >= TOKENS_MAX) return fail(tooMany("tokens", TOKENS_MAX));
      return succeed({ ...kept, tokens: [...kept.tokens, token] });
    });
    return done.ok ? succeed({ secret, token: this.#tokenFacts(token) }) : done;
  }

  async removeToken(name: string): Promise<Result<Record<string, never>, Refusal>> {
    const done = await this.#parts.store.change((kept) => {
      const tokens = kept.tokens.filter((one) => one.name !== name);
      if (tokens.length === kept.tokens.length) return fail(unknown("token", name));
      return succeed({ ...kept, tokens });
    });
    this.#parts.store.seen.delete(`token ${name}`);
    return done.ok ? succeed({}) : done;
  }

  #userFacts({ name, role, since }: User): UserFacts {
    const { store, sessions, signIn } = this.#parts;
    const signedInAt = store.seen.get(`user ${name}`) ?? null;
    const lockedMs = Math.ceil(signIn.lockedMs(name));
    return { name, role, since, signedInAt, sessions: sessions.count(name), lockedMs };
  }

  #tokenFacts({ name, role, route, since, endsAt }: ScriptToken): TokenFacts {
    const usedAt = this.#parts.store.seen.get(`token ${name}`) ?? null;
    return { name, role, route, since, endsAt, usedAt };
  }
}

/** Users without an administrator could not be mended from the page. */
function hasLostAll(kept: Kept, users: readonly User[]): boolean {
  const hasOne = (list: readonly User[]): boolean =>
    list.some((one) => one.role === "administrator");
  return hasOne(kept.users) && !hasOne(users);
}

const LAST: Refusal = {
  status: 409,
  code: "access/last-administrator",
  message: "this is the last administrator",
  hint: "Add another one first, or remove all other users.",
};
const BUSY: Refusal = {
  status: 429,
  code: "access/busy",
  message: "too many passwords are being worked on",
  hint: "Try again in a moment.",
  retryAfterMs: 2000,
};

function reserved(name: string): Refusal {
  const message = `\`${name}\` means somebody else here`;
  return { status: 409, code: "access/reserved-name", message, hint: "Take another name." };
}

function exists(kind: string, name: string): Refusal {
  return {
    status: 409,
    code: `access/${kind}-exists`,
    message: `there is a ${kind} ${name} already`,
  };
}

function unknown(kind: string, name: string): Refusal {
  return { status: 404, code: `access/no-such-${kind}`, message: `there is no ${kind} ${name}` };
}

function tooMany(kind: string, most: number): Refusal {
  return {
    status: 409,
    code: "access/too-many",
    message: `there are ${most} ${kind}, and no more fit`,
  };
}

function tooWeak(route: string, needed: string): Refusal {
  const message = `\`${route}\` needs the role ${needed}`;
  return { status: 409, code: "access/role-too-weak", message };
}
