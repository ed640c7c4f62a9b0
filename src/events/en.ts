import { ACCESS_TEXTS } from "./en-access.ts";
import { BOOT_TEXTS } from "./en-boot.ts";
import { DESTINATION_TEXTS } from "./en-destination.ts";
import { DRILL_TEXTS } from "./en-drill.ts";
import { HEARD_TEXTS } from "./en-heard.ts";
import { MAIL_TEXTS } from "./en-mail.ts";
import { SERVER_TEXTS, type Texts } from "./en-server.ts";
import { WATCHED_TEXTS } from "./en-watched.ts";

/** Every event in English; the build breaks when one is missing. */
export const ENGLISH: Texts = {
  ...SERVER_TEXTS,
  ...BOOT_TEXTS,
  ...WATCHED_TEXTS,
  ...DESTINATION_TEXTS,
  ...DRILL_TEXTS,
  ...MAIL_TEXTS,
  ...HEARD_TEXTS,
  ...ACCESS_TEXTS,
};
