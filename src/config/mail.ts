import * as z from "zod/mini";
import { DAY, HOUR, MINUTE, SECOND } from "../base/duration.ts";
import { SUBJECT_FIELDS } from "../base/mail-subject.ts";
import { about, absolutePath, count, duration, hostName, line, port } from "../monitors/fields.ts";
import { plannedReport } from "./report-calendar.ts";

const ADDRESS_EXPECTED = "a mail address is needed here, such as `admin@example.org`";
const ADDRESSES_EXPECTED = `${ADDRESS_EXPECTED}, or a list of them`;
/** `local@domain`: no comments, no quoted names; what mail servers really take. */
const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const MAX_RECIPIENTS = 50;
const MAX_SERVERS = 10;
const SERVERS_EXPECTED = "a list of mail servers is needed here";
const PASSWORD_EXPECTED =
  "a password does not stand in this file; `{ file: /etc/solosafe/mail.password }` or `{ env: NAME }` is needed here";

/** One mailbox. */
function address() {
  return z
    .string({ error: ADDRESS_EXPECTED })
    .check(z.maxLength(254), z.regex(ADDRESS, { error: ADDRESS_EXPECTED }));
}

/** One mailbox or several; a list when read. */
function addresses() {
  const list = z.array(address()).check(z.minLength(1), z.maxLength(MAX_RECIPIENTS));
  return z.pipe(
    z.union([address(), list], { error: ADDRESSES_EXPECTED }),
    z.transform((value: string | string[]): readonly string[] =>
      typeof value === "string" ? [value] : value,
    ),
  );
}

const password = z.union(
  [
    z.strictObject({ file: about("A file that holds nothing else", absolutePath()) }),
    z.strictObject({
      env: about(
        "A variable in the spawner's environment",
        z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/)),
      ),
    }),
  ],
  { error: PASSWORD_EXPECTED },
);

/** One of the servers that are tried in order. */
export const mailServer = z.strictObject({
  host: about("Its name or address", hostName()),
  port: about(
    "Default: 465 with `tls`, 25 with `none` and for this server itself, else 587",
    z.optional(port()),
  ),
  security: about(
    "`tls` from the first byte, `starttls` before anything is said (and nothing is sent without it), or `none`; default: `tls` for port 465, `none` for this server itself, else `starttls`",
    z.optional(z.enum(["starttls", "tls", "none"])),
  ),
  ca: about(
    "File of the authorities whose certificates are trusted; default: those that this server trusts",
    z.optional(absolutePath()),
  ),
  verify: about(
    "`false`: any certificate is taken, so whoever is between can read along",
    z._default(z.boolean(), true),
  ),
  user: about("Account, where the server wants to know who sends", z.optional(line(320))),
  password: about(
    "Its password: `{ file: /path }`, a file that root can read, or `{ env: NAME }`, a variable in the spawner's environment",
    z.optional(password),
  ),
  timeout: about(
    "An answer that takes longer is none; the whole delivery may take four times as long",
    z.prefault(duration(SECOND, 10 * MINUTE), "30s"),
  ),
});

/** Mail about what needs a person, and about what was done. */
export const mail = z.strictObject({
  to: about("Who gets the mails: one address, or a list", addresses()),
  from: about(
    "Sender; default: `solosafe@` and the full name of this server",
    z.optional(address()),
  ),
  subject: about(
    `Subject of each mail; in braces: ${SUBJECT_FIELDS.map((field) => `\`${field}\``).join(", ")}`,
    z._default(line(200), "[{server}] {summary}"),
  ),
  settle: about(
    "So long an incident lasts before it is mailed; one that has recovered by then is mailed when it has ended",
    z.prefault(duration(0, HOUR), "1m"),
  ),
  "mails-per-hour": about(
    "At most so many mails in an hour; what comes beyond them is summed up in one",
    z._default(count(1, 1000), 20),
  ),
  "keep-trying": about(
    "A mail that no server takes is given up after so long",
    z.prefault(duration(HOUR, 30 * DAY), "5d"),
  ),
  report: about(
    "A report that is sent by the calendar, also of a time without incidents; default: none",
    z.optional(plannedReport),
  ),
  servers: about(
    "Mail servers, tried in order; default: the mail server on this server, `127.0.0.1` port 25",
    z._default(
      z
        .array(mailServer, { error: SERVERS_EXPECTED })
        .check(z.minLength(1), z.maxLength(MAX_SERVERS)),
      () => [{ host: "127.0.0.1", verify: true, timeout: 30 * SECOND }],
    ),
  ),
});
