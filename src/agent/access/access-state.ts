import * as z from "zod/mini";
import { ROLES } from "../../api/route.ts";
import { isHash } from "./passwords.ts";

export const USERS_MAX = 100;
export const TOKENS_MAX = 100;
/** Of one user; the oldest ends when there is one more. */
export const SESSIONS_OF_ONE = 10;
/** Nobody may be called like those who are somebody else. */
export const RESERVED: ReadonlySet<string> = new Set(["root", "one-time-code", "nobody"]);

const VERSION = 1;
const name = z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{0,31}$/));
const role = z.enum(ROLES);
const wall = z.number().check(z.minimum(0));
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

const user = z.object({
  name,
  role,
  hash: z.string().check(z.maxLength(500), z.refine(isHash, { error: "no hash of a password" })),
  since: wall,
  signedInAt: z.nullable(wall),
});
export type User = Readonly<z.infer<typeof user>>;

const session = z.object({
  id: sha256,
  /** Null: began with a one-time code, so with the rights of root. */
  user: z.nullable(name),
  since: wall,
  usedAt: wall,
});
export type Session = Readonly<z.infer<typeof session>>;

const token = z.object({
  name,
  id: sha256,
  role,
  route: z.nullable(z.string().check(z.maxLength(40))),
  since: wall,
  endsAt: z.nullable(wall),
  usedAt: z.nullable(wall),
});
export type ScriptToken = Readonly<z.infer<typeof token>>;

const saved = z.object({
  version: z.literal(VERSION),
  users: z.array(user).check(z.maxLength(USERS_MAX)),
  sessions: z.array(session).check(z.maxLength((USERS_MAX + 1) * SESSIONS_OF_ONE)),
  tokens: z.array(token).check(z.maxLength(TOKENS_MAX)),
});

/** Who may do what; never changed, only replaced. */
export interface AccessState {
  readonly users: readonly User[];
  readonly sessions: readonly Session[];
  readonly tokens: readonly ScriptToken[];
}

export const EMPTY: AccessState = { users: [], sessions: [], tokens: [] };

export function encodeAccess(state: AccessState): string {
  return `${JSON.stringify({ version: VERSION, ...state }, null, 1)}\n`;
}

/** Throws with why when it is not what was written. */
export function decodeAccess(text: string): AccessState {
  const { users, sessions, tokens } = z.parse(saved, JSON.parse(text));
  if (new Set(users.map((one) => one.name)).size !== users.length) {
    throw new Error("two users have the same name");
  }
  return { users, sessions, tokens };
}
