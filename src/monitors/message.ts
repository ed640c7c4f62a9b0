import * as z from "zod/mini";
import { DAY, MINUTE, SECOND, formatDuration, parseDuration } from "../base/duration.ts";
import {
  NO_LINKS,
  type Probe,
  type ProbeResult,
  defineMonitor,
  failed,
  ok,
  unknown,
} from "./define.ts";
import { about, duration } from "./fields.ts";

const params = z.strictObject({
  "max-age": about(
    "How long the last message is good for; without it a message is good until the next one",
    z.optional(duration(SECOND, 365 * DAY)),
  ),
  "when-old": about(
    "What the monitor is when no message came for `max-age`",
    z._default(z.enum(["unknown", "failed"]), "unknown"),
  ),
});
type Params = z.output<typeof params>;

function shortForm(value: unknown): Readonly<Record<string, unknown>> | null {
  if (value === null || value === true) return {};
  return typeof value === "string" && parseDuration(value) !== null ? { "max-age": value } : null;
}

function createProbe(given: Params): Probe {
  // Silence is counted from the first probe on, so that a fresh start is not a failure.
  let firstAt: number | null = null;
  return async ({ host, monitor }): Promise<ProbeResult> => {
    firstAt ??= performance.now();
    const last = host.lastMessage(monitor);
    const age = last?.ageMs ?? performance.now() - firstAt;
    const most = given["max-age"];
    if (most !== undefined && age > most) {
      const silence = `no message for ${formatDuration(age)}, at most ${formatDuration(most)} is allowed`;
      return given["when-old"] === "failed" ? failed(silence) : unknown(silence);
    }
    if (last === null) return ok("no message yet");
    const text = last.text === "" ? `reported ${last.outcome}` : last.text;
    return last.outcome === "ok" ? ok(text) : failed(text);
  };
}

export const message = defineMonitor({
  name: "message",
  title: "Message of another program",
  detects: "Whatever an outside tool reports with `solosafe message NAME failed TEXT`.",
  cannotDetect: "An outside tool that has stopped reporting, unless `max-age` is set.",
  params,
  shortForm,
  shortExample: "1h",
  defaults: { intervalMs: MINUTE / 2, timeoutMs: MINUTE / 2, retries: 0, finalAction: "none" },
  isEventDriven: () => true,
  links: () => NO_LINKS,
  createProbe,
});
