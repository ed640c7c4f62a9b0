import * as z from "zod/mini";
import { HOUR, MINUTE, SECOND, formatDuration } from "../base/duration.ts";
import { type NameAnswer, type NameServer, RECORD_TYPES } from "../ports/name.ts";
import {
  type Complaint,
  NO_LINKS,
  type Probe,
  type ProbeContext,
  type ProbeResult,
  defineMonitor,
  failed,
  ok,
  unknown,
  warning,
} from "./define.ts";
import { about, compile, duration, line, pattern } from "./fields.ts";
import { DNS_PORT, OWN_SERVER, SERVERS_FILE, SERVERS_MOST } from "./name-servers.ts";
import { unreachable } from "./network-fault.ts";

const FILE_BYTES = 16 * 1024;
/** A silent server is told as one, before the probe is out of time. */
const SHARE_OF_TIMEOUT = 0.75;
const SHOWN_RECORDS = 4;

const params = z.strictObject({
  name: about(
    "The name to ask for; for record `PTR` an address",
    z.string().check(
      z.regex(/^(?!.*\.\.)(?!\.)[A-Za-z0-9._:-]{1,253}$/, {
        error: "this is not a name that can be asked for",
      }),
    ),
  ),
  record: about("Type of the record", z._default(z.enum(RECORD_TYPES), "A")),
  server: about(
    "Address of the name server, with or without a port; default: those of /etc/resolv.conf",
    z.optional(
      z.string().check(
        z.refine((text) => readServer(text) !== null, {
          error: "an address such as `192.0.2.53` or `[2001:db8::53]:5353` is needed here",
        }),
      ),
    ),
  ),
  expect: about(
    "Records that must be among the answers, such as `192.0.2.10` or `10 mail.example.org`",
    z.optional(z.array(line(1000)).check(z.minLength(1), z.maxLength(100))),
  ),
  matches: about("Regular expression that one of the answers must match", z.optional(pattern())),
  "max-latency": about("A slower answer is a failure", z.optional(duration(1, HOUR))),
});
type Params = z.output<typeof params>;

/** An address with or without a port, IPv6 with a port in brackets. */
function readServer(text: string): NameServer | null {
  const [, four, fourPort] = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/.exec(text) ?? [];
  const [, inner, sixPort] = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  const six = inner ?? (four === undefined ? text : undefined);
  const port = Number(fourPort ?? sixPort ?? DNS_PORT);
  if (port < 1 || port > 65_535) return null;
  if (four !== undefined) return URL.canParse(`http://${four}/`) ? { address: four, port } : null;
  // A link-local address names its interface behind a percent sign, which an URL may not.
  const isSix = /^[0-9a-fA-F:.]+(?:%[\w.-]+)?$/.test(six ?? "");
  const isValid = isSix && URL.canParse(`http://[${six?.replace(/%.*$/, "") ?? ""}]/`);
  return isValid ? { address: six ?? "", port } : null;
}

