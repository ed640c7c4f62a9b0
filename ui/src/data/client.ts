import { CALLS, type CallName, type RequestOf, type ResponseOf } from "./calls.ts";

/** Why a call was not answered with what it asked for. */
export type CallProblem =
  /** The web program does not answer: the network, or it is gone. */
  | { readonly kind: "no-answer" }
  /** The web program answers and the agent does not. */
  | { readonly kind: "agent-down" }
  | { readonly kind: "not-signed-in" }
  | { readonly kind: "not-allowed" }
  | { readonly kind: "locked"; readonly retryAfterMs: number }
  | { readonly kind: "refused"; readonly message: string };

export type Called<Answer> =
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly problem: CallProblem };

/** The longest wait for an answer, in milliseconds. */
const DEADLINE_MS = 20_000;
const LOCKED_MS = 60_000;

/** Sent with everything that changes something; the answer to who I am brings it. */
let csrf: string | null = null;

export function rememberCsrf(token: string | null): void {
  csrf = token;
}

/** Asks one route. Never throws: what went wrong is a value. */
export async function call<Name extends CallName>(
  name: Name,
  request: RequestOf<Name>,
): Promise<Called<ResponseOf<Name>>> {
  const [method, path] = CALLS[name];
  const isGet = method === "GET";
  const query = isGet ? queryOf(request) : "";
  try {
    const response = await fetch(`${path}${query}`, {
      method,
      headers: isGet ? {} : changeHeaders(),
      ...(isGet ? {} : { body: JSON.stringify(request) }),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const body: unknown = await response.json().catch(() => null);
    // The web program passes on what the agent answered, which the contract's tests hold to this type.
    if (response.ok) return { ok: true, value: body as ResponseOf<Name> };
    return { ok: false, problem: problemOf(response.status, body) };
  } catch {
    return { ok: false, problem: { kind: "no-answer" } };
  }
}

function changeHeaders(): Record<string, string> {
  return {
    "content-type": "application/json",
    ...(csrf === null ? {} : { "x-solosafe-csrf": csrf }),
  };
}

function queryOf(request: object): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(request)) {
    if (value !== undefined && value !== null) query.set(key, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

interface ErrorBody {
  readonly error?: {
    readonly code?: unknown;
    readonly message?: unknown;
    readonly hint?: unknown;
    readonly retryAfterMs?: unknown;
  };
}

function problemOf(status: number, body: unknown): CallProblem {
  const error = (body as ErrorBody | null)?.error;
  if (status === 401) return { kind: "not-signed-in" };
  if (status === 429) {
    const wait = error?.retryAfterMs;
    return { kind: "locked", retryAfterMs: typeof wait === "number" ? wait : LOCKED_MS };
  }
  if (status === 403 && error?.code !== "access/csrf") return { kind: "not-allowed" };
  const isOfAgent = typeof error?.code !== "string" || error.code.startsWith("agent/");
  if (isOfAgent && status >= 502 && status <= 504) return { kind: "agent-down" };
  const said = [error?.message, error?.hint].filter((part) => typeof part === "string");
  return { kind: "refused", message: said.length === 0 ? String(status) : said.join(". ") };
}

/** What the web program tells everybody, signed in or not. */
export interface Health {
  readonly title: string;
  /** Somebody can sign in with a password. */
  readonly hasPassword: boolean;
}

/** Null when it does not answer. */
export async function askHealth(): Promise<Health | null> {
  try {
    const response = await fetch("health", { signal: AbortSignal.timeout(DEADLINE_MS) });
    const body = (await response.json()) as Partial<Health> | null;
    if (!response.ok || body === null) return null;
    return { title: String(body.title ?? ""), hasPassword: body.hasPassword !== false };
  } catch {
    return null;
  }
}
