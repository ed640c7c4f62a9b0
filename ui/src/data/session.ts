import type { Who } from "../../../src/api/access-answers.ts";
import type { Role } from "../../../src/api/route.ts";
import { call, type CallProblem, rememberCsrf } from "./client.ts";
import { Store } from "./store.ts";

/** Who sits before the page. */
export interface Session {
  readonly phase: "asking" | "signed-out" | "signed-in" | "unreachable";
  readonly who: Who | null;
  /** There was a session in this page before. */
  readonly hasEnded: boolean;
}

export const session = new Store<Session>({ phase: "asking", who: null, hasEnded: false });

const RANK: readonly Role[] = ["viewer", "operator", "administrator"];

/** Whether the person who is signed in may do what needs this role. */
export function mayBe(role: Role): boolean {
  const { who } = session.value;
  return who !== null && RANK.indexOf(who.role) >= RANK.indexOf(role);
}

function begin(who: Who): void {
  rememberCsrf(who.csrf);
  session.set({ phase: "signed-in", who, hasEnded: false });
}

/** Asks who is signed in. */
export async function findSession(): Promise<void> {
  const answer = await call("whoAmI", {});
  if (answer.ok) return begin(answer.value);
  session.set({ phase: answer.problem.kind === "not-signed-in" ? "signed-out" : "unreachable" });
}

/** Signs in; null when that worked. */
export async function signIn(user: string, password: string): Promise<CallProblem | null> {
  return after(await call("sessionBegin", { user, password }));
}

/** The same with a one-time code. */
export async function signInWithCode(code: string): Promise<CallProblem | null> {
  return after(await call("sessionByCode", { code: code.trim() }));
}

/** The answer to a sign-in has no secret: that stays in a cookie that no script can read. */
async function after(
  answer: { readonly ok: true } | { readonly ok: false; readonly problem: CallProblem },
): Promise<CallProblem | null> {
  if (!answer.ok) return answer.problem;
  await findSession();
  return session.value.phase === "signed-in" ? null : { kind: "not-signed-in" };
}

export async function signOut(): Promise<void> {
  await call("sessionEnd", {});
  rememberCsrf(null);
  session.set({ phase: "signed-out", who: null, hasEnded: false });
}

/** The agent knows the session no longer. */
export function sessionEnded(): void {
  rememberCsrf(null);
  session.set({ phase: "signed-out", who: null, hasEnded: true });
}