function placeOf({ address, port }: NameServer): string {
  if (port === DNS_PORT) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

interface Servers {
  readonly list: readonly NameServer[];
  /** Nobody is named; the programs of this server ask it all the same. */
  readonly isFallback: boolean;
}

async function findServers(
  { host }: ProbeContext,
  own: NameServer | null,
): Promise<Servers | ProbeResult> {
  if (own !== null) return { list: [own], isFallback: false };
  const file = await host.readFile(SERVERS_FILE, FILE_BYTES);
  if (!file.ok && file.problem.code !== "ENOENT") {
    return unknown(`the name servers are not known: ${file.problem.message}; write \`server:\``);
  }
  const list = (file.ok ? file.value : "")
    .split("\n")
    .flatMap((text) => /^\s*nameserver\s+(\S+)/.exec(text)?.[1] ?? [])
    .flatMap((text) => readServer(text) ?? [])
    .slice(0, SERVERS_MOST);
  return list.length > 0 ? { list, isFallback: false } : { list: [OWN_SERVER], isFallback: true };
}

/** What one server's answer means: a program takes it as it is, or asks the next server. */
interface Verdict {
  readonly result: ProbeResult;
  readonly isFinal: boolean;
}

function judge(
  given: Params,
  expression: RegExp | null,
  server: NameServer,
  answer: NameAnswer,
): Verdict {
  const place = placeOf(server);
  const asked = `${given.name} ${given.record}`;
  const next = (text: string): Verdict => ({ result: failed(text), isFinal: false });
  const final = (text: string): Verdict => ({ result: failed(text), isFinal: true });
  switch (answer.kind) {
    case "silent":
      return next(`${place} does not answer`);
    case "unreachable":
      if (answer.problem.code === "ECONNREFUSED") return next(`nobody listens at ${place}`);
      return { result: unreachable(answer.problem), isFinal: false };
    case "serverFailed":
      return next(`${place} could not find out ${asked} (SERVFAIL)`);
    case "refused":
      return next(`${place} refuses to answer (REFUSED)`);
    case "otherCode":
      return next(`${place} answered ${asked} with code ${answer.code}`);
    case "garbled":
      return next(`${place} answered something that is no answer`);
    case "noSuchName":
      return final(`${place} says that there is no name ${given.name} (NXDOMAIN)`);
    case "noRecord":
      return final(`${place} knows ${given.name}, but no ${given.record} record of it`);
    case "answered":
      return { result: judgeRecords(given, expression, place, answer), isFinal: true };
  }
}

function judgeRecords(
  given: Params,
  expression: RegExp | null,
  place: string,
  { records, tookMs }: Extract<NameAnswer, { readonly kind: "answered" }>,
): ProbeResult {
  const text = `${place} answered ${shorten(records)}`;
  const has = new Set(records.map(comparable));
  const missing = (given.expect ?? []).filter((one) => !has.has(comparable(one)));
  if (missing.length > 0) return failed(`${text}, expected ${shorten(missing)}`);
  if (expression !== null && !records.some((one) => expression.test(one))) {
    return failed(`${text}, which does not match \`${given.matches ?? ""}\``);
  }
  const took = formatDuration(tookMs);
  const most = given["max-latency"];
  if (most !== undefined && tookMs > most) {
    return failed(`${place} took ${took}, at most ${formatDuration(most)} is allowed`);
  }
  return ok(`${text} in ${took}`);
}

/** Names are the same in upper and lower case, and with the dot at their end. */
function comparable(record: string): string {
  return record.toLowerCase().replace(/\.$/, "");
}

function shorten(records: readonly string[]): string {
  const shown = records.slice(0, SHOWN_RECORDS).map((one) => one.slice(0, 80));
  const more = records.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/** Asks like a program: the first server that gives an answer decides, the others are told. */
function conclude(verdicts: readonly Verdict[]): ProbeResult {
  const first = verdicts.find(({ isFinal }) => isFinal);
  const bad = verdicts.filter((one) => one !== first && one.result.outcome !== "ok");
  const texts = bad.map(({ result }) => result.reason).join("; ");
  if (first === undefined) {
    const isFailed = bad.some(({ result }) => result.outcome === "failed");
    return isFailed ? failed(texts) : unknown(texts);
  }
  if (bad.length === 0) return first.result;
  const both = `${first.result.reason}; ${texts}`;
  return first.result.outcome === "ok" ? warning(both) : failed(both);
}

function createProbe(given: Params): Probe {
  const expression = given.matches === undefined ? null : compile(given.matches);
  const own = given.server === undefined ? null : readServer(given.server);
  return async (context) => {
    const servers = await findServers(context, own);
    if (!("list" in servers)) return servers;
    const { host, signal, timeoutMs } = context;
    const { name, record } = given;
    const verdicts = await Promise.all(
      servers.list.map(async (server) => {
        const question = { server, name, record, timeoutMs: timeoutMs * SHARE_OF_TIMEOUT };
        return judge(given, expression, server, await host.askName(question, signal));
      }),
    );
    const result = conclude(verdicts);
    if (!servers.isFallback || result.outcome === "ok") return result;
    return { ...result, reason: `no name server is named in ${SERVERS_FILE}; ${result.reason}` };
  };
}

function check(given: Params): readonly Complaint[] {
  const isAddress = given.name.includes(":") || /^[\d.]+$/.test(given.name);
  if (!isAddress || given.record === "PTR") return [];
  const what = "this is an address, which has no such record";
  return [{ key: "name", what, hint: "Write a name, or `record: PTR`." }];
}

export const dns = defineMonitor({
  name: "dns",
  title: "Name server",
  detects:
    "A name server that does not answer, refuses, fails, answers wrongly or too slowly, and a name that is gone.",
  cannotDetect:
    "Whether programs really ask this server: /etc/hosts, caches and other sources of names are not looked at.",
  params,
  shortForm: (value) => (typeof value === "string" ? { name: value } : null),
  shortExample: "example.org",
  defaults: {
    intervalMs: MINUTE / 2,
    timeoutMs: 10 * SECOND,
    retries: 2,
    finalAction: "none",
  },
  isEventDriven: () => false,
  links: (given) => {
    const server = given.server === undefined ? null : readServer(given.server);
    return { ...NO_LINKS, address: server?.address ?? null };
  },
  check,
  createProbe,
});
