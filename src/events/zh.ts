import { spaceNames } from "./spacing.ts";
import type { Speech } from "./speech.ts";
import { CHINESE_STATEMENTS } from "./statements-zh.ts";
import { ACCESS_TEXTS } from "./zh-access.ts";
import { BOOT_TEXTS } from "./zh-boot.ts";
import { DESTINATION_TEXTS } from "./zh-destination.ts";
import { DRILL_TEXTS } from "./zh-drill.ts";
import { HEARD_TEXTS } from "./zh-heard.ts";
import { MAIL_TEXTS } from "./zh-mail.ts";
import { SERVER_TEXTS } from "./zh-server.ts";
import { WATCHED_TEXTS } from "./zh-watched.ts";

/** Everything in Chinese with simplified characters. */
export const CHINESE_SPEECH: Speech = {
  language: "zh",
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
  statements: CHINESE_STATEMENTS,
  finish: spaceNames,
};
