import * as z from "zod/mini";
import { reportAnswer } from "./report-answers.ts";
import { route } from "./route.ts";

/** By the calendar of the server, the last one counted. */
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
const period = z.enum(["day", "week", "month"]);

/** Routes of reports. */
export const REPORT_ROUTES = {
  /** A period of whole days before today, or these days; without both the last seven and today. */
  report: route({
    name: "report",
    method: "GET",
    path: "/v1/report",
    request: z.strictObject({
      period: z.optional(period),
      from: z.optional(day),
      to: z.optional(day),
    }),
    response: reportAnswer,
    role: "viewer",
  }),
  /** Queues the mail that the calendar would send now. */
  reportMail: route({
    name: "reportMail",
    method: "POST",
    path: "/v1/report/mail",
    request: z.strictObject({ period: z._default(period, "week") }),
    response: z.object({ from: z.string(), to: z.string(), recipients: z.array(z.string()) }),
    role: "operator",
  }),
} as const;
