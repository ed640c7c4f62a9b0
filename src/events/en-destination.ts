import type { Texts } from "./en-server.ts";
import { because, quote, span } from "./words-en.ts";

/** English texts about destinations. */
export const DESTINATION_TEXTS = {
  "destination-fails": (f) =>
    `The destination ${quote(f.destination)} (${quote(f.place)}) takes nothing: ${because(f.reason)}. What waits is tried again. Mend what the reason names, then try with \`solosafe destination test ${f.destination}\`.`,
  "destination-works": (f) =>
    `The destination ${quote(f.destination)} takes again what it is told, after ${span(f.after)}.`,
  "destination-refused": (f) =>
    `The destination ${quote(f.destination)} did not take the event ${quote(f.event)}, and it is given up: ${because(f.reason)}. Mend what the reason names; \`solosafe events\` has the event.`,
  "destination-dropped": (f) =>
    `What waited for the destination ${quote(f.destination)} was dropped (${f.count}), because there is no room for more. Nothing is lost: see \`solosafe events\`.`,
} satisfies Partial<Texts>;
