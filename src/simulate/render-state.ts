import { formatDuration, type Millis } from "../base/duration.ts";
import { nextDeadline } from "../core/deadline.ts";
import type { Model } from "../core/model.ts";
import type { BootRecord, Incident, MonitorState, ResourceState, State } from "../core/state.ts";
import { formatClock } from "./clock-text.ts";

/**
 * Where everything stands, one short sentence each, for the end of a transcript. `zero` is the time
 * of the scenario at which the clock of this boot began.
 */
export function renderState(model: Model, state: State, zero: Millis): readonly string[] {
  const clock = (at: Millis) => formatClock(Math.max(0, at + zero));
  const sentences: string[] = [];
  for (const [name, group] of state.groups.entries()) {
    if (group.goal === "active" && !group.isByPerson) continue;
    sentences.push(
      `group ${name} is to be ${group.goal}${group.isByPerson ? ", a person says so" : ""}`,
    );
  }
  for (const [id, resource] of state.resources.entries()) {
    sentences.push(`${id} ${renderResource(resource)} since ${clock(resource.since)}`);
  }
  for (const [name, monitor] of state.monitors.entries()) {
    sentences.push(`${name} ${renderMonitor(monitor)} since ${clock(monitor.since)}`);
  }
  for (const incident of state.incidents) sentences.push(...renderIncident(incident, clock));
  for (const plan of state.plans) sentences.push(`under way: ${plan.kind} of ${plan.target}`);
  for (const [scope, { untilUptime }] of state.suspensions) {
    sentences.push(`${scope} suspended ${untilUptime === null ? "until told" : "for a while"}`);
  }
  for (const name of state.windows.keys()) sentences.push(`window ${name} is open`);
  if (state.order !== null) sentences.push(`the guard has the order ${state.order.kind}`);
  sentences.push(
    ...renderRecord("record", state.record),
    ...renderRecord("observed", state.observedRecord),
  );
  sentences.push(`the next look is at ${clock(nextDeadline(model, state))}`);
  return sentences;
}

function renderResource({ phase, starts, blocked, ...rest }: ResourceState): string {
  const marks = [
    ...(blocked === null ? [] : ["blocked"]),
    ...(rest.isStoppedByPerson ? ["stopped by a person"] : []),
    ...(rest.stoppedOutsideSince === null ? [] : ["stopped outside"]),
    ...(starts === 0 ? [] : [`started ${starts} times`]),
  ];
  return [phase.is, ...marks].join(", ");
}

function renderMonitor(monitor: MonitorState): string {
  const { status, ladder, cures } = monitor;
  const marks = [
    ...(monitor.isProbing ? [] : ["not probed"]),
    ...(status.is === "suspect" || status.is === "failed" ? [`count ${status.failures}`] : []),
    ...(ladder.scripts > 0 ? [`${ladder.scripts} scripts`] : []),
    ...(ladder.reactivations > 0 ? [`${ladder.reactivations} reactivations`] : []),
    ...(ladder.groupRestarts > 0 ? [`${ladder.groupRestarts} group restarts`] : []),
    ...(ladder.isExhausted ? ["exhausted"] : []),
    ...(monitor.dueSince === null ? [] : ["a step is due"]),
    ...(monitor.recoveredAt === null ? [] : ["not yet cured"]),
    ...(cures.length > 0 ? [`${cures.length} cures`] : []),
    ...(monitor.changes.length > 0 ? [`${monitor.changes.length} changes`] : []),
    ...(monitor.isFlapping ? ["flapping"] : []),
    ...(monitor.isChronic ? ["chronic"] : []),
    ...(monitor.isRehearsed ? ["rehearsed"] : []),
    ...(monitor.isSlow ? ["slow"] : []),
    ...(monitor.isAlertOnly ? ["not our fault"] : []),
    ...(monitor.isStuck ? ["stuck"] : []),
    ...(monitor.awaiting === null ? [] : ["waits for what it requires"]),
    ...(monitor.consequenceOf === null ? [] : [`consequence of ${monitor.consequenceOf}`]),
  ];
  return [status.is, ...marks].join(", ");
}

function renderIncident(incident: Incident, clock: (at: Millis) => string): readonly string[] {
  const { group, members, openedAt, heldBy } = incident;
  const held = heldBy === null ? "" : `, held by ${heldBy}`;
  const steps = incident.steps.map((step) => {
    const took = step.tookMs === null ? "" : ` after ${formatDuration(step.tookMs)}`;
    const how = step.isSimulated ? " (simulated)" : "";
    return `  ${clock(step.at)} ${step.step} of ${step.target}: ${step.result ?? "under way"}${took}${how}`;
  });
  const head = `incident of ${group ?? "server"} since ${clock(openedAt)}: ${members.join(", ")}${held}`;
  return [head, ...steps];
}

function renderRecord(name: string, record: BootRecord): readonly string[] {
  const { counted, judging, didNotHelp, intent, powerLosses } = record;
  const parts = [
    ...(counted.length > 0 ? [`${counted.map((entry) => entry.kind).join(", ")} counted`] : []),
    ...(intent === null ? [] : [`${intent.kind} intended`]),
    ...(judging.length > 0 ? [`judging ${judging.map((one) => one.monitor).join(", ")}`] : []),
    ...(didNotHelp.length > 0 ? [`did not help ${didNotHelp.join(", ")}`] : []),
    ...(powerLosses > 0 ? [`${powerLosses} power losses`] : []),
    ...(record.mark === "closed" ? ["closed"] : []),
  ];
  return parts.length === 0 ? [] : [`${name}: ${parts.join("; ")}`];
}
