import * as z from "zod/mini";
import { DAY, formatDuration, MINUTE, type Millis, SECOND } from "../base/duration.ts";
import { completeUnitName } from "../base/unit-name.ts";
import type { UnitFacts } from "../ports/unit.ts";
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
import { about, count, duration, line } from "./fields.ts";

/** Only of systemd's own restarts more than these matter; older ones are forgotten. */
const RESTARTS_KEPT = 1000;

const params = z.strictObject({
  unit: about("The systemd unit; `nginx` stands for `nginx.service`", line(255)),
  "stuck-after": about(
    "Starting or stopping for longer than this is a failure",
    z.prefault(duration(SECOND, DAY), "5m"),
  ),
  restarts: about(
    "More restarts by systemd itself (`Restart=`) than this are a failure",
    z._default(count(0, RESTARTS_KEPT), 3),
  ),
  "restarts-within": about(
    "The time in which its restarts are counted",
    z.prefault(duration(SECOND, DAY), "10m"),
  ),
});
type Params = z.output<typeof params>;

function check({ unit }: Params): readonly Complaint[] {
  const name = completeUnitName(unit);
  if (name === null) {
    const hint = "Write its name as `systemctl` shows it, such as `nginx.service`.";
    return [{ key: "unit", what: `\`${unit}\` cannot be the name of a unit`, hint }];
  }
  return [];
}

function createProbe(given: Params): Probe {
  const name = completeUnitName(given.unit) ?? given.unit;
  const countRestarts = createRestartCount(given["restarts-within"]);
  return async ({ host, signal }) => {
    const answer = await host.unit(name, signal);
    if (!answer.ok) {
      const { message, hint } = answer.problem;
      return unknown(hint === undefined ? message : `${message}; ${hint}`);
    }
    const unit = answer.value;
    const restarts = countRestarts(unit.restarts, performance.now());
    return judge(unit, restarts, given);
  };
}

/** How many restarts were seen within the time; a count that went down begins anew. */
function createRestartCount(withinMs: Millis): (total: number, now: Millis) => number {
  let last: number | null = null;
  let seen: { readonly at: Millis; readonly more: number }[] = [];
  return (total, now) => {
    // What happened before the first look may be a year old.
    const more = last === null ? 0 : total >= last ? total - last : total;
    last = total;
    seen = seen.filter(({ at }) => now - at < withinMs);
    if (more > 0) seen = [...seen, { at: now, more }].slice(-RESTARTS_KEPT);
    return seen.reduce((sum, one) => sum + one.more, 0);
  };
}

function judge(unit: UnitFacts, restarts: number, given: Params): ProbeResult {
  const { name, load, active } = unit;
  const within = formatDuration(given["restarts-within"]);
  const often = `systemd restarted ${name} ${times(restarts)} within ${within}`;
  if (restarts > given.restarts) return failed(often);
  switch (active) {
    case "active":
    case "reloading":
    case "refreshing":
      return restarts > 0 ? warning(often) : ok(describeActive(unit));
    case "activating":
    case "deactivating":
      return judgeChange(unit, given["stuck-after"]);
    case "inactive":
    case "failed":
      break;
    default:
      return unknown(`${name} is in a state that is not known here: ${active || "none"}`);
  }
  if (load === "not-found") {
    return unknown(`there is no unit ${name} on this server; install it, or correct the name`);
  }
  if (load === "masked") return unknown(`${name} is masked: somebody forbade it to start`);
  if (unit.job !== 0) return warning(`${name} is ${active}, and systemd is busy with it`);
  if (unit.isStoppedByJob) return warning(`${name} was stopped by somebody else`);
  return failed(`${name} is ${active}${describeEnd(unit)}`);
}

function judgeChange(unit: UnitFacts, stuckAfterMs: Millis): ProbeResult {
  const { name, active, sub, stateForMs } = unit;
  if (sub.includes("auto-restart")) {
    return warning(`${name} has ended${describeEnd(unit)} and systemd restarts it`);
  }
  if (stateForMs === null) return warning(`${name} is ${active} (${sub})`);
  const text = `${name} has been ${active} (${sub}) for ${formatDuration(stateForMs)}`;
  return stateForMs > stuckAfterMs ? failed(text) : warning(text);
}

function describeActive({ name, active, sub, mainPid }: UnitFacts): string {
  const main = mainPid > 0 ? `, main process ${mainPid}` : "";
  return `${name} is ${active} (${sub})${main}`;
}

function describeEnd({ result, mainEnd }: UnitFacts): string {
  const ends = [result === "success" ? null : result, mainEnd].filter((one) => one !== null);
  return ends.length === 0 ? "" : ` (${ends.join(", ")})`;
}

function times(number: number): string {
  return number === 1 ? "once" : `${number} times`;
}

export const service = defineMonitor({
  name: "service",
  title: "systemd unit",
  detects:
    "A unit that has failed or ended, is restarted by systemd over and over, or is stuck while it starts or stops.",
  cannotDetect:
    "A service that runs but hangs or answers wrongly, or one whose unit only starts others; add an `http`, `tcp` or `script` monitor for that.",
  params,
  shortForm: (value) => (typeof value === "string" ? { unit: value } : null),
  shortExample: "nginx",
  defaults: {
    intervalMs: MINUTE / 2,
    timeoutMs: 10 * SECOND,
    retries: 0,
    finalAction: "reboot",
  },
  isEventDriven: () => true,
  links: ({ unit }) => {
    const name = completeUnitName(unit);
    return name === null ? NO_LINKS : { ...NO_LINKS, unit: name, wakes: [`unit:${name}`] };
  },
  check,
  createProbe,
});
