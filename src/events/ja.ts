import { ACCESS_TEXTS } from "./ja-access.ts";
import { BOOT_TEXTS } from "./ja-boot.ts";
import { DESTINATION_TEXTS } from "./ja-destination.ts";
import { DRILL_TEXTS } from "./ja-drill.ts";
import { HEARD_TEXTS } from "./ja-heard.ts";
import { MAIL_TEXTS } from "./ja-mail.ts";
import { SERVER_TEXTS } from "./ja-server.ts";
import { WATCHED_TEXTS } from "./ja-watched.ts";
import { spaceNames } from "./spacing.ts";
import type { Speech } from "./speech.ts";
import { JAPANESE_STATEMENTS } from "./statements-ja.ts";

/** Everything in Japanese, polite, with the words of the clusters that its readers know. */
export const JAPANESE_SPEECH: Speech = {
  language: "ja",
  texts: {
    ...SERVER_TEXTS,
    ...BOOT_TEXTS,
    ...WATCHED_TEXTS,
    ...DESTINATION_TEXTS,
    ...DRILL_TEXTS,
    ...MAIL_TEXTS,
    ...HEARD_TEXTS,
    ...ACCESS_TEXTS,
  },
  statements: JAPANESE_STATEMENTS,
  finish: spaceNames,
};
