import type { EventId } from "../core/event.ts";
import { ACCESS_EVENTS } from "./catalogue-access.ts";
import { AGENT_EVENTS } from "./catalogue-agent.ts";
import { BOOT_EVENTS } from "./catalogue-boot.ts";
import { DESTINATION_EVENTS } from "./catalogue-destination.ts";
import { DRILL_EVENTS } from "./catalogue-drill.ts";
import { HEARD_EVENTS } from "./catalogue-heard.ts";
import { MAIL_EVENTS } from "./catalogue-mail.ts";
import { MONITOR_EVENTS } from "./catalogue-monitor.ts";
import { RECOVERY_EVENTS } from "./catalogue-recovery.ts";
import { RESOURCE_EVENTS } from "./catalogue-resource.ts";
import type { EventEntry } from "./entry.ts";

/** Every event with what a person needs to know about its kind; the build breaks when one is missing. */
export const CATALOGUE: Readonly<Record<EventId, EventEntry>> = {
  ...AGENT_EVENTS,
  ...ACCESS_EVENTS,
  ...BOOT_EVENTS,
  ...DESTINATION_EVENTS,
  ...DRILL_EVENTS,
  ...HEARD_EVENTS,
  ...MAIL_EVENTS,
  ...MONITOR_EVENTS,
  ...RECOVERY_EVENTS,
  ...RESOURCE_EVENTS,
};

/** Whether this program knows the event; a newer agent may tell others. */
export function isEventId(id: string): id is EventId {
  return Object.hasOwn(CATALOGUE, id);
}

/** Whether it tells of mails: then it is never mailed, or each mail would lead to another. */
export function isAboutMail(id: string): boolean {
  return id.startsWith("mail");
}
