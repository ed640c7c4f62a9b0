/**
 * Who may do what.
 *
 * The agent serves the contract on two unix sockets. On `run/control.sock` the kernel says who asks:
 * root, or the agent's own account, is administrator. On `run/web.sock` the kernel's word gives
 * nothing; it is for the web program, and every request on it carries headers:
 *
 * - `authorization: Bearer <secret>` of a session or of a script's token, or `Basic <user:password>`
 *   for tools. Without it only routes of role `anyone` are answered. 401: not known, or no longer.
 * - `x-solosafe-client: <address>`: who asks, as the web program sees it (IPv4 or IPv6, no port). A
 *   request for a person without it is refused (400); one for the web program itself (`reach`
 *   `program`) is refused with it. So the web program must never pass on an `x-solosafe-…` header
 *   that came from outside, and always sets this one when it passes a request on.
 * - `x-solosafe-csrf: <csrf>`: with a session, on every route but GET ones, the `csrf` of the answer
 *   that began the session, or of `whoAmI`. It is the page that sends it: the web program passes it
 *   on, and needs to remember nothing. 403 `access/csrf` without. Scripts' tokens and Basic need none:
 *   the web program takes Basic from no browser (a request with `sec-fetch-site` or `origin`).
 *
 * The session's secret belongs into a cookie that only the web program reads; the page gets user,
 * role, csrf and times. The agent keeps nothing but its SHA-256.
 *
 * Statuses beside those of every route: 401 not signed in, 403 not allowed, 429 locked out or too
 * many at once (`error.retryAfterMs` says how long), 507 the disk took nothing, so nothing changed.
 */
import * as z from "zod/mini";
import {
  auditEntry,
  sessionBegun,
  tokenFacts,
  userFacts,
  webReport,
  webSettings,
  webStatus,
  who,
} from "./access-answers.ts";
import { PAGE_MAX, ROLES, route } from "./route.ts";

/** Which header says what. Node gives names in lower case. */
export const CLIENT_HEADER = "x-solosafe-client";
export const CSRF_HEADER = "x-solosafe-csrf";

export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;
/** A token without an end is one that nobody remembers; this is the longest one may be given. */
export const TOKEN_LIFE_MAX_MS = 10 * 365 * 86_400_000;

const nothing = z.strictObject({});
const role = z.enum(ROLES);
/** Of users and of tokens. */
const accountName = z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{0,31}$/));
/** What is typed at a sign-in may be anything; it is compared, never kept. */
const typed = z.string().check(z.maxLength(PASSWORD_MAX * 2));
const newPassword = z.string().check(z.minLength(PASSWORD_MIN), z.maxLength(PASSWORD_MAX));
const SESSION_ROUTES = {
  /** The same answer, in the same time, for a wrong password and an unknown user. */
  sessionBegin: route({
    name: "sessionBegin",
    method: "POST",
    path: "/v1/session/begin",
    request: z.strictObject({ user: typed, password: typed }),
    response: sessionBegun,
    role: "anyone",
  }),
  /** With a code of `solosafe web code`, once, within 10 minutes, from a loopback address only. */
  sessionByCode: route({
    name: "sessionByCode",
    method: "POST",
    path: "/v1/session/by-code",
    request: z.strictObject({ code: z.string().check(z.maxLength(64)) }),
    response: sessionBegun,
    role: "anyone",
  }),
  sessionEnd: route({
    name: "sessionEnd",
    method: "POST",
    path: "/v1/session/end",
    request: nothing,
    response: nothing,
    role: "viewer",
    isOwn: true,
  }),
  whoAmI: route({
    name: "whoAmI",
    method: "GET",
    path: "/v1/session",
    request: nothing,
    response: who,
    role: "viewer",
    isOwn: true,
  }),
  /** Of the caller; ends all other sessions of that user. */
  passwordChange: route({
    name: "passwordChange",
    method: "POST",
    path: "/v1/session/password",
    request: z.strictObject({ old: typed, password: newPassword }),
    response: nothing,
    role: "viewer",
    isOwn: true,
    isForPeople: true,
  }),
} as const;

