import type { Millis } from "../../base/duration.ts";
import { MINUTE } from "../../base/duration.ts";
import type { Role } from "../../api/route.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessStore } from "./access-store.ts";
import { type Session, SESSIONS_OF_ONE } from "./access-state.ts";
import { hashOf, newSecret } from "./secrets.ts";

/** What is written down of when a session was used may be so much older than it is. */
const COARSE: Millis = 5 * MINUTE;
/** As who somebody is shown who came with a one-time code. */
export const CODE_USER = "one-time-code";

export interface SessionTimes {
  readonly longestMs: Millis;
  readonly idleMs: Millis;
}

export interface OpenSession {
  readonly id: string;
  readonly user: string;
  readonly role: Role;
  readonly isByCode: boolean;
  readonly endsAt: number;
}

/** Sessions of people. Each secret is random and new, so nobody can give another one a session of his. */
export class Sessions {
  readonly #clock: Clock;
  readonly #store: AccessStore;
  readonly #times: () => SessionTimes;
  readonly #usedAt = new Map<string, number>();

  constructor(clock: Clock, store: AccessStore, times: () => SessionTimes) {
    this.#clock = clock;
    this.#store = store;
    this.#times = times;
  }

  /** `user` null: came with a one-time code. Gives back the secret, which is kept nowhere. */
  begin(user: string | null): string {
    const wall = Math.round(this.#clock.wall());
    this.#prune();
    const { sessions } = this.#store;
    const own = [...sessions.values()].filter((one) => one.user === user);
    const tooMany = own
      .toSorted((one, other) => one.usedAt - other.usedAt)
      .slice(0, Math.max(0, own.length + 1 - SESSIONS_OF_ONE));
    for (const { id } of tooMany) this.#drop(id);
    const secret = newSecret("session");
    const id = hashOf(secret);
    sessions.set(id, { id, user, since: wall, usedAt: wall });
    if (user !== null) this.#store.seen.set(`user ${user}`, wall);
    this.#store.saveSoon();
    return secret;
  }

  /** Null when there is none, or it has ended. `isUse`: it counts as asking for something. */
  find(id: string, isUse: boolean): OpenSession | null {
    const session = this.#store.sessions.get(id);
    if (session === undefined) return null;
    const role = this.#roleOf(session);
    if (role === null || this.#isOver(session)) {
      this.#drop(id);
      return null;
    }
    if (isUse) this.#use(session);
    const { user, since } = session;
    const endsAt = since + this.#times().longestMs;
    return { id, user: user ?? CODE_USER, role, isByCode: user === null, endsAt };
  }

  end(id: string): void {
    if (this.#drop(id)) this.#store.saveSoon();
  }

  /** Ends all that began with a one-time code. */
  endByCode(): void {
    for (const session of this.#store.sessions.values()) {
      if (session.user === null) this.end(session.id);
    }
  }

  /** How many are open. `user` left out: of everybody. */
  count(user?: string): number {
    this.#prune();
    const all = [...this.#store.sessions.values()];
    return user === undefined ? all.length : all.filter((one) => one.user === user).length;
  }

  #use(session: Session): void {
    const wall = Math.round(this.#clock.wall());
    this.#usedAt.set(session.id, wall);
    if (Math.abs(wall - session.usedAt) < COARSE) return;
    this.#store.sessions.set(session.id, { ...session, usedAt: wall });
    this.#store.saveSoon();
  }

  #roleOf({ user }: Session): Role | null {
    return user === null ? "administrator" : (this.#store.user(user)?.role ?? null);
  }

  /** A clock that was set back must not prolong anything either. */
  #isOver({ id, since, usedAt }: Session): boolean {
    const { longestMs, idleMs } = this.#times();
    const wall = this.#clock.wall();
    const used = this.#usedAt.get(id) ?? usedAt;
    return wall - since > longestMs || wall - used > idleMs || wall < since - COARSE;
  }

  #prune(): void {
    const { sessions } = this.#store;
    for (const id of this.#usedAt.keys()) if (!sessions.has(id)) this.#usedAt.delete(id);
    for (const session of sessions.values()) {
      if (this.#roleOf(session) === null || this.#isOver(session)) this.#drop(session.id);
    }
  }

  #drop(id: string): boolean {
    this.#usedAt.delete(id);
    return this.#store.sessions.delete(id);
  }
}
