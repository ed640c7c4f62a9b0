/** What one kind of measured value is. */
export interface Metric {
  readonly type: "gauge" | "counter" | "histogram";
  /** One sentence for people; Prometheus shows it. */
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Everything that is measured, by its name in Prometheus (units and suffixes as its naming rules
 * want). The dashboard, the alert rules and the reference page follow from it.
 */
export const METRICS = {
  solosafe_info: {
    type: "gauge",
    help: "Version and mode of the agent; always 1",
    labels: ["version", "mode"],
  },
  solosafe_monitor_failed: {
    type: "gauge",
    help: "1 while the monitor is failed",
    labels: ["monitor", "type"],
  },
  solosafe_monitor_probing: {
    type: "gauge",
    help: "1 while the monitor is probed; 0 while it is suspended, disabled or its resource is not active",
    labels: ["monitor", "type"],
  },
  solosafe_probes_total: {
    type: "counter",
    help: "Probes by outcome",
    labels: ["monitor", "outcome"],
  },
  solosafe_probe_duration_seconds: {
    type: "histogram",
    help: "How long probes took; one that was given up took its timeout",
    labels: ["monitor"],
  },
  solosafe_resource_active: {
    type: "gauge",
    help: "1 while the resource is active",
    labels: ["resource"],
  },
  solosafe_group_up: {
    type: "gauge",
    help: "1 while everything of the group that may run is active and none of its monitors is failed",
    labels: ["group"],
  },
  solosafe_incidents_open: { type: "gauge", help: "Open incidents", labels: [] },
  solosafe_recovery_steps_total: {
    type: "counter",
    help: "Steps of recovery that ended, by kind and by whether they were done",
    labels: ["step", "result"],
  },
  solosafe_events_total: {
    type: "counter",
    help: "Events that were told, by severity",
    labels: ["severity"],
  },
  solosafe_events_lost_total: {
    type: "counter",
    help: "Events that could not be written to the history",
    labels: [],
  },
  solosafe_log_lines_lost_total: {
    type: "counter",
    help: "Lines of the agent's log that nobody took",
    labels: [],
  },
  solosafe_server_actions_counted: {
    type: "gauge",
    help: "Server-level actions in the record of boots",
    labels: [],
  },
  solosafe_server_actions_limit: {
    type: "gauge",
    help: "The reboot limit: so many server-level actions are allowed",
    labels: [],
  },
  solosafe_power_losses_total: {
    type: "counter",
    help: "Boots that ended by power loss or a hard reset, as the record of boots knows them",
    labels: [],
  },
  solosafe_suspended: {
    type: "gauge",
    help: "1 for each scope that a person or a planned window suspends",
    labels: ["scope"],
  },
  solosafe_up_seconds_total: {
    type: "counter",
    help: "Measured time up, of the server and of each group, over restarts and reboots",
    labels: ["name"],
  },
  solosafe_down_seconds_total: {
    type: "counter",
    help: "Measured time down, of the server and of each group; planned time does not count",
    labels: ["name"],
  },
  solosafe_failures_total: {
    type: "counter",
    help: "How often the server or a group went down",
    labels: ["name"],
  },
  solosafe_guard_present: {
    type: "gauge",
    help: "1 while the guard is heard of; missing where none is expected",
    labels: [],
  },
  solosafe_guard_covered: {
    type: "gauge",
    help: "1 while a kernel watchdog is armed",
    labels: ["kind", "device"],
  },
  solosafe_state_save_faulty: {
    type: "gauge",
    help: "1 while the state cannot be saved",
    labels: [],
  },
  solosafe_loop_delay_seconds: {
    type: "gauge",
    help: "Longest time that an input waited for its decision since the last scrape",
    labels: [],
  },
  process_cpu_seconds_total: {
    type: "counter",
    help: "Processor time of the agent",
    labels: [],
  },
  process_resident_memory_bytes: {
    type: "gauge",
    help: "Resident memory of the agent; most of it is shared with its other programs",
    labels: [],
  },
  process_start_time_seconds: {
    type: "gauge",
    help: "When the agent started, by the calendar",
    labels: [],
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
