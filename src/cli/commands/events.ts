import type { EventRecord } from "../../api/answers.ts";
import type { CallProblem } from "../../api/client.ts";
import { PAGE_MAX } from "../../api/route.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { type Context, refuse, refuseCall } from "../context.ts";
import { eventLine } from "../event-line.ts";
import { followHere } from "../follow.ts";
import { readTime } from "../read-time.ts";

/** How many events are shown unless told otherwise; before following, a few suffice. */
const SHOWN = 50;
const SHOWN_BEFORE_FOLLOWING = 10;

/** Pages read back at most for `--since`: a hundred thousand events. */
const PAGES_MAX = 100;

/** `solosafe events`. */
export const events: Command = {
  name: "events",
  usage: ["[--follow] [--since SPAN|TIME] [--last N] [--incident ID]"],
  summary: "Show what happened, or follow what happens",
  detail: "With --follow it goes on until Ctrl-C, also when the agent is restarted meanwhile.",
  options: {
    follow: { help: "go on with what happens from now on" },
    since: { value: "SPAN|TIME", help: "from 2h ago, or from 2026-01-31 or 2026-01-31T20:00 on" },
    last: { value: "N", help: `the last N (default ${SHOWN})` },
    incident: { value: "ID", help: "only those of one incident" },
  },
  words: [0, 0],
  examples: [
    ["", `the last ${SHOWN} events`],
    ["--since 2h", "what happened in the last two hours"],
    ["--follow --json", "one JSON object a line, for programs"],
  ],
  async run(context, words) {
    const since = readTime(words.text("since"));
    if (since === null) {
      const hint = "Write 2h, 2026-01-31 or 2026-01-31T20:00.";
      return refuse(context, 2, usageFault("--since needs a span or a time", hint));
    }
    const last = Number(
      words.text("last") ?? (words.has("follow") ? SHOWN_BEFORE_FOLLOWING : SHOWN),
    );
    if (!Number.isInteger(last) || last < 1 || last > PAGE_MAX) {
      return refuse(context, 2, usageFault(`--last needs a number from 1 to ${PAGE_MAX}`, null));
    }
    const past = await readPast(context, words, since, last);
    if (!past.ok) return refuseCall(context, past.problem);
    for (const event of past.value.events) show(context, event);
    if (!words.has("follow")) {
      if (past.value.events.length === 0 && !context.isJson) context.out("No events.");
      return 0;
    }
    const incident = words.text("incident");
    return await followHere(context, past.value.lastSeq, "events", (event) => {
      if (incident === undefined || event.incident === incident) show(context, event);
    });
  },
};

function show(context: Context, event: EventRecord): void {
  context.out(context.isJson ? JSON.stringify(event) : eventLine(context, event, true));
}

async function readPast(
  context: Context,
  words: Words,
  since: number | undefined,
  last: number,
): Promise<Result<{ events: EventRecord[]; lastSeq: number }, CallProblem>> {
  const incident = words.text("incident");
  const filter = incident === undefined ? {} : { incident };
  const limit = since === undefined ? last : PAGE_MAX;
  const newest = await context.client.call("events", { ...filter, limit });
  if (!newest.ok) return newest;
  const { lastSeq, firstSeq } = newest.value;
  let found = newest.value.events;
  if (since === undefined) return succeed({ events: found, lastSeq });
  for (let page = 1; page < PAGES_MAX; page += 1) {
    const oldest = found[0];
    if (oldest === undefined || oldest.wall < since || oldest.seq <= firstSeq) break;
    const before = oldest.seq;
    const older = await context.client.call("events", { ...filter, before, limit: PAGE_MAX });
    if (!older.ok) return fail(older.problem);
    if (older.value.events.length === 0) break;
    found = [...older.value.events, ...found];
  }
  return succeed({ events: found.filter((event) => event.wall >= since), lastSeq });
}
