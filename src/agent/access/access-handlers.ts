import type { ACCESS_ROUTES } from "../../api/contract-access.ts";
import type { SessionBegun, Who } from "../../api/access-answers.ts";
import { type IpAddress, parseAddress } from "../../base/ip-address.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import type { AccessChange, Event } from "../../core/event.ts";
import type { Caller, Refusal } from "../caller.ts";
import type { Handlers } from "../control.ts";
import type { Access } from "./access.ts";
import { csrfOf, hashOf } from "./secrets.ts";
import { CODE_LIFE } from "./sign-in.ts";

export interface HandlerParts {
  readonly access: Access;
  readonly wall: () => number;
  readonly tell: (event: Event) => void;
}

export type AccessHandlers = Pick<Handlers, keyof typeof ACCESS_ROUTES>;

/** What each route of users, sessions, tokens, audit trail and page does. */
export function accessHandlers(parts: HandlerParts): AccessHandlers {
  return { ...sessionHandlers(parts), ...accountHandlers(parts), ...pageHandlers(parts) };
}

function sessionHandlers(
  parts: HandlerParts,
): Pick<
  AccessHandlers,
  "sessionBegin" | "sessionByCode" | "sessionEnd" | "whoAmI" | "passwordChange"
> {
  const { signIn, sessions, accounts } = parts.access;
  return {
    sessionBegin: async ({ user, password }, caller) => {
      const found = await signIn.byPassword(user, password, addressOf(caller));
      return found.ok ? succeed(begin(parts, found.value.name)) : found;
    },
    sessionByCode: async ({ code }, caller) => {
      const found = signIn.byCode(code, addressOf(caller));
      return found.ok ? succeed(begin(parts, null)) : found;
    },
    sessionEnd: async (_request, caller) => {
      const id = caller.remote?.session ?? null;
      if (id === null) return fail(NO_SESSION);
      sessions.end(id);
      return succeed({});
    },
    whoAmI: async (_request, caller) => succeed(whoIs(parts, caller)),
    passwordChange: async ({ old, password }, caller) => {
      const { remote, name } = caller;
      if (remote === undefined || parts.access.store.user(name) === null) return fail(NO_PASSWORD);
      const found = await signIn.byPassword(name, old, addressOf(caller));
      // Whoever is signed in is told that it is the password; 401 would end the session on the page.
      if (!found.ok) return found.problem.status === 401 ? fail(WRONG_OLD) : found;
      const changed = await accounts.changeUser(name, { password }, remote.session);
      if (!changed.ok) return changed;
      told(parts, "password-changed", name, caller);
      return succeed({});
    },
  };
}

function accountHandlers(
  parts: HandlerParts,
): Pick<
  AccessHandlers,
  | "users"
  | "userAdd"
  | "userChange"
  | "userRemove"
  | "tokens"
  | "tokenAdd"
  | "tokenRemove"
  | "audit"
> {
  const { accounts, trail } = parts.access;
  return {
    users: async () => succeed({ users: accounts.users() }),
    userAdd: ({ name, role, password }, caller) =>
      opening(parts, caller, async () => {
        const added = await accounts.addUser(name, role, password);
        if (added.ok) told(parts, "user-added", name, caller);
        return added;
      }),
    userChange: async ({ name, role, password }, caller) => {
      const own = name === caller.name ? (caller.remote?.session ?? null) : null;
      const changed = await accounts.changeUser(name, { role, password }, own);
      if (!changed.ok) return changed;
      if (role !== undefined) told(parts, "user-changed", name, caller);
      if (password !== undefined) told(parts, "password-changed", name, caller);
      return changed;
    },
    userRemove: ({ name }, caller) =>
      opening(parts, caller, async () => {
        const removed = await accounts.removeUser(name);
        if (removed.ok) told(parts, "user-removed", name, caller);
        return removed;
      }),
    tokens: async () => succeed({ tokens: accounts.tokens() }),
    tokenAdd: async ({ name, role, route, forMs }, caller) => {
      const added = await accounts.addToken(name, role, route, forMs);
      if (added.ok) told(parts, "token-added", name, caller);
      return added;
    },
    tokenRemove: async ({ name }, caller) => {
      const removed = await accounts.removeToken(name);
      if (removed.ok) told(parts, "token-removed", name, caller);
      return removed;
    },
    audit: async ({ before, limit }) => {
      try {
        const entries = await trail.page(before ?? null, limit);
        return succeed({ entries: [...entries], lost: trail.lost });
      } catch (error) {
        const message = `the audit trail cannot be read: ${error instanceof Error ? error.message : String(error)}`;
        return fail({ status: 507, code: "access/audit-unreadable", message });
      }
    },
  };
}

