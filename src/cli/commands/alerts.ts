import { hostname } from "node:os";
import type { AlertsAnswer } from "../../api/alert-answers.ts";
import type { CallProblem } from "../../api/client.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import {
  type Alert,
  type AlertFilter,
  hasText,
  isWanted,
  searchAlerts,
  toAlert,
} from "../../events/alert.ts";
import { type EventModule, isSeverity, MODULES, SEVERITIES } from "../../events/entry.ts";
import { alertsAsCsv } from "../alert-csv.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { type Context, refuse, refuseCall } from "../context.ts";
import { alertLine } from "../event-line.ts";
import { followHere } from "../follow.ts";
import { readTime } from "../read-time.ts";

const SHOWN = 100;
/** Everything that is kept, and a little more. */
const LAST_MOST = 20_000;
const PAGE = 1000;

/** `solosafe alerts`. */
export const alerts: Command = {
  name: "alerts",
  usage: [
    "[--since TIME] [--until TIME] [--grep TEXT] [--module NAME] [--severity LEVEL] [--incident ID] [--last N] [--csv]",
    "--follow [--grep TEXT] [--module NAME] [--severity LEVEL] [--incident ID]",
  ],
  summary: "Search the alert log",
  detail: `Each alert has its time, server, module, event, severity, message and incident; the newest 10000 are kept. TIME is a span ago (2h), a day (2026-01-31) or a moment (2026-01-31T20:00). LEVEL is the least severity: ${SEVERITIES.join(", ")}. Modules: ${MODULES.join(", ")}. Without a running agent the log is read where it lies.`,
  options: {
    since: { value: "TIME", help: "from then on" },
    until: { value: "TIME", help: "up to then" },
    grep: { value: "TEXT", help: "part of the message, the event's name or a field" },
    module: { value: "NAME", help: "the part of the product it is about" },
    severity: { value: "LEVEL", help: "this one and those that are worse" },
    incident: { value: "ID", help: "only those of one incident" },
    last: { value: "N", help: `the last N (default ${SHOWN})` },
    csv: { help: "rows for a spreadsheet" },
    follow: { help: "show what comes from now on, until Ctrl-C" },
  },
  words: [0, 0],
  examples: [
    ["--severity error --since 2026-01-01", "what went wrong this year?"],
    ["--grep nginx --last 20", "the last that was said about nginx"],
    ["--since 7d --csv", "last week as a table"],
  ],
  async run(context, words) {
    const filter = readFilter(words);
    if (!filter.ok) return refuse(context, 2, filter.problem);
    const last = Number(words.text("last") ?? SHOWN);
    if (!Number.isInteger(last) || last < 1 || last > LAST_MOST) {
      return refuse(context, 2, usageFault(`--last needs a number from 1 to ${LAST_MOST}`, null));
    }
    if (words.has("follow")) return await follow(context, filter.value);
    const found = await search(context, filter.value, last);
    if (!found.ok) return refuseCall(context, found.problem);
    show(context, words, found.value.toReversed());
    return 0;
  },
};

function readFilter(words: Words): Result<AlertFilter> {
  const times = [readTime(words.text("since")), readTime(words.text("until"))];
  if (times.includes(null)) {
    return fail(usageFault("a time cannot be read", "Write 2h, 2026-01-31 or 2026-01-31T20:00."));
  }
  const severity = words.text("severity") ?? null;
  if (severity !== null && !isSeverity(severity)) {
    const hint = `There are ${SEVERITIES.join(", ")}.`;
    return fail(usageFault(`there is no severity \`${severity}\``, hint));
  }
  const module = words.text("module") ?? null;
  if (module !== null && !MODULES.includes(module as EventModule)) {
    return fail(usageFault(`there is no module \`${module}\``, `There are ${MODULES.join(", ")}.`));
  }
  return succeed({
    sinceWall: times[0] ?? null,
    untilWall: times[1] ?? null,
    grep: words.text("grep") || null,
    module,
    severity,
    incident: words.text("incident") ?? null,
    beforeSeq: null,
  });
}

/** Newest first, asked for in pages; read where it lies when there is no agent. */
async function search(
  context: Context,
  filter: AlertFilter,
  last: number,
): Promise<Result<readonly Alert[], CallProblem>> {
  const found: Alert[] = [];
  for (let before: number | null = null; found.length < last; ) {
    const page: Result<AlertsAnswer, CallProblem> = await context.client.call("alerts", {
      ...given({ ...filter, beforeSeq: before }),
      limit: Math.min(PAGE, last - found.length),
      language: context.speech.language,
    });
    if (!page.ok) {
      const isWithoutAgent = page.problem.kind === "not-running" && found.length === 0;
      return isWithoutAgent ? await searchHere(context, filter, last, page.problem) : page;
    }
    found.push(...(page.value.alerts as readonly Alert[]));
    const oldest = page.value.alerts.at(-1);
    if (!page.value.hasMore || oldest === undefined) break;
    before = oldest.seq;
  }
  return succeed(found);
}

async function searchHere(
  context: Context,
  filter: AlertFilter,
  limit: number,
  problem: CallProblem,
): Promise<Result<readonly Alert[], CallProblem>> {
  const segments = context.historySegments(context.paths.state);
  const page = { limit, lettersMost: Number.POSITIVE_INFINITY, server: hostname() };
  try {
    const found = await searchAlerts(segments, filter, { ...page, speech: context.speech });
    context.err("The agent is not running; this is what it has written down.");
    return succeed(found.alerts);
  } catch {
    return fail(problem);
  }
}

/** A query has no null: what is not asked for is left out. */
function given(filter: AlertFilter) {
  const entries = Object.entries(filter).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as {
    [Key in keyof AlertFilter]?: NonNullable<AlertFilter[Key]>;
  };
}

function show(context: Context, words: Words, list: readonly Alert[]): void {
  if (context.isJson) return context.out(JSON.stringify({ alerts: list }, null, 2));
  if (words.has("csv")) return context.out(alertsAsCsv(list));
  for (const one of list) context.out(alertLine(context, one));
  if (list.length === 0) context.out("No alerts.");
}

async function follow(context: Context, filter: AlertFilter): Promise<number> {
  const now = await context.client.call("events", { limit: 1 });
  if (!now.ok) return refuseCall(context, now.problem);
  return await followHere(context, now.value.lastSeq, "alerts", (event) => {
    const one = toAlert(event, hostname(), context.speech);
    if (!isWanted(event, filter) || !hasText(one, event, filter.grep)) return;
    context.out(context.isJson ? JSON.stringify(one) : alertLine(context, one));
  });
}
