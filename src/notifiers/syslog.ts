import * as z from "zod/mini";
import type { Dispatch, Notice } from "../base/destination.ts";
import { about, absolutePath } from "../monitors/fields.ts";
import { type Complaint, defineDestination } from "./define.ts";
import { FACILITIES, journalFields, localLine, oldLine, structuredLine } from "./syslog-line.ts";

const JOURNAL = "/run/systemd/journal/socket";
const LOCAL = "/dev/log";
const PORTS = { udp: 514, tcp: 601, tls: 6514 } as const;
const ADDRESS = /^(udp|tcp|tls):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253})(?::(\d{1,5}))?$/;
const EXPECTED =
  "`journal`, `local`, or an address such as `udp://logs.example.org` or `tls://logs.example.org:6514` is needed here";
/** RFC 5426 wants 2048 from every receiver over UDP; over streams 8192 is what most take. */
const BYTES = { udp: 2048, stream: 8192 };

const params = z.strictObject({
  to: about(
    "`journal` is systemd's on this server, `local` the syslog of this server, or an address: `udp://`, `tcp://` or `tls://`, default ports 514, 601, 6514",
    z._default(
      z.string({ error: EXPECTED }).check(
        z.refine((text) => text === "journal" || text === "local" || addressOf(text) !== null, {
          error: EXPECTED,
        }),
      ),
      "journal",
    ),
  ),
  format: about(
    "How it is written for other servers: `rfc5424` has the fields of the event, `rfc3164` is for what is older",
    z._default(z.enum(["rfc5424", "rfc3164"]), "rfc5424"),
  ),
  facility: about("Facility of syslog", z._default(z.enum(FACILITIES), "daemon")),
  socket: about(
    "Socket on this server; default: `/run/systemd/journal/socket`, with `local` `/dev/log`",
    z.optional(absolutePath()),
  ),
  ca: about(
    "With `tls://`: file of the authorities whose certificates are trusted; default: those that this server trusts",
    z.optional(absolutePath()),
  ),
  verify: about(
    "`false`: any certificate is taken, so whoever is between can read along",
    z._default(z.boolean(), true),
  ),
});
type Params = z.output<typeof params>;

interface Address {
  readonly by: "udp" | "tcp" | "tls";
  readonly host: string;
  readonly port: number;
}

function addressOf(text: string): Address | null {
  const [, by, host = "", given] = ADDRESS.exec(text) ?? [];
  if (by !== "udp" && by !== "tcp" && by !== "tls") return null;
  const port = given === undefined ? PORTS[by] : Number(given);
  if (port < 1 || port > 65_535) return null;
  return { by, host: host.replace(/^\[|\]$/g, ""), port };
}

function check({ to, socket, verify }: Params): readonly Complaint[] {
  const address = addressOf(to);
  if (address !== null && socket !== undefined) {
    const what = "a socket on this server and another server are two places";
    return [{ key: "socket", what, hint: "Keep `to` or `socket`." }];
  }
  if (!verify && address?.by === "tls") {
    const what = "any certificate is taken, so whoever is between can read along";
    return [
      { key: "verify", what, hint: "Name the authority with `ca` instead.", isWarning: true },
    ];
  }
  return [];
}

function dispatch({ to, format, facility, socket, ca, verify }: Params, notice: Notice): Dispatch {
  if (to === "journal") {
    return { kind: "journal", socket: socket ?? JOURNAL, fields: journalFields(notice, facility) };
  }
  const address = addressOf(to);
  const shared = { kind: "bytes", answer: null, ca: ca ?? null, isVerified: verify } as const;
  if (address === null) {
    const text = localLine(notice, facility, BYTES.stream);
    return { ...shared, by: "unix", host: socket ?? LOCAL, port: 0, text };
  }
  const most = address.by === "udp" ? BYTES.udp : BYTES.stream;
  const write = format === "rfc5424" ? structuredLine : oldLine;
  const line = write(notice, facility, most);
  // Over a stream each message says how long it is (RFC 6587, 3.4.1; RFC 5425, 4.3).
  const length = new TextEncoder().encode(line).length;
  return { ...shared, ...address, text: address.by === "udp" ? line : `${length} ${line}` };
}

/** The logs of this server, or of another one. */
export const syslog = defineDestination({
  name: "syslog",
  title: "Syslog and journal",
  tells:
    "Each event to systemd's journal with all of its fields, to the syslog of this server, or to that of another one (RFC 5424, with its fields).",
  cannotTell:
    "Over `udp://` nobody says whether it arrives; a journal in memory is gone after a reboot.",
  params,
  example: "{ type: syslog, to: tls://logs.example.org }",
  defaults: { events: "all", perMinute: 60 },
  links: ({ to, socket }) => ({ command: null, place: socket ?? to }),
  check,
  dispatch,
});
