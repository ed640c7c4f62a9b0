import { because, scope, span, step, target, work } from "../../../src/events/words-ja.ts";
import { JAPANESE_SPEECH } from "../../../src/events/ja.ts";
import { JAPANESE_PAGE } from "./ja.ts";
import type { Pack } from "./pack.ts";

export const JAPANESE: Pack = {
  language: "ja",
  page: JAPANESE_PAGE,
  words: { span, step, work, target, scope, because },
  speech: JAPANESE_SPEECH,
};
