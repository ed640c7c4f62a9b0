import { type Metric, type MetricName, METRICS } from "../src/api/metric-list.ts";

/** What is worth waking somebody for, as Prometheus asks it. */
interface Rule {
  readonly alert: string;
  readonly expr: string;
  /** So long it must be so. */
  readonly for: string;
  readonly severity: "warning" | "critical";
  readonly summary: string;
}

const RULES: readonly Rule[] = [
  {
    alert: "SoloSafeSilent",
    expr: "absent(solosafe_info)",
    for: "5m",
    severity: "critical",
    summary: "The agent is not heard of: nothing is watched and nothing is healed.",
  },
  {
    alert: "SoloSafeGroupDown",
    expr: 'solosafe_group_up == 0 unless on (group) label_replace(solosafe_suspended, "group", "$1", "scope", "group:(.*)")',
    for: "5m",
    severity: "critical",
    summary: "Group {{ $labels.group }} has been down for 5 minutes: recovery has not helped yet.",
  },
  {
    alert: "SoloSafeMonitorFailed",
    expr: "solosafe_monitor_failed == 1",
    for: "15m",
    severity: "warning",
    summary: "Monitor {{ $labels.monitor }} has been failed for 15 minutes.",
  },
  {
    alert: "SoloSafeRebootLimitReached",
    expr: "solosafe_server_actions_counted >= solosafe_server_actions_limit and solosafe_server_actions_limit > 0",
    for: "1m",
    severity: "critical",
    summary:
      "The reboot limit is used up: server-level actions are held back. See `solosafe reboots`.",
  },
  {
    alert: "SoloSafeGuardGone",
    expr: "solosafe_guard_present == 0",
    for: "1m",
    severity: "critical",
    summary: "The guard is gone: server-level actions are not done.",
  },
  {
    alert: "SoloSafeNotCovered",
    expr: "solosafe_guard_present == 1 and on () (sum(solosafe_guard_covered) == 0)",
    for: "15m",
    severity: "warning",
    summary: "No kernel watchdog is armed: a frozen kernel or guard is not covered.",
  },
  {
    alert: "SoloSafeStateNotSaved",
    expr: "solosafe_state_save_faulty == 1",
    for: "10m",
    severity: "critical",
    summary: "The state cannot be saved: make room on the disk of the state folder or repair it.",
  },
  {
    alert: "SoloSafeEventsLost",
    expr: "increase(solosafe_events_lost_total[1h]) > 0",
    for: "0m",
    severity: "warning",
    summary: "Events could not be written to the history.",
  },
  {
    alert: "SoloSafeSuspendedLong",
    expr: "solosafe_suspended == 1",
    for: "1d",
    severity: "warning",
    summary: "{{ $labels.scope }} has been suspended for a day.",
  },
  {
    alert: "SoloSafeSlow",
    expr: "max_over_time(solosafe_loop_delay_seconds[10m]) > 2",
    for: "10m",
    severity: "warning",
    summary: "The agent decides late: the server is overloaded, or the agent has a bug.",
  },
];

/** `config/metrics/alerts.yml`: alert rules for Prometheus. */
export function renderAlertRules(): string {
  const rules = RULES.map((rule) =>
    [
      `      - alert: ${rule.alert}`,
      `        expr: ${JSON.stringify(rule.expr)}`,
      `        for: ${rule.for}`,
      `        labels: { severity: ${rule.severity} }`,
      `        annotations: { summary: ${JSON.stringify(rule.summary)} }`,
    ].join("\n"),
  );
  return `# Written by \`npm run generate\` from the list of metrics; do not edit.
groups:
  - name: solosafe
    rules:
${rules.join("\n")}
`;
}

/** How a metric is drawn: a counter as a rate, a histogram as the time that 99 of 100 stay below. */
function expressionOf(name: MetricName, { type, labels }: Metric): string {
  const by = labels.join(", ");
  if (type === "counter") return `rate(${name}[5m])`;
  if (type === "gauge") return name;
  return `histogram_quantile(0.99, sum by (le${by === "" ? "" : `, ${by}`}) (rate(${name}_bucket[15m])))`;
}

const PANEL_WIDTH = 12;
const PANEL_HEIGHT = 8;

function panelOf(name: MetricName, metric: Metric, index: number) {
  const legend = metric.labels.map((label) => `{{${label}}}`).join(" ") || "__auto";
  return {
    id: index + 1,
    type: "timeseries",
    title: metric.help,
    description: name,
    datasource: { type: "prometheus", uid: "${datasource}" },
    fieldConfig: { defaults: { unit: name.endsWith("_seconds") ? "s" : "short" }, overrides: [] },
    gridPos: {
      h: PANEL_HEIGHT,
      w: PANEL_WIDTH,
      x: (index % 2) * PANEL_WIDTH,
      y: Math.floor(index / 2) * PANEL_HEIGHT,
    },
    targets: [{ refId: "A", expr: expressionOf(name, metric), legendFormat: legend }],
  };
}

/** `config/metrics/dashboard.json`: one panel for each metric, for Grafana. */
export function renderDashboard(): string {
  const entries = Object.entries(METRICS) as readonly [MetricName, Metric][];
  const dashboard = {
    title: "SoloSafe",
    uid: "solosafe",
    tags: ["solosafe"],
    editable: true,
    schemaVersion: 39,
    time: { from: "now-24h", to: "now" },
    refresh: "1m",
    templating: {
      list: [{ name: "datasource", type: "datasource", query: "prometheus", label: "Data source" }],
    },
    panels: entries.map(([name, metric], index) => panelOf(name, metric, index)),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
