import * as z from "zod/mini";
import { MINUTE } from "../base/duration.ts";
import {
  type Complaint,
  NO_LINKS,
  type Probe,
  type ProbeResult,
  defineMonitor,
  failed,
  ok,
  unknown,
  warning,
} from "./define.ts";
import { about, count, line } from "./fields.ts";

const MEMBERS_MOST = 1000;

const params = z.strictObject({
  monitors: about(
    "Names of the monitors that are judged together",
    z.array(line(127)).check(z.minLength(1), z.maxLength(MEMBERS_MOST)),
  ),
  "failure-number": about(
    "So many failed monitors are a failure; default: all of them",
    z.optional(count(1, MEMBERS_MOST)),
  ),
  "warning-number": about(
    "So many failed or warning monitors are a warning",
    z._default(count(1, MEMBERS_MOST), 1),
  ),
});
type Params = z.output<typeof params>;

function check(given: Params): readonly Complaint[] {
  const members = new Set(given.monitors).size;
  const complaints: Complaint[] = [];
  if (members !== given.monitors.length) {
    complaints.push({ key: "monitors", what: "a monitor is named twice", hint: null });
  }
  const number = given["failure-number"];
  if (number !== undefined && number > members) {
    const what = `${number} of ${members} monitors can never be failed`;
    complaints.push({ key: "failure-number", what, hint: `Write at most ${members}.` });
  }
  return complaints;
}

function createProbe(given: Params): Probe {
  const failureNumber = given["failure-number"] ?? given.monitors.length;
  return async ({ host }): Promise<ProbeResult> => {
    const statuses = host.monitorStatuses();
    const having = (status: string): string[] =>
      given.monitors.filter((name) => (statuses.get(name) ?? "unknown") === status);
    const failures = having("failed");
    const unknowns = having("unknown");
    const total = given.monitors.length;
    const list = failures.length === 0 ? "" : `: ${failures.join(", ")}`;
    const text = `${failures.length} of ${total} monitors failed${list}`;
    if (failures.length >= failureNumber) return failed(text);
    // Those that could not be judged may hide the failure that is missing.
    if (unknowns.length > 0 && failures.length + unknowns.length >= failureNumber) {
      return unknown(`${text}; unknown: ${unknowns.join(", ")}`);
    }
    const warnings = having("warning");
    if (failures.length + warnings.length >= given["warning-number"]) {
      return warning(warnings.length === 0 ? text : `${text}; warning: ${warnings.join(", ")}`);
    }
    return ok(text);
  };
}

export const multi = defineMonitor({
  name: "multi",
  title: "Several monitors",
  detects: "So many of several monitors are failed at the same time.",
  cannotDetect:
    "Anything that its monitors do not; those that are suspended or waiting count as not failed.",
  params,
  shortForm: (value) => (Array.isArray(value) ? { monitors: value } : null),
  shortExample: "[shop-page, shop-port]",
  defaults: { intervalMs: MINUTE / 2, timeoutMs: MINUTE / 2, retries: 0, finalAction: "none" },
  isEventDriven: () => false,
  links: (given) => ({ ...NO_LINKS, monitors: given.monitors }),
  check,
  createProbe,
});
