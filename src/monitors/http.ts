import * as z from "zod/mini";
import { HOUR, MINUTE, SECOND, formatDuration } from "../base/duration.ts";
import type { HttpResponse } from "../ports/host.ts";
import { NO_LINKS, type Probe, type ProbeResult, defineMonitor, failed, ok } from "./define.ts";
import { about, compile, count, duration, pattern, prose, url } from "./fields.ts";
import { unreachable } from "./network-fault.ts";

const BODY_BYTES = 64 * 1024;

const statusRange = z.string().check(
  z.regex(/^[1-5]\d\d-[1-5]\d\d$/, {
    error: "a status code such as `200` or a range such as `200-399` is needed here",
  }),
);
const status = z.union([count(100, 599), statusRange], {
  error: "a status code such as `200` or a range such as `200-399` is needed here",
});

const params = z.strictObject({
  url: about("Address of the page, `http://` or `https://`", url()),
  method: about(
    "Method of the request",
    z._default(z.enum(["GET", "HEAD", "POST", "PUT", "OPTIONS"]), "GET"),
  ),
  headers: about(
    "Headers of the request, by name",
    z._default(z.record(headerName(), headerValue()), {}),
  ),
  body: about("Body of the request", z.optional(prose(65_536))),
  status: about(
    "Status codes and ranges that are ok; redirections are not followed",
    z._default(z.array(status).check(z.minLength(1), z.maxLength(100)), ["200-399"]),
  ),
  contains: about(
    "Text that the first 64 KiB of the answer must contain",
    z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
  ),
  matches: about(
    "Regular expression that the first 64 KiB of the answer must match",
    z.optional(pattern()),
  ),
  "max-latency": about("A slower answer is a failure", z.optional(duration(1, HOUR))),
  "verify-tls": about(
    "Whether the certificate of an `https://` address must be valid",
    z._default(z.boolean(), true),
  ),
});
type Params = z.output<typeof params>;

function headerName() {
  return z
    .string()
    .check(
      z.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, { error: "this is not the name of a header" }),
    );
}

function headerValue() {
  return z
    .string()
    .check(z.maxLength(8000), z.regex(/^[^\0\r\n]*$/, { error: "a header is one line" }));
}

function isAccepted(given: Params, code: number): boolean {
  return given.status.some((entry) => {
    if (typeof entry === "number") return entry === code;
    const [from = "", to = ""] = entry.split("-");
    return code >= Number(from) && code <= Number(to);
  });
}

function judge(
  given: Params,
  expression: RegExp | null,
  answer: HttpResponse,
  tookMs: number,
): ProbeResult {
  const took = formatDuration(tookMs);
  if (!isAccepted(given, answer.status)) {
    return failed(`status ${answer.status}, expected ${given.status.join(", ")}`);
  }
  const where = answer.isCut ? "the first 64 KiB of the answer" : "the answer";
  if (given.contains !== undefined && !answer.body.includes(given.contains)) {
    return failed(`status ${answer.status}, but ${where} does not contain \`${given.contains}\``);
  }
  if (expression !== null && !expression.test(answer.body)) {
    return failed(
      `status ${answer.status}, but ${where} does not match \`${given.matches ?? ""}\``,
    );
  }
  const most = given["max-latency"];
  if (most !== undefined && tookMs > most) {
    return failed(
      `status ${answer.status} after ${took}, at most ${formatDuration(most)} is allowed`,
    );
  }
  return ok(`status ${answer.status} in ${took}`);
}

function createProbe(given: Params): Probe {
  const expression = given.matches === undefined ? null : compile(given.matches);
  return async ({ host, signal }) => {
    const request = {
      url: given.url,
      method: given.method,
      headers: given.headers,
      body: given.body ?? null,
      verifyTls: given["verify-tls"],
    };
    const begin = performance.now();
    const answer = await host.http(request, BODY_BYTES, signal);
    if (!answer.ok) return unreachable(answer.problem);
    return judge(given, expression, answer.value, performance.now() - begin);
  };
}

export const http = defineMonitor({
  name: "http",
  title: "Web page",
  detects:
    "A web server that does not answer, answers with a wrong status or text, or is too slow.",
  cannotDetect:
    "A page that looks right and is wrong, and faults behind pages that are not asked for.",
  params,
  shortForm: (value) => (typeof value === "string" ? { url: value } : null),
  shortExample: '"http://127.0.0.1/health"',
  defaults: {
    intervalMs: MINUTE / 2,
    timeoutMs: 10 * SECOND,
    retries: 2,
    finalAction: "reboot-if-local",
  },
  isEventDriven: () => false,
  links: (given) => ({ ...NO_LINKS, address: new URL(given.url).hostname }),
  check: (given) =>
    given.method === "HEAD" && (given.contains !== undefined || given.matches !== undefined)
      ? [{ key: "method", what: "an answer to HEAD has no text to look at", hint: "Write `GET`." }]
      : [],
  createProbe,
});
