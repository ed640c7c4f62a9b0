import type { IncomingMessage } from "node:http";
import { CLIENT_HEADER } from "../../api/contract-access.ts";
import { ROUTES, type RouteName } from "../../api/contract.ts";
import type { Role } from "../../api/route.ts";
import { type Millis, SECOND } from "../../base/duration.ts";
import { type IpAddress, parseAddress } from "../../base/ip-address.ts";
import { isInNetwork, isLoopback, parseNetwork } from "../../base/network.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import type { Event } from "../../core/event.ts";
import type { AccessFiles } from "../../ports/access-files.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Caller, Refusal, Remote } from "../caller.ts";
import { Accounts } from "./accounts.ts";
import { AccessStore } from "./access-store.ts";
import { AuditTrail } from "./audit-trail.ts";
import { Passwords } from "./passwords.ts";
import { csrfOf, hashOf, isSecret } from "./secrets.ts";
import { Sessions } from "./sessions.ts";
import { SignIn } from "./sign-in.ts";
import { type PageConfig, WebPage } from "./web-page.ts";

/** A file that could not be read is tried again so much later. */
const LOAD_AGAIN: Millis = 10 * SECOND;

export interface AccessParts {
  readonly clock: Clock;
  readonly files: AccessFiles;
  readonly config: () => PageConfig;
  readonly tell: (event: Event) => void;
  /** Comparing a password takes 16 MiB for a moment, of which the C library keeps the most. */
  readonly giveBackMemory: () => void;
}

/** Who may do what: everything that is behind it, and who is at the other end of the web program. */
export class Access {
  readonly store: AccessStore;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly accounts: Accounts;
  readonly page: WebPage;
  readonly trail: AuditTrail;
  readonly #parts: AccessParts;
  #loading: Promise<void> | null = null;
  #loadedAt: Millis = 0;

  constructor(parts: AccessParts) {
    this.#parts = parts;
    const { clock, files, tell, config } = parts;
    const passwords = new Passwords(() => parts.giveBackMemory());
    this.store = new AccessStore({
      clock,
      files,
      onLost: (fault, kept) =>
        tell({ id: "access-lost", incident: null, fields: { fault, kept: kept ?? "" } }),
    });
    const { store } = this;
    this.sessions = new Sessions(clock, store, () => {
      const { sessionMs, sessionIdleMs } = config().page;
      return { longestMs: sessionMs, idleMs: sessionIdleMs };
    });
    const { sessions } = this;
    this.signIn = new SignIn({ clock, store, passwords, tell });
    this.accounts = new Accounts({
      clock,
      store,
      sessions,
      signIn: this.signIn,
      passwords,
      roleOfRoute: (name) => roleOfRoute(name),
    });
    this.page = new WebPage({ clock, store, sessions, config });
    this.trail = new AuditTrail(clock, files.audit);
  }

  /** A session ends when nobody asked for so long. */
  get sessionIdleMs(): Millis {
    return this.#parts.config().page.sessionIdleMs;
  }

  /** Settles when the file was read, or cannot be now. Never rejects. */
  async ready(): Promise<void> {
    const now = this.#parts.clock.now();
    const isDue = this.#loading === null || now - this.#loadedAt >= LOAD_AGAIN;
    if (!this.store.isRead && isDue) {
      this.#loadedAt = now;
      this.#loading = this.store.load();
    }
    await this.#loading;
  }

