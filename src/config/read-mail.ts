import type * as z from "zod/mini";
import type { Millis } from "../base/duration.ts";
import { isWithin, parseAddress } from "../base/ip-address.ts";
import type { MailSecurity, MailServer, MailSettings } from "../base/mail.ts";
import { SUBJECT_FIELDS, unknownFields } from "../base/mail-subject.ts";
import type { KeyPath } from "./document.ts";
import { mail as mailSchema, mailServer } from "./mail.ts";
import { isRaw, type Raw } from "./named-map.ts";
import { type LoadedReport, loadReport, type ReportSurroundings } from "./report-calendar.ts";
import type { Report } from "./report.ts";
import { salvage } from "./salvage.ts";
import { didYouMean } from "./suggest.ts";
import { written } from "./written.ts";

/** What is configured about mail. */
export interface LoadedMail {
  readonly settings: MailSettings;
  readonly subject: string;
  readonly settleMs: Millis;
  readonly mailsPerHour: number;
  /** What is sent by a calendar; null = nothing. */
  readonly report: LoadedReport | null;
}

export interface ReadMail {
  /** Null: no mail is sent. */
  readonly mail: LoadedMail | null;
  readonly effective: Raw;
}

type Given = z.output<typeof mailSchema>;
type GivenServer = z.output<typeof mailServer>;

const PATH: KeyPath = ["mail"];
const LOOPBACK = 127n << 24n;
const EXAMPLE = "Write `mail: { to: admin@example.org }`.";

/** Reads the top-level key `mail`. */
export function readMail(
  report: Report,
  value: unknown,
  surroundings: ReportSurroundings = {},
): ReadMail {
  const none = { mail: null, effective: {} };
  if (value === undefined || value === null) return none;
  if (!isRaw(value)) {
    const what = "keys and values are needed here";
    report.error(PATH, { code: "config/wrong-type", what, hint: EXAMPLE });
    return none;
  }
  const read = salvage(report, mailSchema, value, { base: PATH });
  if (read === null) return none;
  const given = read.value;
  checkSubject(report, given.subject);
  const servers = given.servers.map((one, at) => loadServer(report, one, at, value));
  const { report: planned } = given;
  const mail = {
    settings: {
      from: given.from ?? null,
      to: given.to,
      servers,
      keepTryingMs: given["keep-trying"],
    },
    subject: given.subject,
    settleMs: given.settle,
    mailsPerHour: given["mails-per-hour"],
    report: planned ? loadReport(report, [...PATH, "report"], planned, surroundings) : null,
  };
  return { mail, effective: effective(given, servers) };
}

function effective(given: Given, servers: readonly MailServer[]): Raw {
  const list = given.servers.map((one, at) => {
    const { port, security } = servers[at] ?? one;
    return written(mailServer, { ...one, port, security });
  });
  return { ...written(mailSchema, given), servers: list };
}

function checkSubject(report: Report, subject: string): void {
  const [unknown] = unknownFields(subject);
  if (unknown === undefined) return;
  const known = SUBJECT_FIELDS.map((field) => `{${field}}`);
  report.error([...PATH, "subject"], {
    code: "config/unknown-name",
    what: `there is no field \`{${unknown.slice(0, 60)}}\``,
    hint: () => didYouMean(`{${unknown}}`, known) ?? `Known here: ${known.join(", ")}.`,
  });
}

function loadServer(report: Report, given: GivenServer, at: number, raw: Raw): MailServer {
  const { host, user, password, verify, ca, timeout } = given;
  const security = securityOf(given);
  const server: MailServer = {
    host,
    port: given.port ?? portOf(given, security),
    security,
    isVerified: verify,
    ca: ca ?? null,
    login: user === undefined || password === undefined ? null : { user, password },
    timeoutMs: timeout,
  };
  const isWritten = raw["servers"] !== undefined;
  if (isWritten) checkServer(report, given, server, [...PATH, "servers", String(at)]);
  return server;
}

function securityOf({ host, port, security }: GivenServer): MailSecurity {
  if (security !== undefined) return security;
  if (port === 465) return "tls";
  return isLoopback(host) ? "none" : "starttls";
}

function portOf({ host }: GivenServer, security: MailSecurity): number {
  if (security === "tls") return 465;
  return security === "none" || isLoopback(host) ? 25 : 587;
}

function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const address = parseAddress(host);
  if (address === null) return false;
  return address.family === 4 ? isWithin(address, LOOPBACK, 8) : address.value === 1n;
}

function checkServer(report: Report, given: GivenServer, server: MailServer, path: KeyPath): void {
  if (given.user !== undefined && given.password === undefined) {
    const hint = "Add `password: { file: /etc/solosafe/mail.password }`.";
    const what = "an account needs its password";
    report.error([...path, "user"], { code: "config/missing-key", what, hint });
  }
  if (given.password !== undefined && given.user === undefined) {
    const what = "a password needs its account";
    const hint = "Add `user`.";
    report.error([...path, "password"], { code: "config/missing-key", what, hint, at: "key" });
  }
  if (!server.isVerified && server.security !== "none") {
    const what = "any certificate is taken, so whoever is between can read the mails";
    const hint = "Name the authority with `ca` instead.";
    report.warn([...path, "verify"], { code: "config/unusual", what, hint });
  }
  if (server.security === "none" && !isLoopback(server.host)) {
    const secret = server.login === null ? "mails" : "mails and the password";
    const what = `${secret} go over the network as they are`;
    const hint = "Leave `security` out, or write `starttls` or `tls`.";
    report.warn([...path, "security"], { code: "config/unusual", what, hint });
  }
}
