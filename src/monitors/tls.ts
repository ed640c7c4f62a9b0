import * as z from "zod/mini";
import { DAY, HOUR, type Millis, MINUTE, SECOND } from "../base/duration.ts";
import type { Fault } from "../base/result.ts";
import { type Certificate, TLS_PROTOCOLS, type TlsFacts } from "../ports/tls.ts";
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
import { about, absolutePath, duration, hostName, port } from "./fields.ts";
import { unreachable } from "./network-fault.ts";

const HTTPS_PORT = 443;
const SHOWN_NAMES = 4;

const params = z.strictObject({
  host: about("Name or address to connect to; or `file`", z.optional(hostName())),
  port: about("TCP port", z._default(port(), HTTPS_PORT)),
  file: about(
    "A PEM file with a certificate on this server, instead of `host`",
    z.optional(absolutePath()),
  ),
  name: about(
    "Name that is asked for and that the certificate must be for; default: the host",
    z.optional(hostName()),
  ),
  warn: about("Valid for less time than this is a warning", z.prefault(duration(), "21d")),
  fail: about("Valid for less time than this is a failure", z.prefault(duration(), "3d")),
  verify: about(
    "Whether the issuer must be trusted and the name right; false: only dates are judged, and `name` where it is given",
    z._default(z.boolean(), true),
  ),
  ca: about(
    "A PEM file with the authorities to trust; default: those that this server trusts",
    z.optional(absolutePath()),
  ),
  "least-protocol": about(
    "Oldest version that is spoken",
    z._default(z.enum(TLS_PROTOCOLS), "TLSv1.2"),
  ),
});
type Params = z.output<typeof params>;

function shortForm(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== "string") return null;
  if (value.startsWith("/")) return { file: value };
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return null;
  return digits === undefined ? { host } : { host, port: Number(digits) };
}

function check(given: Params): readonly Complaint[] {
  const complaints: Complaint[] = [];
  if ((given.host === undefined) === (given.file === undefined)) {
    const what = "exactly one of `host` and `file` is needed";
    complaints.push({ key: given.file === undefined ? "" : "file", what, hint: null });
  }
  if (given.warn < given.fail) {
    const what = "the warning would come after the failure";
    complaints.push({ key: "warn", what, hint: "Write more time than `fail` has." });
  }
  return complaints;
}

/** A verdict about dates; ok when there is time enough. */
function judgeDates(given: Params, chain: readonly Certificate[], now: Millis): ProbeResult {
  const first = chain[0];
  const soonest = chain.toSorted((left, right) => left.validTo - right.validTo)[0];
  if (first === undefined || soonest === undefined) return failed("there is no certificate");
  const what = soonest === first ? "the certificate" : `the issuer's certificate ${soonest.title}`;
  const left = soonest.validTo - now;
  const day = new Date(soonest.validTo).toISOString().slice(0, 10);
  if (left <= 0) return failed(`${what} has expired ${since(-left)} ago, on ${day}`);
  const early = chain.find((one) => one.validFrom > now);
  if (early !== undefined) {
    const from = new Date(early.validFrom).toISOString().slice(0, 16).replace("T", " ");
    return failed(`the certificate ${early.title} is not valid before ${from} UTC`);
  }
  const text = `${what} expires in ${since(left)}, on ${day}`;
  if (left < given.fail) return failed(text);
  return left < given.warn ? warning(text) : ok(text);
}

