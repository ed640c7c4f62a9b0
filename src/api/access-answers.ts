import * as z from "zod/mini";
import { ROLES } from "./route.ts";

const role = z.enum(ROLES);
/** Calendar time, milliseconds since 1970. */
const wall = z.number();

export const who = z.object({
  user: z.string(),
  role,
  /** `kernel`: on the control socket. */
  by: z.enum(["kernel", "session", "token", "basic"]),
  /** To be sent with all but GET requests; null where none is needed. */
  csrf: z.nullable(z.string()),
  /** It ends then whatever happens, and after `idleMs` without a request; null: no end. */
  endsAt: z.nullable(wall),
  idleMs: z.nullable(z.number()),
  /** The password is the first one, or none: the page asks for one before anything else. */
  mustSetPassword: z.boolean(),
});
export type Who = z.infer<typeof who>;

/** A session that began. `secret` goes into the cookie and nowhere else. */
export const sessionBegun = z.object({ secret: z.string(), who });
export type SessionBegun = z.infer<typeof sessionBegun>;

export const userFacts = z.object({
  name: z.string(),
  role,
  since: wall,
  /** Last sign-in; null: never. */
  signedInAt: z.nullable(wall),
  sessions: z.number(),
  /** Locked out for so long; 0 = not. */
  lockedMs: z.number(),
});
export type UserFacts = z.infer<typeof userFacts>;

export const tokenFacts = z.object({
  name: z.string(),
  role,
  /** The only route it is good for; null: all of its role. */
  route: z.nullable(z.string()),
  since: wall,
  endsAt: z.nullable(wall),
  usedAt: z.nullable(wall),
});
export type TokenFacts = z.infer<typeof tokenFacts>;

/** One line of the audit trail. */
export const auditEntry = z.object({
  seq: z.number(),
  wall,
  /** Account or token; `null`: nobody signed in. */
  who: z.nullable(z.string()),
  by: z.enum(["kernel", "session", "token", "basic", "none"]),
  /** Address of the client; `local`: the control socket. */
  from: z.string(),
  /** Name of the route. */
  what: z.string(),
  /** What it was about, secrets left out: names, a scope, a version. */
  about: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** `done`, or the code of the refusal. */
  result: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** What the web program needs to know before anybody has signed in. */
export const webSettings = z.object({
  port: z.number(),
  /** Listen on every address with HTTPS; otherwise on this server's loopback only. */
  isPublic: z.boolean(),
  /** Addresses and networks that may connect from outside; empty: all. Loopback always may. */
  allow: z.array(z.string()),
  /** PEM files instead of our own certificate; null: our own. */
  certificate: z.nullable(z.object({ certificate: z.string(), key: z.string() })),
  /** Nobody asked for so long: it ends, and systemd starts it at the next connection. */
  idleMs: z.number(),
  language: z.string(),
  title: z.string(),
  hasPassword: z.boolean(),
  /** Grows with every change of what is above: compare, and listen anew. */
  revision: z.number(),
});
export type WebReport = z.infer<typeof webReport>;
export type WebSettings = z.infer<typeof webSettings>;

export const webReport = z.strictObject({
  /** SHA-256 of the certificate, as `AA:BB:…`; null: no HTTPS. */
  fingerprint: z.nullable(z.string().check(z.regex(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/))),
  /** What to type into a browser, the best first. */
  addresses: z.array(z.string().check(z.maxLength(300))).check(z.maxLength(64)),
  /** Why it does not listen as it should; null: it does. */
  fault: z.nullable(z.string().check(z.maxLength(500))),
});

export const webStatus = z.object({
  port: z.number(),
  isPublic: z.boolean(),
  /** Why it is or is not: `password`, `no-password`, `configuration`. */
  because: z.enum(["password", "no-password", "configuration"]),
  hasPassword: z.boolean(),
  users: z.number(),
  sessions: z.number(),
  /** Where the page is; told by the web program, guessed before it ever ran. */
  addresses: z.array(z.string()),
  fingerprint: z.nullable(z.string()),
  fault: z.nullable(z.string()),
  /** When the web program last told; null: not since the agent's start. */
  toldAt: z.nullable(wall),
  /** Whether an administrator on the page may change what root runs (`page.edit-scripts`). */
  editsScripts: z.boolean(),
  /** Why nobody but root can sign in: the file of users cannot be used; null: it can. */
  accessFault: z.nullable(z.string()),
});
export type WebStatus = z.infer<typeof webStatus>;
