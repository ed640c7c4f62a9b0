import { SEVERITIES, type Severity } from "../base/severity.ts";

/**
 * Where everything of ours stands in the tree of names. Nobody has registered a private enterprise
 * number for this product, so it is below the arc that Net-SNMP leaves to others for private use
 * (netSnmpPlaypen in NET-SNMP-MIB), with a number that is ours by agreement with nobody.
 */
export const ROOT_OID = "1.3.6.1.4.1.8072.9999.9999.7656";
const NOTIFICATIONS = `${ROOT_OID}.0`;
const OBJECTS = `${ROOT_OID}.1`;

/** What a notification carries, in its order; the number is the last part of its name. */
export const SNMP_OBJECTS = {
  server: 1,
  module: 2,
  event: 3,
  severity: 4,
  message: 5,
  incident: 6,
  time: 7,
  whatToDo: 8,
  number: 9,
  openIncidents: 10,
} as const;
export type SnmpObject = keyof typeof SNMP_OBJECTS;

/** Severities as numbers: more is worse. */
export const SNMP_SEVERITIES: Readonly<Record<Severity, number>> = {
  info: 1,
  notice: 2,
  warning: 3,
  error: 4,
  critical: 5,
};

/** Besides one for each severity: what switches a lamp off again, and what tries it. */
export const SNMP_WELL = 6;
export const SNMP_TEST = 7;

export function objectOid(name: SnmpObject): string {
  // The only instance of an object that is no part of a table.
  return `${OBJECTS}.${SNMP_OBJECTS[name]}.0`;
}

export function notificationOid(number: number): string {
  return `${NOTIFICATIONS}.${number}`;
}

/** One for each severity, so that who can tell apart names only can tell severities apart. */
export const SNMP_NOTIFICATIONS: readonly (readonly [string, number])[] = [
  ...SEVERITIES.map((severity) => [severity, SNMP_SEVERITIES[severity]] as const),
  ["well", SNMP_WELL],
  ["test", SNMP_TEST],
];
