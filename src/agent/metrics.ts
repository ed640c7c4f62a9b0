import { type Millis, SECOND } from "../base/duration.ts";
import type { Action } from "../core/action.ts";
import { availabilityReport, isGroupUp } from "../core/availability.ts";
import type { Input } from "../core/input.ts";
import { CATALOGUE } from "../events/catalogue.ts";
import type { Availability } from "./availability.ts";
import type { Engine } from "./engine.ts";
import { type Histogram, MetricText } from "./metric-text.ts";
import type { ShellFacts } from "./status.ts";
import type { View } from "./view.ts";

/** Upper bounds of the buckets, in seconds: from a look at /proc to a disk that hangs. */
const BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30, 120] as const;

export interface MetricParts {
  readonly engine: Engine;
  readonly availability: Availability;
  readonly now: () => Millis;
  readonly view: () => View;
  readonly shell: () => ShellFacts;
}

/** Counts what is decided, and says everything that is measured as Prometheus reads it. */
export class Metrics {
  readonly #parts: MetricParts;
  readonly #probes = new Map<string, Map<string, number>>();
  readonly #durations = new Map<string, { readonly counts: Uint32Array; sum: number }>();
  readonly #steps = new Map<string, number>();
  readonly #severities = new Map<string, number>();
  #longestWait: Millis = 0;

  constructor(parts: MetricParts) {
    this.#parts = parts;
    parts.engine.onDecision((input, { actions }) => this.#count(input, actions));
    parts.engine.onProbe(({ monitor, outcome, durationMs }) =>
      this.#countProbe(monitor, outcome, durationMs / SECOND),
    );
  }

  /** In Prometheus' text format 0.0.4. */
  text(): string {
    const text = new MetricText();
    const view = this.#parts.view();
    this.#forget(view);
    this.#addMonitors(text, view);
    addGroups(text, view);
    this.#addCounts(text);
    addServer(text, view);
    this.#addAvailability(text);
    this.#addSelf(text, view);
    return text.toString();
  }

  #count(input: Input, actions: readonly Action[]): void {
    this.#longestWait = Math.max(this.#longestWait, this.#parts.now() - input.at);
    for (const action of actions) {
      if (action.type !== "event") continue;
      const { id, fields } = action.event;
      grow(this.#severities, CATALOGUE[id].severity);
      if (id === "step-finished") {
        grow(this.#steps, `${fields.step} ${fields.result === "done" ? "done" : "failed"}`);
      }
    }
  }

  #countProbe(monitor: string, outcome: string, seconds: number): void {
    const outcomes = this.#probes.get(monitor) ?? new Map<string, number>();
    this.#probes.set(monitor, outcomes);
    grow(outcomes, outcome);
    const known = this.#durations.get(monitor);
    const duration = known ?? { counts: new Uint32Array(BOUNDS.length + 1), sum: 0 };
    if (!known) this.#durations.set(monitor, duration);
    let index = 0;
    while (index < BOUNDS.length && seconds > (BOUNDS[index] ?? 0)) index += 1;
    duration.counts[index] = (duration.counts[index] ?? 0) + 1;
    duration.sum += seconds;
  }

  /** Monitors that were taken out of the configuration. */
  #forget({ model }: View): void {
    for (const name of this.#probes.keys()) {
      if (model.monitors.has(name)) continue;
      this.#probes.delete(name);
      this.#durations.delete(name);
    }
  }

  #addMonitors(text: MetricText, { model, state }: View): void {
    for (const { name, type } of model.monitors.values()) {
      const { status, isProbing } = state.monitors.get(name);
      const labels = { monitor: name, type };
      text.add("solosafe_monitor_failed", Number(status.is === "failed"), labels);
      text.add("solosafe_monitor_probing", Number(isProbing), labels);
      for (const [outcome, count] of this.#probes.get(name) ?? []) {
        text.add("solosafe_probes_total", count, { monitor: name, outcome });
      }
      const duration = this.#durations.get(name);
      if (duration) {
        const histogram = { bounds: BOUNDS, counts: [...duration.counts], sum: duration.sum };
        addDuration(text, histogram, name);
      }
    }
  }

  #addCounts(text: MetricText): void {
    for (const [key, count] of this.#steps) {
      const [step = "", result = ""] = key.split(" ");
      text.add("solosafe_recovery_steps_total", count, { step, result });
    }
    for (const [severity, count] of this.#severities) {
      text.add("solosafe_events_total", count, { severity });
    }
    const { eventsLost, logLinesLost } = this.#parts.shell();
    text.add("solosafe_events_lost_total", eventsLost);
    text.add("solosafe_log_lines_lost_total", logLinesLost);
  }

  #addAvailability(text: MetricText): void {
    const { engine, availability } = this.#parts;
    availability.count(engine.model, engine.state);
    for (const row of availabilityReport(availability.ledger, "0", "9")) {
      const { name, up, down, failures } = row;
      text.add("solosafe_up_seconds_total", up / SECOND, { name });
      text.add("solosafe_down_seconds_total", down / SECOND, { name });
      text.add("solosafe_failures_total", failures, { name });
    }
  }

  #addSelf(text: MetricText, { wall }: View): void {
    const { agent } = this.#parts.shell();
    text.add("solosafe_info", 1, { version: agent.version, mode: agent.mode });
    text.add("solosafe_loop_delay_seconds", this.#longestWait / SECOND);
    this.#longestWait = 0;
    const { user, system } = process.cpuUsage();
    text.add("process_cpu_seconds_total", (user + system) / 1_000_000);
    text.add("process_resident_memory_bytes", process.memoryUsage.rss());
    text.add("process_start_time_seconds", (wall - agent.uptimeMs) / SECOND);
  }
}

function addDuration(text: MetricText, histogram: Histogram, monitor: string): void {
  text.addHistogram("solosafe_probe_duration_seconds", histogram, { monitor });
}

function addGroups(text: MetricText, { model, state }: View): void {
  for (const [id] of model.resources) {
    const isActive = state.resources.get(id).phase.is === "active";
    text.add("solosafe_resource_active", Number(isActive), { resource: id });
  }
  for (const group of model.groups.keys()) {
    text.add("solosafe_group_up", Number(isGroupUp(model, state, group)), { group });
  }
}

function addServer(text: MetricText, { model, state }: View): void {
  const { record, guard, incidents, suspensions, windows } = state;
  text.add("solosafe_incidents_open", incidents.length);
  text.add("solosafe_server_actions_counted", record.counted.length);
  text.add("solosafe_server_actions_limit", model.reboots.limit);
  text.add("solosafe_power_losses_total", record.powerLosses);
  text.add("solosafe_state_save_faulty", Number(state.isSaveFaulty));
  const scopes = [...suspensions.keys(), ...[...windows.values()].flatMap((one) => one.scopes)];
  for (const scope of new Set(scopes)) text.add("solosafe_suspended", 1, { scope });
  if (guard === null) return;
  const { isThere, cover, device } = guard.facts;
  text.add("solosafe_guard_present", Number(isThere));
  const isCovered = isThere && (cover === "hardware" || cover === "software");
  text.add("solosafe_guard_covered", Number(isCovered), { kind: cover, device });
}

function grow(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
