import * as z from "zod/mini";
import type { Dispatch, Notice } from "../base/destination.ts";
import { about, hostName, line, port } from "../monitors/fields.ts";
import { type Complaint, defineDestination } from "./define.ts";

/** Where such lamps listen for PNS (manual of the NHL series, 3.6). */
const PNS_PORT = 10_000;
const PNS_TAKEN = "\u0006";
const HTTP_TAKEN = "Success.";
/** Red, yellow, green, blue, white, buzzer. */
const PATTERN = /^[0-9]{6}$/;
const DEFAULTS = { alarm: "200000", warning: "020000", well: "000000" };

const pattern = () => z.optional(line(500));

const params = z.strictObject({
  host: about("Name or address of the lamp", hostName()),
  protocol: about(
    "How it is told: `patlite-http` and `patlite-pns` are those of signal towers of this maker and of those who follow it; `http` asks for a path by GET, `tcp` sends one line",
    z._default(z.enum(["patlite-http", "patlite-pns", "http", "tcp"]), "patlite-http"),
  ),
  port: about("Default: 80, with `patlite-pns` 10000; `tcp` has none", z.optional(port())),
  alarm: about(
    "What is sent while something has failed: six digits for red, yellow, green, blue, white and the buzzer (0 off, 1 on, 2 flashing; the buzzer's pattern); with `http` a path, with `tcp` a line; default `200000`",
    pattern(),
  ),
  warning: about("The same for a warning, and for a test; default `020000`", pattern()),
  well: about("The same when the last incident has ended; default `000000`", pattern()),
});
type Params = z.output<typeof params>;
type Sign = "alarm" | "warning" | "well";

function check(given: Params): readonly Complaint[] {
  const { protocol } = given;
  const isOwn = protocol === "http" || protocol === "tcp";
  const found: Complaint[] = [];
  for (const key of ["alarm", "warning", "well"] as const) {
    const text = given[key];
    if (isOwn && text === undefined) {
      const what = protocol === "http" ? "the path is missing" : "the line is missing";
      found.push({ key: "", what: `\`${key}\`: ${what}`, hint: `Add \`${key}\`.` });
    } else if (protocol === "http" && text !== undefined && !text.startsWith("/")) {
      found.push({ key, what: "a path begins with `/`", hint: `Write \`/${text}\`.` });
    } else if (!isOwn && text !== undefined && !PATTERN.test(text)) {
      found.push({ key, what: "six digits are needed here", hint: 'Write `"200001"`.' });
    }
  }
  if (protocol === "tcp" && given.port === undefined) {
    found.push({ key: "", what: "`tcp` needs a port", hint: "Add `port`." });
  }
  return found;
}

/** What the lamp shows after this; null = what it shows now. */
function signOf({ id, severity, openIncidents, isTest }: Notice): Sign | null {
  if (isTest) return "warning";
  if (id === "incident-ended") return openIncidents === 0 ? "well" : null;
  if (openIncidents > 0 || severity === "error" || severity === "critical") return "alarm";
  return severity === "warning" ? "warning" : null;
}

function dispatch(given: Params, notice: Notice): Dispatch | null {
  const sign = signOf(notice);
  if (sign === null) return null;
  const { host, protocol } = given;
  const text = given[sign] ?? DEFAULTS[sign];
  const shared = { ca: null, isVerified: true } as const;
  if (protocol === "patlite-pns" || protocol === "tcp") {
    const isOwn = protocol === "tcp";
    return {
      ...shared,
      kind: "bytes",
      by: "tcp",
      host,
      port: given.port ?? PNS_PORT,
      text: isOwn ? `${text}\r\n` : pnsCommand(text),
      answer: isOwn ? null : PNS_TAKEN,
    };
  }
  const path = protocol === "http" ? text : `/api/control?alert=${text}`;
  return {
    ...shared,
    kind: "http",
    method: "GET",
    url: `http://${host.includes(":") ? `[${host}]` : host}:${given.port ?? 80}${path}`,
    headers: { "user-agent": "solosafe" },
    body: null,
    signWith: null,
    answer: protocol === "http" ? null : HTTP_TAKEN,
  };
}

/** Kind of product, command S, an empty byte, the length in two bytes, then one byte for each digit. */
function pnsCommand(digits: string): string {
  const data = digits.split("").map((digit) => String.fromCharCode(Number(digit)));
  return `XXS\0\0\u0006${data.join("")}`;
}

/** A lamp on the wall that stands in the network. */
export const lamp = defineDestination({
  name: "lamp",
  title: "Warning lamp",
  tells:
    "A signal tower in the network: alarm while an incident is open or something needs a person, well when the last incident has ended.",
  cannotTell:
    "What needed a person without an incident leaves it lit until the next incident ends, or somebody clears it there; lamps that listen to SNMP traps are told by a destination for these.",
  params,
  example: "{ type: lamp, host: 192.0.2.20 }",
  defaults: { events: "incidents", perMinute: 20 },
  links: ({ host, port: given }) => ({
    command: null,
    place: given === undefined ? host : `${host}:${given}`,
  }),
  check,
  dispatch,
});
