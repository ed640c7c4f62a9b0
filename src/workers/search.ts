import { hostname } from "node:os";
import * as z from "zod/mini";
import { LANGUAGES } from "../base/language.ts";
import { searchAlerts } from "../events/alert.ts";
import { SEVERITIES } from "../events/entry.ts";
import { loadSpeech } from "../events/speech.ts";
import { historySegments } from "../host/history-segments.ts";

const request = z.strictObject({
  limit: z.number().check(z.int(), z.minimum(1)),
  language: z.enum(LANGUAGES),
  filter: z.strictObject({
    sinceWall: z.nullable(z.number()),
    untilWall: z.nullable(z.number()),
    grep: z.nullable(z.string()),
    module: z.nullable(z.string()),
    severity: z.nullable(z.enum(SEVERITIES)),
    incident: z.nullable(z.string()),
    beforeSeq: z.nullable(z.number()),
  }),
});

/** A letter takes three bytes at most where it is one of ours; the output is cut at 64 KiB. */
const LETTERS_MOST = 20_000;

/** Prints what is found in the history as one line of JSON; `wish` says what is looked for. */
export async function runSearch(folder: string, wish: string): Promise<void> {
  const { filter, language, ...rest } = z.parse(request, JSON.parse(wish));
  const speech = await loadSpeech(language);
  const page = { ...rest, speech, server: hostname(), lettersMost: LETTERS_MOST };
  const found = await searchAlerts(historySegments(folder), filter, page);
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
