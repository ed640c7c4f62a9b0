import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { type Fault } from "../base/result.ts";

/**
 * The name in a `host` header, without port and brackets, in lower case; null when it is none that
 * a browser could have sent.
 */
export function hostName(host: string | undefined): string | null {
  const found = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host ?? "");
  const name = (found?.[1] ?? found?.[2])?.toLowerCase().replace(/\.$/, "");
  return name === undefined || (found?.[1] !== undefined && isIP(name) !== 6) ? null : name;
}

/**
 * Whether a request was meant for this server. A page elsewhere can let its own name point here (DNS
 * rebinding); then the browser takes us for that page's server. An address cannot be pointed elsewhere.
 */
export function isOurHost(host: string | undefined, names: ReadonlySet<string>): boolean {
  const name = hostName(host);
  return name !== null && (isIP(name) !== 0 || names.has(name));
}

/** What proxies say of whom they speak for (RFC 7239, RFC 9110 7.6.3, and what was usual before). */
const PROXY_HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/** Whether a request came through a proxy that says so. */
export function isPassedOn(headers: IncomingHttpHeaders): boolean {
  return PROXY_HEADERS.some((name) => headers[name] !== undefined);
}

/**
 * Why a request that changes something does not come from our own page; null when it does, or comes
 * from no browser. Every browser of the last years sends at least one of the two headers with it.
 */
export function foreignOrigin(headers: IncomingHttpHeaders, isSecure: boolean): Fault | null {
  const site = headers["sec-fetch-site"];
  const { origin, host } = headers;
  const own = `${isSecure ? "https" : "http"}://${host ?? ""}`.toLowerCase();
  const isForeign =
    (site !== undefined && site !== "same-origin") ||
    (origin !== undefined && origin.toLowerCase() !== own);
  if (!isForeign) return null;
  return { code: "access/foreign-page", message: "this was asked by another page than ours" };
}
