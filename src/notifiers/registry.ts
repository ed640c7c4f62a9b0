import { command } from "./command.ts";
import type { DestinationType } from "./define.ts";
import { lamp } from "./lamp.ts";
import { snmp } from "./snmp.ts";
import { syslog } from "./syslog.ts";
import { webhook } from "./webhook.ts";

/** Every kind of destination, by its name. */
export const DESTINATION_TYPES: ReadonlyMap<string, DestinationType> = new Map(
  [webhook, syslog, command, snmp, lamp].map((type) => [type.name, type]),
);
