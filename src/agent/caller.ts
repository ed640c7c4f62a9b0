import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { CSRF_HEADER } from "../api/contract-access.ts";
import { ROUTES, type RouteName } from "../api/contract.ts";
import { hasRight, type Role } from "../api/route.ts";
import type { IpAddress } from "../base/ip-address.ts";
import { type Fault, fail, type Result, succeed } from "../base/result.ts";

/** Why something was not done, with its HTTP status. */
export interface Refusal extends Fault {
  /**
   * 400: not understood; 401: not signed in; 403: not allowed; 404: no such thing; 409: not now, or
   * not at all; 429: wait; 503: cannot be told now; 507: a disk or a program failed.
   */
  readonly status: 400 | 401 | 403 | 404 | 409 | 429 | 503 | 507;
  readonly retryAfterMs?: number;
}

/** Who asks, and what they may. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  /** How that is known, where the kernel did not say it. */
  readonly remote?: Remote;
}

/** Somebody on the other side of the web program. */
export interface Remote {
  readonly by: "session" | "token" | "basic" | "none";
  /** Null: the web program itself. */
  readonly from: IpAddress | null;
  /** What must come along with all but GET requests; null where nothing must. */
  readonly csrf: string | null;
  /** Under which number the session is kept; null: there is none. */
  readonly session: string | null;
  /** The only route that this caller may call; null: all of the role. */
  readonly route: string | null;
  /** What was begun for this caller must end. */
  readonly isOver: () => boolean;
}

/** Says who asks for `route`, or why that cannot be told. */
export type Identify = (
  request: IncomingMessage,
  route: RouteName,
) => Result<Caller, Refusal> | Promise<Result<Caller, Refusal>>;

/** On the control socket the kernel says who asks; null: nobody who may ask for anything. */
export function byKernel(identify: (socket: Socket) => Caller | null): Identify {
  return ({ socket }, route) => {
    const caller = identify(socket);
    const isForUs = ROUTES[route].reach !== "program";
    return caller === null || !isForUs ? fail(NOT_ALLOWED) : succeed(caller);
  };
}

/** Null when this caller may call this route. */
export function whyNot(caller: Caller, name: RouteName, request: IncomingMessage): Refusal | null {
  const { role, isOwn, isForPeople, method } = ROUTES[name];
  const { remote } = caller;
  if (!hasRight(caller.role, isOwn ? "viewer" : role)) return NOT_ALLOWED;
  if (remote === undefined || role === "anyone") return null;
  if (remote.route !== null && remote.route !== name) return NOT_ALLOWED;
  if (isForPeople && remote.by === "token") return NOT_ALLOWED;
  if (method === "GET" || remote.csrf === null) return null;
  return request.headers[CSRF_HEADER] === remote.csrf ? null : NO_CSRF;
}

const NOT_ALLOWED: Refusal = {
  status: 403,
  code: "request/no-permission",
  message: "you may not do this",
};
const NO_CSRF: Refusal = {
  status: 403,
  code: "access/csrf",
  message: "this did not come from our page",
  hint: "Reload the page.",
};
