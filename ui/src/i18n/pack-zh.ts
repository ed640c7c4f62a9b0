import { because, scope, span, step, target, work } from "../../../src/events/words-zh.ts";
import { CHINESE_SPEECH } from "../../../src/events/zh.ts";
import { CHINESE_PAGE } from "./zh.ts";
import type { Pack } from "./pack.ts";

export const CHINESE: Pack = {
  language: "zh",
  page: CHINESE_PAGE,
  words: { span, step, work, target, scope, because },
  speech: CHINESE_SPEECH,
};
