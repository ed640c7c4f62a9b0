import { ENGLISH_SPEECH } from "../../../src/events/speech.ts";
import { because, scope, span, target } from "../../../src/events/words-en.ts";
import { ENGLISH_PAGE } from "./en.ts";
import type { Pack } from "./pack.ts";

const STEPS: ReadonlyMap<string, string> = new Map([
  ["script", "recovery script"],
  ["reactivation", "reactivation"],
  ["group-restart", "group restart"],
]);

const WORKS: ReadonlyMap<string, string> = new Map([
  ["activate", "Start"],
  ["deactivate", "Stop"],
  ["restart", "Restart"],
  ["script", "Recovery script"],
]);

export const ENGLISH: Pack = {
  language: "en",
  page: ENGLISH_PAGE,
  words: {
    span,
    target,
    scope,
    because,
    step: (kind) => STEPS.get(kind) ?? `\`${kind}\``,
    work: (kind) => WORKS.get(kind) ?? kind,
  },
  speech: ENGLISH_SPEECH,
};
