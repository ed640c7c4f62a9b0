import {
  ROOT_OID,
  SNMP_NOTIFICATIONS,
  SNMP_OBJECTS,
  SNMP_SEVERITIES,
  type SnmpObject,
} from "../src/notifiers/snmp-mib.ts";
import { eventRows } from "./event-rows.ts";

const COLUMNS = 72;
/** What is generated must not change daily; raised by hand with what a notification carries. */
const UPDATED = "202611210000Z";

interface MibObject {
  readonly syntax: string;
  readonly about: string;
}

const OBJECTS: Readonly<Record<SnmpObject, MibObject>> = {
  server: { syntax: "SolosafeText", about: "What people call the server, and its own name." },
  module: { syntax: "SolosafeText", about: "The part of the product that the event is about." },
  event: {
    syntax: "SolosafeText",
    about: `The event; solosafe-events(7) says what each means. These are possible: ${eventList()}.`,
  },
  severity: { syntax: "SolosafeSeverity", about: "How much the event asks for attention." },
  message: { syntax: "SolosafeText", about: "What happened, in the language of the server." },
  incident: { syntax: "SolosafeText", about: "The incident that it belongs to; empty = none." },
  time: { syntax: "DateAndTime", about: "When it happened, in UTC." },
  whatToDo: { syntax: "SolosafeText", about: "What a person can do, in English." },
  number: { syntax: "Unsigned32", about: "Number of the event in the server's history." },
  openIncidents: { syntax: "Unsigned32", about: "Incidents that are open after it." },
};

const NOTIFICATIONS: ReadonlyMap<string, string> = new Map([
  ["info", "Something happened that is worth writing down."],
  ["notice", "Something happened that is worth knowing."],
  ["warning", "Something is not as it should be."],
  ["error", "Something failed."],
  ["critical", "A person is needed."],
  ["well", "The last open incident has ended: a lamp can be switched off."],
  ["test", "A person tries whether notifications arrive."],
]);

/** `SOLOSAFE-MIB`, as SMIv2 (RFC 2578 to 2580). */
export function renderMib(): string {
  const arcs = ROOT_OID.split(".").slice("1.3.6.1.4.1".split(".").length);
  return `${[
    "-- Written by `npm run generate`; do not edit.",
    "SOLOSAFE-MIB DEFINITIONS ::= BEGIN",
    IMPORTS,
    identity(arcs.join(" ")),
    "solosafeNotifications OBJECT IDENTIFIER ::= { solosafe 0 }\nsolosafeObjects       OBJECT IDENTIFIER ::= { solosafe 1 }\nsolosafeConformance   OBJECT IDENTIFIER ::= { solosafe 2 }",
    CONVENTIONS,
    ...Object.entries(SNMP_OBJECTS).map(([name, number]) => object(name as SnmpObject, number)),
    ...SNMP_NOTIFICATIONS.map(([name, number]) => notification(name, number)),
    conformance(),
    "END",
  ].join("\n\n")}\n`;
}

const IMPORTS = `IMPORTS
    MODULE-IDENTITY, OBJECT-TYPE, NOTIFICATION-TYPE, Unsigned32, enterprises
        FROM SNMPv2-SMI
    TEXTUAL-CONVENTION, DateAndTime
        FROM SNMPv2-TC
    MODULE-COMPLIANCE, OBJECT-GROUP, NOTIFICATION-GROUP
        FROM SNMPv2-CONF;`;

function identity(arcs: string): string {
  return `solosafe MODULE-IDENTITY
    LAST-UPDATED "${UPDATED}"
    ORGANIZATION "SoloSafe"
    CONTACT-INFO "See the README of the product."
    DESCRIPTION
${quoted(
  "What SoloSafe tells by SNMP. Nobody has registered a private enterprise number for it: it stands below netSnmpPlaypen, the arc that NET-SNMP-MIB leaves to others for private use. Where that collides with something of your own, tell the two apart by what follows.",
)}
    REVISION "${UPDATED}"
    DESCRIPTION
${quoted("The first one.")}
    ::= { enterprises ${arcs} }`;
}

const CONVENTIONS = `SolosafeText ::= TEXTUAL-CONVENTION
    DISPLAY-HINT "512t"
    STATUS current
    DESCRIPTION
        "Text in UTF-8."
    SYNTAX OCTET STRING (SIZE (0..512))

SolosafeSeverity ::= TEXTUAL-CONVENTION
    STATUS current
    DESCRIPTION
        "More is worse."
    SYNTAX INTEGER { ${Object.entries(SNMP_SEVERITIES)
      .map(([name, number]) => `${name}(${number})`)
      .join(", ")} }`;

function object(name: SnmpObject, number: number): string {
  const { syntax, about } = OBJECTS[name];
  return `${label(name)} OBJECT-TYPE
    SYNTAX ${syntax}
    MAX-ACCESS accessible-for-notify
    STATUS current
    DESCRIPTION
${quoted(about)}
    ::= { solosafeObjects ${number} }`;
}

function notification(name: string, number: number): string {
  return `${label(name)}Notification NOTIFICATION-TYPE
    OBJECTS { ${objectLabels().join(",\n        ")} }
    STATUS current
    DESCRIPTION
${quoted(NOTIFICATIONS.get(name) ?? "")}
    ::= { solosafeNotifications ${number} }`;
}

function conformance(): string {
  const notifications = SNMP_NOTIFICATIONS.map(([name]) => `${label(name)}Notification`);
  return `solosafeCompliance MODULE-COMPLIANCE
    STATUS current
    DESCRIPTION
        "Everything is told by each version."
    MODULE
        MANDATORY-GROUPS { solosafeObjectGroup, solosafeNotificationGroup }
    ::= { solosafeConformance 1 }

solosafeObjectGroup OBJECT-GROUP
    OBJECTS { ${objectLabels().join(",\n        ")} }
    STATUS current
    DESCRIPTION
        "What a notification carries."
    ::= { solosafeConformance 2 }

solosafeNotificationGroup NOTIFICATION-GROUP
    NOTIFICATIONS { ${notifications.join(",\n        ")} }
    STATUS current
    DESCRIPTION
        "One for each severity, and two more."
    ::= { solosafeConformance 3 }`;
}

function objectLabels(): readonly string[] {
  return Object.keys(SNMP_OBJECTS).map(label);
}

function label(name: string): string {
  return `solosafe${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Of the catalogue; what each means would be longer than some readers of MIBs take (4096 bytes). */
function eventList(): string {
  return [...eventRows()].flatMap(([, rows]) => rows.map(({ id }) => id)).join(", ");
}

/** A quoted text of SMIv2 holds anything but quotes; only ASCII is safe everywhere. */
function quoted(text: string): string {
  const plain = text
    .replaceAll("`", "")
    .replaceAll('"', "'")
    .replaceAll("…", "...")
    .replaceAll(/[^\x20-\x7e\n]/g, "?");
  const lines = plain.split("\n").flatMap(broken);
  return `        "${lines.map((line, at) => (at === 0 || line === "" ? line : `         ${line}`)).join("\n")}"`;
}

function broken(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= COLUMNS - 10) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