function pageHandlers(
  parts: HandlerParts,
): Pick<AccessHandlers, "webCode" | "webSetup" | "webStatus" | "webSettings" | "webReport"> {
  const { accounts, page, sessions, signIn, store } = parts.access;
  return {
    webCode: async () =>
      succeed({
        code: signIn.newCode(),
        endsAt: Math.round(parts.wall()) + CODE_LIFE,
        address: page.localAddress(),
      }),
    webSetup: ({ user, password }, caller) =>
      opening(parts, caller, async () => {
        const isThere = store.user(user) !== null;
        const done = isThere
          ? await accounts.changeUser(user, { role: "administrator", password }, null)
          : await accounts.addUser(user, "administrator", password);
        if (!done.ok) return done;
        sessions.endByCode();
        told(parts, isThere ? "password-changed" : "user-added", user, caller);
        return succeed(page.status());
      }),
    webStatus: async () => succeed(page.status()),
    webSettings: async () => succeed(page.settings()),
    webReport: async (report) => {
      page.take(report);
      return succeed(page.settings());
    },
  };
}

/** Does it, and tells when that opened the page to others, or closed it. */
async function opening<Value>(
  parts: HandlerParts,
  caller: Caller,
  work: () => Promise<Result<Value, Refusal>>,
): Promise<Result<Value, Refusal>> {
  const { page } = parts.access;
  const before = page.isPublic;
  const result = await work();
  if (page.isPublic === before) return result;
  const by = caller.name;
  if (page.isPublic) {
    const { port } = page.settings();
    parts.tell({ id: "page-opened", incident: null, fields: { by, port } });
  } else parts.tell({ id: "page-closed", incident: null, fields: { by } });
  return result;
}

function begin(parts: HandlerParts, user: string | null): SessionBegun {
  const { sessions } = parts.access;
  const secret = sessions.begin(user);
  const open = sessions.find(hashOf(secret), false);
  const who = whoOf(parts, secret, open);
  return { secret, who };
}

function whoOf(
  parts: HandlerParts,
  secret: string,
  open: ReturnType<Access["sessions"]["find"]>,
): Who {
  return {
    user: open?.user ?? "",
    role: open?.role ?? "viewer",
    by: "session",
    csrf: csrfOf(secret),
    endsAt: open?.endsAt ?? null,
    idleMs: parts.access.sessionIdleMs,
    mustSetPassword: open?.isByCode === true && !parts.access.page.hasPassword,
  };
}

function whoIs(parts: HandlerParts, { name, role, remote }: Caller): Who {
  const { sessions, page, store, sessionIdleMs } = parts.access;
  const id = remote?.session ?? null;
  const open = id === null ? null : sessions.find(id, false);
  const token =
    remote?.by === "token" ? store.accounts.tokens.find((one) => one.name === name) : null;
  return {
    user: name,
    role,
    by: remote === undefined || remote.by === "none" ? "kernel" : remote.by,
    csrf: remote?.csrf ?? null,
    endsAt: open?.endsAt ?? token?.endsAt ?? null,
    idleMs: open === null ? null : sessionIdleMs,
    mustSetPassword: open?.isByCode === true && !page.hasPassword,
  };
}

function told(parts: HandlerParts, what: AccessChange, name: string, caller: Caller): void {
  const fields = { what, name, by: caller.name };
  parts.tell({ id: "access-changed", incident: null, fields });
}

/** On the control socket everybody is on this server. */
function addressOf({ remote }: Caller): IpAddress {
  return remote?.from ?? LOCAL;
}

const LOCAL = parseAddress("127.0.0.1") as IpAddress;
const NO_SESSION: Refusal = {
  status: 409,
  code: "access/no-session",
  message: "there is no session to end",
};
const NO_PASSWORD: Refusal = {
  status: 409,
  code: "access/no-password",
  message: "you have no password here",
  hint: "`solosafe user password NAME` sets one, as root.",
};
const WRONG_OLD: Refusal = {
  status: 403,
  code: "access/wrong-old-password",
  message: "the old password is wrong",
};