/** Whole days, or hours below two days: people renew by the day. */
function since(span: Millis): string {
  const [size, one] =
    span >= 2 * DAY ? [DAY, "day"] : span >= 2 * HOUR ? [HOUR, "hour"] : [MINUTE, "minute"];
  const count = Math.floor(span / size);
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

function judgeName(asked: string, certificate: Certificate): ProbeResult | null {
  if (certificate.isForName) return null;
  const shown = certificate.names.slice(0, SHOWN_NAMES).join(", ");
  const more = certificate.names.length - SHOWN_NAMES;
  const list = more > 0 ? `${shown} and ${more} more` : shown || "no name at all";
  return failed(`the certificate is not for ${asked} but for ${list}`);
}

const SELF_SIGNED: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
]);
const NO_ISSUER: ReadonlySet<string> = new Set([
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
/** Dates are judged here, with the certificate that is meant. */
const DATES: ReadonlySet<string> = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);

function judgeTrust({ distrust, chain }: TlsFacts): ProbeResult | null {
  if (distrust === null || DATES.has(distrust)) return null;
  if (
    distrust === "DEPTH_ZERO_SELF_SIGNED_CERT" ||
    (SELF_SIGNED.has(distrust) && chain[0]?.isSelfSigned === true)
  ) {
    return failed("the certificate is signed by itself, and not trusted here");
  }
  if (SELF_SIGNED.has(distrust)) return failed("the authority that issued it is not trusted here");
  if (NO_ISSUER.has(distrust)) {
    return failed(
      "nobody knows who issued it: the issuer is not trusted, or its certificate is not sent",
    );
  }
  return failed(`the certificate is not trusted: ${distrust}`);
}

/** A connection that did not become one; only what this server lacks is not the other's fault. */
function judgeFault(given: Params, place: string, problem: Fault): ProbeResult {
  if (problem.code === "no-authorities") return unknown(problem.message);
  if (/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION/.test(problem.code)) {
    return failed(`${place} speaks no ${given["least-protocol"]} or later`);
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER/.test(problem.code)) {
    return failed(`${place} answers, but does not speak TLS`);
  }
  if (/^(?:ERR_SSL_|EPROTO)/.test(problem.code)) {
    const word = problem.code
      .replace(/^ERR_SSL_/, "")
      .toLowerCase()
      .replaceAll("_", " ");
    return failed(`the handshake with ${place} failed: ${word}`);
  }
  return unreachable(problem);
}

async function probeFile(
  { host }: ProbeContext,
  given: Params,
  path: string,
): Promise<ProbeResult> {
  const read = await host.readCertificates(path, given.name ?? null);
  if (!read.ok) {
    return read.problem.code === "ENOENT"
      ? failed(`there is no file ${path}`)
      : unknown(`the certificate could not be read: ${read.problem.message}`);
  }
  const [first] = read.value;
  if (first === undefined) return failed(`${path} holds no certificate in PEM form`);
  return judgeName(given.name ?? "", first) ?? judgeDates(given, read.value, Date.now());
}

async function probeServer(
  { host, signal }: ProbeContext,
  given: Params,
  server: string,
): Promise<ProbeResult> {
  const name = given.name ?? server;
  const place = `${server.includes(":") ? `[${server}]` : server}:${given.port}`;
  const talk = {
    host: server,
    port: given.port,
    name,
    authorities: given.ca ?? null,
    leastProtocol: given["least-protocol"],
  };
  const answer = await host.shakeHands(talk, signal);
  if (!answer.ok) return judgeFault(given, place, answer.problem);
  const { chain } = answer.value;
  const [first] = chain;
  const dates = judgeDates(given, chain, Date.now());
  if (dates.outcome === "failed" || first === undefined) return dates;
  const isNameJudged = given.verify || given.name !== undefined;
  return (
    (isNameJudged ? judgeName(name, first) : null) ??
    (given.verify ? judgeTrust(answer.value) : null) ??
    dates
  );
}

function createProbe(given: Params): Probe {
  const { file, host = "" } = given;
  return file === undefined
    ? (context) => probeServer(context, given, host)
    : (context) => probeFile(context, given, file);
}

export const tls = defineMonitor({
  name: "tls",
  title: "Certificate",
  detects:
    "A certificate that expires soon, is for another name or not trusted, and a server that shakes no hands.",
  cannotDetect:
    "A certificate that was revoked, and what a server answers after the handshake; add an `http` monitor for that.",
  params,
  shortForm,
  shortExample: '"example.org:443"',
  defaults: {
    intervalMs: MINUTE / 2,
    timeoutMs: 10 * SECOND,
    retries: 2,
    finalAction: "none",
  },
  isEventDriven: () => false,
  links: (given) => ({ ...NO_LINKS, address: given.host ?? null }),
  check,
  createProbe,
});
