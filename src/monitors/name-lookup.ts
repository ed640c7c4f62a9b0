import { parseAddress } from "../base/ip-address.ts";
import { type Millis } from "../base/duration.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import type { Host } from "../ports/host.ts";
import type { NameAnswer, NameServer } from "../ports/name.ts";
import { DNS_PORT, OWN_SERVER, SERVERS_FILE, SERVERS_MOST } from "./name-servers.ts";

type LookupHost = Pick<Host, "readFile" | "askName">;

const HOSTS_FILE = "/etc/hosts";
const FILE_BYTES = 256 * 1024;
const SEARCHED_MOST = 3;
const ADDRESSES_MOST = 8;
/** Of the time: files are read at once, or lie on a disk that hangs. */
const FILES_SHARE = 0.25;

/**
 * The addresses of a name: from /etc/hosts, else from the name servers of /etc/resolv.conf, all asked
 * at once. Not by the C library: a dead name server would hold one of the four threads that files
 * are read and written with. Other sources (LDAP, mDNS) are not asked.
 */
export async function lookUp(
  host: LookupHost,
  name: string,
  timeoutMs: Millis,
  signal: AbortSignal,
): Promise<Result<readonly string[], string>> {
  const files = await atMost(timeoutMs * FILES_SHARE, readFiles(host));
  if (files === null) return fail("the files that say how to look it up cannot be read");
  const known = addressesIn(files.hosts, name);
  if (known.length > 0) return succeed(known.slice(0, ADDRESSES_MOST));
  const { servers, search } = readSettings(files.settings);
  let problem = "no name server knows it";
  const names = candidates(name, search);
  for (const candidate of names) {
    const eachMs = (timeoutMs * (1 - FILES_SHARE)) / names.length;
    const found = await askAll(host, servers, candidate, eachMs, signal);
    if (found.ok) return found;
    problem = found.problem;
  }
  return fail(problem);
}

async function readFiles(
  host: LookupHost,
): Promise<{ readonly hosts: string; readonly settings: string }> {
  const [hosts, settings] = await Promise.all([
    host.readFile(HOSTS_FILE, FILE_BYTES),
    host.readFile(SERVERS_FILE, FILE_BYTES),
  ]);
  return { hosts: hosts.ok ? hosts.value : "", settings: settings.ok ? settings.value : "" };
}

/** Null when it takes longer; the work is abandoned then. */
async function atMost<Value>(limitMs: Millis, work: Promise<Value>): Promise<Value | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), limitMs);
  const first = await Promise.race([work, promise]);
  clearTimeout(timer);
  return first;
}

/** Reads the lines of hosts(5). */
function addressesIn(text: string, name: string): readonly string[] {
  const wanted = name.toLowerCase().replace(/\.$/, "");
  return text.split("\n").flatMap((line) => {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    const isMeant = names.some((one) => one.toLowerCase() === wanted);
    return isMeant && parseAddress(address) !== null ? [address] : [];
  });
}

function readSettings(text: string): {
  readonly servers: readonly NameServer[];
  readonly search: readonly string[];
} {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  const servers = lines
    .filter(([word, address = ""]) => word === "nameserver" && parseAddress(address) !== null)
    .map(([, address = ""]) => ({ address, port: DNS_PORT }));
  // The last of these lines counts (resolv.conf(5)).
  const search = lines.findLast(([word]) => word === "search" || word === "domain")?.slice(1) ?? [];
  return {
    servers: servers.length === 0 ? [OWN_SERVER] : servers.slice(0, SERVERS_MOST),
    search: search.slice(0, SEARCHED_MOST),
  };
}

function candidates(name: string, search: readonly string[]): readonly string[] {
  if (name.endsWith(".")) return [name.slice(0, -1)];
  return name.includes(".") ? [name] : [...search.map((domain) => `${name}.${domain}`), name];
}

/** What the first server with a clear answer says. */
async function askAll(
  host: LookupHost,
  servers: readonly NameServer[],
  name: string,
  timeoutMs: Millis,
  signal: AbortSignal,
): Promise<Result<readonly string[], string>> {
  const answers: NameAnswer[] = [];
  const asked = servers.map(async (server) => {
    const both = await Promise.all(
      (["A", "AAAA"] as const).map((record) =>
        host.askName({ server, name, record, timeoutMs }, signal),
      ),
    );
    answers.push(...both);
    const addresses = both.flatMap((one) => (one.kind === "answered" ? one.records : []));
    if (addresses.length === 0) throw new Error("no address");
    return addresses;
  });
  try {
    return succeed((await Promise.any(asked)).slice(0, ADDRESSES_MOST));
  } catch {
    return fail(whyNone(answers));
  }
}

function whyNone(answers: readonly NameAnswer[]): string {
  const kinds = new Set(answers.map(({ kind }) => kind));
  if (kinds.has("noSuchName")) return "no name server knows it";
  if (kinds.has("noRecord")) return "it has no address";
  if (kinds.has("silent") || kinds.has("unreachable")) return "no name server answers";
  return "the name servers answer with errors";
}
