import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { formatDuration } from "../base/duration.ts";
import type { MailServer } from "../base/mail.ts";
import type { SendFault } from "../base/post.ts";

const ADDRESSES_MOST = 4;

/**
 * The addresses of a server as every program of this server finds them, hosts(5) included: the
 * mail library would ask the name servers only. At most four, or why there are none.
 */
export async function addressesOf({
  host,
  timeoutMs,
}: Pick<MailServer, "host" | "timeoutMs">): Promise<readonly string[] | SendFault> {
  if (isIP(host) !== 0) return [host];
  const late = Promise.withResolvers<never>();
  const limit = setTimeout(() => {
    late.reject(new Error(`no answer within ${formatDuration(timeoutMs)}`));
  }, timeoutMs);
  try {
    const found = await Promise.race([lookup(host, { all: true }), late.promise]);
    const addresses = found.map(({ address }) => address).slice(0, ADDRESSES_MOST);
    return addresses.length > 0 ? addresses : unknown(host, "it has no address");
  } catch (error) {
    return unknown(host, reasonOf(error));
  } finally {
    clearTimeout(limit);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : "";
  if (code === "ENOTFOUND") return "nobody knows it";
  return code === "EAI_AGAIN" ? "the name servers do not answer" : error.message;
}

function unknown(host: string, reason: string): SendFault {
  const why = `the name ${host} cannot be resolved: ${reason}`;
  const hint = "Check `host`, and the name servers of this server.";
  return { step: "connect", to: null, isFinal: false, why, hint };
}
