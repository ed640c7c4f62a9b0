import type { Texts } from "./en-server.ts";
import { because, quote, span } from "./words-en.ts";

/** English texts about mail and the heartbeat. */
export const MAIL_TEXTS = {
  "mail-sent": (f) =>
    `The mail ${quote(f.subject)} to ${quote(f.to)} was taken by ${quote(f.server)}.`,
  "mail-delayed": (f) =>
    `Mail cannot be sent: ${because(f.reason)}. The mail ${quote(f.subject)} waits and is tried again. Mend what the reason names, then try with \`solosafe mail test\`.`,
  "mail-works": (f) => `Mail can be sent again after ${span(f.after)}.`,
  "heartbeat-fails": (f) =>
    `The heartbeat to ${quote(f.to)} was not taken several times: ${because(f.reason)}. Who listens may take this server for dead. Mend what the reason names.`,
  "heartbeat-works": (f) => `The heartbeat is taken again after ${span(f.after)}.`,
  "mail-refused": (f) =>
    `The mail ${quote(f.subject)} to ${quote(f.to)} is given up: ${because(f.reason)}. Correct the address, or what the reason names.`,
  "mails-dropped": (f) =>
    `Mails that waited were dropped (${f.count}), because there is no room for more. Nothing is lost: see \`solosafe events\`.`,
} satisfies Partial<Texts>;
