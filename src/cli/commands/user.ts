import type { UserFacts } from "../../api/access-answers.ts";
import type { CallProblem } from "../../api/client.ts";
import { ROLES, type Role } from "../../api/route.ts";
import { formatDuration } from "../../base/duration.ts";
import type { Result } from "../../base/result.ts";
import { PASSWORD_OPTIONS, readPassword } from "../access/read-password.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall } from "../context.ts";
import { clock } from "../event-line.ts";
import { table } from "../layout.ts";

/** `solosafe user`. */
export const user: Command = {
  name: "user",
  usage: [
    "list",
    "add NAME [--role ROLE] [--password-file FILE]",
    "password NAME [--password-file FILE]",
    "role NAME ROLE",
    "remove NAME",
  ],
  summary: "List, add, change or remove those who may sign in on the page",
  detail:
    "A viewer sees everything but the configuration; an operator also starts, stops, suspends and rehearses; an administrator does everything the page can. Another role or password ends the user's sessions and lifts a lock.",
  options: {
    role: { value: "ROLE", help: "viewer, operator or administrator (default: viewer)" },
    ...PASSWORD_OPTIONS,
  },
  words: [1, 3],
  examples: [
    ["add naoko --role operator", "asks for a password"],
    ["password naoko", "another one; who was signed in signs in again"],
    ["list", "who may sign in, and who was last seen when"],
  ],
  async run(context, words) {
    const [action, name, third] = words.plain;
    const { client } = context;
    if (action === "list" && name === undefined) return await list(context);
    if (name === undefined || (third !== undefined && action !== "role")) return unknown(context);
    if (action === "add") return await add(context, words, name);
    if (action === "password") return await setPassword(context, words, name);
    if (action === "role") return await setRole(context, name, third);
    if (action !== "remove") return unknown(context);
    const removed = await client.call("userRemove", { name });
    return done(context, removed, `\`${name}\` may not sign in any more.`);
  },
};

function unknown(context: Context): number {
  const say = "say `list`, `add NAME`, `password NAME`, `role NAME ROLE` or `remove NAME`";
  return refuse(context, 2, usageFault(say, null));
}

async function list(context: Context): Promise<number> {
  const result = await context.client.call("users", {});
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () => {
    const rows = result.value.users.map(rowOf);
    if (rows.length === 0) return "Nobody may sign in yet.";
    return table([["NAME", "ROLE", "LAST SIGN-IN", "SESSIONS", ""], ...rows], "").join("\n");
  });
  return 0;
}

function rowOf({ name, role, signedInAt, sessions, lockedMs }: UserFacts): string[] {
  const last = signedInAt === null ? "never" : clock(signedInAt, true);
  const lock = lockedMs === 0 ? "" : `locked for ${formatDuration(lockedMs)}`;
  return [name, role, last, String(sessions), lock];
}

async function add(context: Context, words: Words, name: string): Promise<number> {
  const role = roleOf(words.text("role") ?? "viewer");
  if (role === null) return noRole(context);
  const password = await readPassword(context, words);
  if (!password.ok) return refuse(context, 2, password.problem);
  const added = await context.client.call("userAdd", { name, role, password: password.value });
  return done(context, added, `\`${name}\` may sign in, as ${role}.`);
}

async function setPassword(context: Context, words: Words, name: string): Promise<number> {
  const password = await readPassword(context, words);
  if (!password.ok) return refuse(context, 2, password.problem);
  const changed = await context.client.call("userChange", { name, password: password.value });
  return done(context, changed, `\`${name}\` has another password.`);
}

async function setRole(context: Context, name: string, typed: string | undefined): Promise<number> {
  const role = roleOf(typed ?? "");
  if (role === null) return noRole(context);
  const changed = await context.client.call("userChange", { name, role });
  return done(context, changed, `\`${name}\` is ${role} now.`);
}

function done(context: Context, result: Result<object, CallProblem>, text: string): number {
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () => text);
  return 0;
}

/** Null when there is no such role. */
export function roleOf(text: string): Role | null {
  return ROLES.find((one) => one === text) ?? null;
}

/** Says which roles there are. */
export function noRole(context: Context): number {
  return refuse(context, 2, usageFault(`a role is one of ${ROLES.join(", ")}`, null));
}
