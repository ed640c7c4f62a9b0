import type { IncomingHttpHeaders } from "node:http";
import { fail, type Result, succeed } from "../base/result.ts";

/** What a session's cookie is called and how it is protected depends on how the page was reached. */
export interface Reached {
  readonly isSecure: boolean;
  readonly port: number;
}

/** What a session's or a script's secret may look like; also what may stand in a cookie. */
const SECRET = /^[\w.~+/=-]{8,512}$/;
const BASIC = /^[\w.~+/=-]{1,1024}$/;
const MISSING_MESSAGE = "sign in first";

/**
 * Browsers send cookies to every port of a host, so the port is in the name: the pages of two
 * checkouts on one server do not sign each other out. `__Host-` (RFC 6265bis) keeps other hosts of
 * the domain and plain HTTP from setting it. Plain HTTP is there on loopback only, where `Secure`
 * would lose the cookie in browsers that do not count `127.0.0.1` as secure (Safari).
 */
function cookieName({ isSecure, port }: Reached): string {
  return `${isSecure ? "__Host-" : ""}solosafe-${port}`;
}

/** A `set-cookie` header that keeps `secret`; null makes the browser forget it. */
export function sessionCookie(secret: string | null, reached: Reached): string {
  const value = secret ?? "";
  const end = secret === null ? "; Max-Age=0" : "";
  const secure = reached.isSecure ? "; Secure" : "";
  return `${cookieName(reached)}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}${end}`;
}

/** Who asks, as an `authorization` header for the agent. */
export interface Credentials {
  /** Null: nobody is said to be signed in. */
  readonly authorization: string | null;
  /** The browser sent it by itself: then the request must be shown to come from our page. */
  readonly isCookie: boolean;
}

/**
 * Reads a bearer token or Basic authentication, else the session's cookie. What looks like none is
 * refused here; whether it is one the agent says.
 */
export function credentialsOf(headers: IncomingHttpHeaders, reached: Reached): Result<Credentials> {
  const given = headers.authorization;
  if (given !== undefined) return authorizationOf(given, headers);
  const secret = cookieOf(headers.cookie ?? "", cookieName(reached));
  if (secret === null) return succeed({ authorization: null, isCookie: false });
  if (!SECRET.test(secret)) return fail({ code: "access/not-known", message: MISSING_MESSAGE });
  return succeed({ authorization: `Bearer ${secret}`, isCookie: true });
}

function authorizationOf(given: string, headers: IncomingHttpHeaders): Result<Credentials> {
  const [, scheme = "", value = ""] = /^(\w+) +(\S+)$/.exec(given) ?? [];
  if (scheme.toLowerCase() === "bearer" && SECRET.test(value)) {
    return succeed({ authorization: `Bearer ${value}`, isCookie: false });
  }
  if (scheme.toLowerCase() === "basic" && BASIC.test(value)) {
    // A browser keeps a password it was once told, and sends it with what other pages make it do.
    if (isFromBrowser(headers)) {
      const message = "a browser signs in on the page";
      return fail({ code: "access/basic-in-browser", message });
    }
    return succeed({ authorization: `Basic ${value}`, isCookie: false });
  }
  return fail({
    code: "access/not-known",
    message: "this is no way to sign in that is known here",
  });
}

export function isFromBrowser(headers: IncomingHttpHeaders): boolean {
  return headers["sec-fetch-site"] !== undefined || headers.origin !== undefined;
}

/** Null when there is none. A second one of the same name, which another host may have set, is ignored. */
function cookieOf(header: string, name: string): string | null {
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}
