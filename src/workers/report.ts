import * as z from "zod/mini";
import { parseEvent } from "../events/alert.ts";
import { findIncidents } from "../events/report-incidents.ts";
import { historySegments } from "../host/history-segments.ts";

const request = z.strictObject({
  sinceWall: z.number(),
  untilWall: z.number(),
  open: z.array(z.string()),
});

/** Prints the incidents of a period as one line of JSON; `wish` says which. */
export async function runReport(folder: string, wish: string): Promise<void> {
  const wanted = z.parse(request, JSON.parse(wish));
  const segments: string[] = [];
  for await (const text of historySegments(folder)) segments.unshift(text);
  const lines = segments.flatMap((text) => text.split("\n"));
  const events = lines.flatMap((line) => parseEvent(line) ?? []);
  process.stdout.write(`${JSON.stringify(findIncidents(events, wanted))}\n`);
}
