import * as z from "zod/mini";
import { HOUR, type Millis, MINUTE, SECOND, formatDuration } from "../base/duration.ts";
import type { Result } from "../base/result.ts";
import { whenThere } from "../base/soon.ts";
import { NO_LINKS, type Probe, type ProbeResult, defineMonitor, failed, ok } from "./define.ts";
import { about, compile, duration, hostName, pattern, port, prose } from "./fields.ts";
import { unreachable } from "./network-fault.ts";

const ANSWER_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 80;

const params = z.strictObject({
  host: about("Name or address to connect to", z._default(hostName(), "127.0.0.1")),
  port: about("TCP port", port()),
  send: about("Text that is sent after connecting", z.optional(prose(65_536))),
  expect: about(
    "Regular expression that the answer must match; then data must be read, not only a connection made",
    z.optional(pattern()),
  ),
  "max-latency": about("A slower connection or answer is a failure", z.optional(duration(1, HOUR))),
});
type Params = z.output<typeof params>;

function shortForm(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value === "number") return { port: value };
  if (typeof value !== "string") return null;
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(value) ?? [];
  if (digits !== undefined) return { host: bracketed ?? plain, port: Number(digits) };
  return /^\d{1,5}$/.test(value) ? { port: Number(value) } : null;
}

function createProbe(given: Params): Probe {
  const expect = given.expect === undefined ? null : compile(given.expect);
  const place = `${given.host.includes(":") ? `[${given.host}]` : given.host}:${given.port}`;
  const talk = {
    host: given.host,
    port: given.port,
    send: given.send ?? null,
    expect,
    maxBytes: ANSWER_BYTES,
  };
  const judge = (answer: Result<string>, tookMs: Millis): ProbeResult => {
    if (!answer.ok) return unreachable(answer.problem);
    if (expect !== null && answer.value === "") return failed(`${place} accepted and sent nothing`);
    if (expect !== null && !expect.test(answer.value)) {
      const shown = JSON.stringify(answer.value.slice(0, SHOWN_CHARACTERS));
      return failed(`${place} answered ${shown}, which does not match \`${given.expect ?? ""}\``);
    }
    const took = formatDuration(tookMs);
    const most = given["max-latency"];
    if (most !== undefined && tookMs > most) {
      return failed(`${place} took ${took}, at most ${formatDuration(most)} is allowed`);
    }
    return ok(expect === null ? `${place} accepted in ${took}` : `${place} answered in ${took}`);
  };
  return (context) => {
    const begin = performance.now();
    const answered = context.host.tcp(talk, context);
    return whenThere(answered, (answer) => judge(answer, performance.now() - begin));
  };
}

export const tcp = defineMonitor({
  name: "tcp",
  title: "TCP port",
  detects:
    "A port that refuses or does not accept connections, or whose answer is not the expected one.",
  cannotDetect:
    "Without `expect`: a frozen program, because the kernel accepts connections in its name.",
  params,
  shortForm,
  shortExample: '"127.0.0.1:8080"',
  defaults: {
    intervalMs: MINUTE / 2,
    timeoutMs: 10 * SECOND,
    retries: 2,
    finalAction: "reboot-if-local",
  },
  isEventDriven: () => false,
  links: (given) => ({ ...NO_LINKS, address: given.host }),
  createProbe,
});