  /** Who asks for `name` on the socket of the web program. */
  async identify(request: IncomingMessage, name: RouteName): Promise<Result<Caller, Refusal>> {
    await this.ready();
    const { reach, role, changesWhatRuns } = ROUTES[name];
    const client = request.headers[CLIENT_HEADER];
    if (reach === "program") {
      return client === undefined ? succeed(WEB_PROGRAM) : fail(NOT_FOR_PERSONS);
    }
    if (reach === "local") return fail(ONLY_LOCAL);
    const from = typeof client === "string" ? parseAddress(client) : null;
    if (from === null) return fail(NO_CLIENT);
    if (!this.#mayConnect(from)) return fail(NOT_FROM_THERE);
    if (changesWhatRuns && !this.#parts.config().page.editsScripts) return fail(NOT_FROM_THE_PAGE);
    if (role === "anyone") return succeed({ name: "nobody", role: "viewer", remote: nobody(from) });
    return await this.#identified(request.headers.authorization ?? "", from);
  }

  async #identified(authorization: string, from: IpAddress): Promise<Result<Caller, Refusal>> {
    const [, scheme = "", value = ""] =
      /^(Bearer|Basic) +([^ ]{1,2000})$/i.exec(authorization) ?? [];
    if (scheme.toLowerCase() === "bearer") {
      const found = isSecret(value) ? this.#bySecret(value, from) : null;
      // A disk that is away for a moment signs nobody out.
      return found ?? fail(this.store.isRead ? NOT_SIGNED_IN : NOT_READ);
    }
    if (scheme === "") return fail(NOT_SIGNED_IN);
    const [, user = "", password = ""] = /^([^:]*):([^]*)$/.exec(decode(value)) ?? [];
    const found = await this.signIn.byBasic(user, password, from);
    if (!found.ok) return found;
    const { name, role } = found.value;
    const isOver = (): boolean => this.store.user(name)?.hash !== found.value.hash;
    return succeed({ name, role, remote: { ...nobody(from), by: "basic", isOver } });
  }

  #bySecret(secret: string, from: IpAddress): Result<Caller, Refusal> | null {
    const id = hashOf(secret);
    const session = this.sessions.find(id, true);
    // Like the code itself: with the rights of root, so good on this server only.
    if (session?.isByCode === true && !isLoopback(from)) return null;
    if (session !== null) {
      const isOver = (): boolean => this.sessions.find(id, false)?.role !== session.role;
      const remote: Remote = {
        ...nobody(from),
        by: "session",
        csrf: csrfOf(secret),
        session: id,
        isOver,
      };
      return succeed({ name: session.user, role: session.role, remote });
    }
    const token = this.store.token(id);
    const { clock } = this.#parts;
    if (token === null || clock.wall() >= (token.endsAt ?? Number.POSITIVE_INFINITY)) return null;
    this.store.seen.set(`token ${token.name}`, Math.round(clock.wall()));
    const isOver = (): boolean =>
      this.store.token(id) === null || clock.wall() >= (token.endsAt ?? Number.POSITIVE_INFINITY);
    const remote: Remote = { ...nobody(from), by: "token", route: token.route, isOver };
    return succeed({ name: token.name, role: token.role, remote });
  }

  /** The web program keeps strangers away too; this is for the day on which it was taken over. */
  #mayConnect(from: IpAddress): boolean {
    if (isLoopback(from)) return true;
    const { allow } = this.#parts.config().page;
    if (!this.page.isPublic) return false;
    const networks = allow.flatMap((text) => parseNetwork(text) ?? []);
    return allow.length === 0 || networks.some((network) => isInNetwork(from, network));
  }

  /** Writes down what is not written yet; bounded. */
  async leave(): Promise<void> {
    await Promise.all([this.store.saved(), this.trail.settled()]);
  }
}

function roleOfRoute(name: string): Role | "anyone" | null {
  const route = Object.values(ROUTES).find((one) => one.name === name);
  return route === undefined || route.isForPeople || route.reach !== "everywhere"
    ? null
    : route.role;
}

function nobody(from: IpAddress): Remote {
  return { by: "none", from, csrf: null, session: null, route: null, isOver: () => false };
}

/** Latin letters or UTF-8 (RFC 7617); what is neither is somebody's wrong password. */
function decode(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}

const WEB_PROGRAM: Caller = {
  name: "web program",
  role: "viewer",
  remote: {
    by: "none",
    from: null,
    csrf: null,
    session: null,
    route: null,
    isOver: () => false,
  },
};
const NOT_SIGNED_IN: Refusal = {
  status: 401,
  code: "access/not-signed-in",
  message: "nobody is signed in here, or no longer",
};
const NOT_READ: Refusal = {
  status: 503,
  code: "access/not-read",
  message: "the file of users and sessions cannot be read just now",
};
const NOT_FOR_PERSONS: Refusal = {
  status: 403,
  code: "request/no-permission",
  message: "this is for the web program itself",
};
const ONLY_LOCAL: Refusal = {
  status: 403,
  code: "access/only-local",
  message: "this can be asked on the server itself only",
  hint: "Use the command line as root.",
};
const NOT_FROM_THE_PAGE: Refusal = {
  status: 403,
  code: "access/edit-scripts",
  message: "what root runs cannot be changed from the page",
  hint: "Use `solosafe config apply`, or allow it with `page.edit-scripts: true` in the file.",
};
const NO_CLIENT: Refusal = {
  status: 400,
  code: "request/no-client",
  message: `the header ${CLIENT_HEADER} must hold the address of the client`,
};
const NOT_FROM_THERE: Refusal = {
  status: 403,
  code: "access/not-from-there",
  message: "this address may not use the page",
  hint: "`page.allow` and `page.public` of the configuration say which may.",
};
