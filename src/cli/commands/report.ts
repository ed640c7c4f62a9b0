import type { AvailabilityRow } from "../../api/availability-answers.ts";
import type { ResponseOf } from "../../api/contract.ts";
import type { Millis } from "../../base/duration.ts";
import { SECOND } from "../../base/duration.ts";
import { percentOf } from "../../base/percent.ts";
import { REPORT_PERIODS, type ReportPeriod } from "../../base/report-days.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { table, wrap } from "../layout.ts";
import { reportScreen } from "../report-screen.ts";

/** `solosafe report`. */
export const report: Command = {
  name: "report",
  usage: [
    "[--period PERIOD] [--from DAY] [--to DAY]",
    "--mail [--period PERIOD]",
    "availability [--month YYYY-MM] [--from DAY] [--to DAY]",
  ],
  summary: "Show how the server did: availability, incidents, reboots, what waits",
  detail:
    "What waits for a person, measured availability, incidents and how they ended, reboots and why, drills, and monitors that nothing has proved: the same lines as the mail that `mail: { report: … }` sends by the calendar. Without a period or days it is the last seven days and today. `availability` tells in a table how long each group, and the server, was up and down, how often it failed, and how long a repair took; without a month it is this one. What is planned does not count, nor does the time in which no agent was there; both are told. The last 400 days are kept.",
  options: {
    period: { value: "PERIOD", help: "day, week or month: the whole days before today" },
    month: { value: "YYYY-MM", help: "that month" },
    from: { value: "DAY", help: "from that day on (2026-01-31)" },
    to: { value: "DAY", help: "up to that day" },
    mail: { help: "send it by mail instead, to those who get the mails" },
  },
  words: [0, 1],
  examples: [
    ["", "the last seven days and today"],
    ["--period month", "the month before this one"],
    ["--mail", "see what the planned mail looks like"],
    ["availability --month 2026-01", "a month"],
  ],
  async run(context, words) {
    const [what] = words.plain;
    if (what !== undefined && what !== "availability") {
      const hint = "`availability`, or nothing.";
      return refuse(context, 2, usageFault(`there is no report \`${what}\``, hint));
    }
    const days = readDays(words);
    if (days === null) {
      const hint = "Write --month 2026-01, or --from 2026-01-05 and --to 2026-01-20.";
      return refuse(context, 2, usageFault("the days cannot be read", hint));
    }
    if (what === undefined) return await whole(context, words, days);
    const result = await context.client.call("availability", days);
    if (!result.ok) return refuseCall(context, result.problem);
    answer(context, result.value, () => describe(context, result.value));
    return 0;
  },
};

type Days = { readonly from?: string; readonly to?: string };

async function whole(context: Context, words: Words, days: Days): Promise<number> {
  const given = words.text("period");
  const period = REPORT_PERIODS.find((one) => one === given);
  const hasDays = days.from !== undefined || days.to !== undefined;
  if (given !== undefined && (period === undefined || hasDays)) {
    const hint = `Periods are ${REPORT_PERIODS.join(", ")}; a period has no further days.`;
    return refuse(context, 2, usageFault("the period cannot be read", hint));
  }
  if (words.has("mail")) {
    if (hasDays) return refuse(context, 2, usageFault("only a period can be mailed", null));
    return await mail(context, period ?? "week");
  }
  const wanted = period === undefined ? days : { period };
  const result = await context.client.call("report", wanted);
  if (!result.ok) return refuseCall(context, result.problem);
  const screen = context.isJson ? "" : await reportScreen(context, result.value);
  answer(context, result.value, () => screen);
  return 0;
}

async function mail(context: Context, period: ReportPeriod): Promise<number> {
  const result = await context.client.call("reportMail", { period });
  if (!result.ok) return refuseCall(context, result.problem);
  const { from, to, recipients } = result.value;
  const { report: said } = context.headings;
  answer(context, result.value, () =>
    withProgram(context, said.mailed(from, to, recipients.join(", "))),
  );
  return 0;
}

function readDays(words: Words): Days | null {
  const month = words.text("month");
  if (month !== undefined) {
    if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month)) return null;
    // Days are compared as text: no month has more than 31.
    return { from: `${month}-01`, to: `${month}-31` };
  }
  const [from, to] = [words.text("from"), words.text("to")];
  const isDay = (text: string | undefined): boolean =>
    text === undefined || /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!isDay(from) || !isDay(to)) return null;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function describe(context: Context, { from, to, rows }: ResponseOf<"availability">): string {
  const { headings, paint, width } = context;
  const { availability: said } = headings;
  if (rows.length === 0) return `${said.head(from, to)}\n${said.nothing}`;
  const lines = table([said.columns, ...rows.map((row) => cells(context, row))], "  ");
  return [paint.bold(said.head(from, to)), ...lines, "", wrap(said.note, width, "")].join("\n");
}

function cells({ headings }: Context, row: AvailabilityRow): string[] {
  const { availability: said, span } = headings;
  // Below a second nobody wants to know.
  const rough = (lasts: Millis): string => span(Math.round(lasts / SECOND) * SECOND);
  const { availability, repairMs, betweenMs } = row;
  return [
    row.name === "server" ? said.server : said.group(row.name),
    availability === null ? "–" : percentOf(availability),
    rough(row.down),
    String(row.failures),
    repairMs === null ? "–" : rough(repairMs),
    betweenMs === null ? "–" : rough(betweenMs),
    rough(row.planned),
    rough(row.unwatched),
  ];
}