const USER_ROUTES = {
  users: route({
    name: "users",
    method: "GET",
    path: "/v1/users",
    request: nothing,
    response: z.object({ users: z.array(userFacts) }),
    role: "administrator",
    isForPeople: true,
  }),
  userAdd: route({
    name: "userAdd",
    method: "POST",
    path: "/v1/users/add",
    request: z.strictObject({ name: accountName, role, password: newPassword }),
    response: userFacts,
    role: "administrator",
    isForPeople: true,
  }),
  /** Another role or password; ends the user's sessions. */
  userChange: route({
    name: "userChange",
    method: "POST",
    path: "/v1/users/change",
    request: z.strictObject({
      name: accountName,
      role: z.optional(role),
      password: z.optional(newPassword),
    }),
    response: userFacts,
    role: "administrator",
    isForPeople: true,
    isDangerous: true,
  }),
  userRemove: route({
    name: "userRemove",
    method: "POST",
    path: "/v1/users/remove",
    request: z.strictObject({ name: accountName }),
    response: nothing,
    role: "administrator",
    isForPeople: true,
    isDangerous: true,
  }),
  tokens: route({
    name: "tokens",
    method: "GET",
    path: "/v1/tokens",
    request: nothing,
    response: z.object({ tokens: z.array(tokenFacts) }),
    role: "administrator",
    isForPeople: true,
  }),
  /** The secret is in this answer and nowhere else. `forMs` null: no end. */
  tokenAdd: route({
    name: "tokenAdd",
    method: "POST",
    path: "/v1/tokens/add",
    request: z.strictObject({
      name: accountName,
      role,
      route: z._default(z.nullable(z.string().check(z.regex(/^[a-zA-Z]{1,40}$/))), null),
      forMs: z._default(
        z.nullable(z.number().check(z.int(), z.minimum(60_000), z.maximum(TOKEN_LIFE_MAX_MS))),
        null,
      ),
    }),
    response: z.object({ secret: z.string(), token: tokenFacts }),
    role: "administrator",
    isForPeople: true,
  }),
  tokenRemove: route({
    name: "tokenRemove",
    method: "POST",
    path: "/v1/tokens/remove",
    request: z.strictObject({ name: accountName }),
    response: nothing,
    role: "administrator",
    isForPeople: true,
    isDangerous: true,
  }),
  /** The newest first; `before`: older than that number. */
  audit: route({
    name: "audit",
    method: "GET",
    path: "/v1/audit",
    request: z.strictObject({
      before: z.optional(z.coerce.number().check(z.int(), z.minimum(0))),
      limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(PAGE_MAX)), 100),
    }),
    response: z.object({ entries: z.array(auditEntry), lost: z.number() }),
    role: "administrator",
    isForPeople: true,
  }),
} as const;

const WEB_ROUTES = {
  /** One more sign-in without a password, from this server only. The newest code is the only one. */
  webCode: route({
    name: "webCode",
    method: "POST",
    path: "/v1/web/code",
    request: nothing,
    response: z.object({ code: z.string(), endsAt: z.number(), address: z.string() }),
    role: "administrator",
    reach: "local",
  }),
  /** Sets the password of an administrator, and opens the page unless the configuration forbids it. */
  webSetup: route({
    name: "webSetup",
    method: "POST",
    path: "/v1/web/setup",
    request: z.strictObject({ user: z._default(accountName, "admin"), password: newPassword }),
    response: webStatus,
    role: "administrator",
    reach: "local",
  }),
  webStatus: route({
    name: "webStatus",
    method: "GET",
    path: "/v1/web/status",
    request: nothing,
    response: webStatus,
    role: "viewer",
  }),
  webSettings: route({
    name: "webSettings",
    method: "GET",
    path: "/v1/web/settings",
    request: nothing,
    response: webSettings,
    role: "anyone",
    reach: "program",
  }),
  /** The web program tells where it listens, at its start and when that changes. */
  webReport: route({
    name: "webReport",
    method: "POST",
    path: "/v1/web/report",
    request: webReport,
    response: webSettings,
    role: "anyone",
    reach: "program",
  }),
} as const;

/** Routes of users, sessions, tokens, audit trail and the page itself. */
export const ACCESS_ROUTES = { ...SESSION_ROUTES, ...USER_ROUTES, ...WEB_ROUTES } as const;
