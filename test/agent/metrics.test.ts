/** What is measured, as Prometheus reads it: from a real agent, judged by Prometheus' own tool. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { METRICS } from "../../src/api/metric-list.ts";
import { MetricText } from "../../src/agent/metric-text.ts";
import { cli, ROOT } from "../cli/run-cli.ts";
import { AgentLab, ONE_COPY, until } from "./agent-lab.ts";

const RULES = join(ROOT, "config/metrics/alerts.yml");
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const WITHOUT = hasPromtool ? false : "promtool is not installed";

function promtool(words: readonly string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync("promtool", words, { input, encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout + stderr;
}

test("a real agent's metrics are clean, and count what happened", async (t) => {
  const own = new AgentLab();
  t.after(() => own.close(t));
  own.configure(`groups: { shop: { resources: { web: { exec: [${ONE_COPY}, ${own.folder}/web] } } } }
monitors:
  page: { type: script, command: [/bin/true], interval: 300ms, target: shop/web }
`);
  await own.startSpawner();
  await own.startAgent().ready;
  const [pid] = (await own.active()).groups[0]?.resources[0]?.pids ?? [];
  assert.ok(pid);
  process.kill(pid, "SIGKILL");
  await own.started("web", 2);
  const text = await until("the step is counted", async () => {
    const said = await cli(["metrics"], { environment: { SOLOSAFE_STATE: own.folder } });
    assert.equal(said.code, 0, said.err);
    return /step="reactivation",result="done"\} 1$/m.test(said.out) ? said.out : null;
  });
  assert.match(text, /^solosafe_probe_duration_seconds_bucket\{monitor="page",le="\+Inf"\} [1-9]/m);
  assert.match(text, /^solosafe_failures_total\{name="shop"\} 1$/m);
  assert.match(text, /^solosafe_group_up\{group="shop"\} [01]$/m);
  if (hasPromtool) assert.equal(promtool(["check", "metrics"], `${text}\n`), "");
  const { type, body } = await scrape(own.paths.control);
  assert.equal(type, "text/plain; version=0.0.4; charset=utf-8");
  assert.match(body, /^# HELP solosafe_info /);
});

/** As Prometheus asks, but over the control socket. */
function scrape(socketPath: string): Promise<{ type: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: "/metrics" }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ type: response.headers["content-type"], body }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("odd names and numbers are written as the format wants them", () => {
  const text = new MetricText();
  text.add("solosafe_suspended", Number.NaN, { scope: 'a "b"\n\\c' });
  const buckets = { bounds: [1, 5], counts: [2, 0, 3], sum: 40.5 };
  text.addHistogram("solosafe_probe_duration_seconds", buckets, { monitor: "m" });
  assert.equal(
    text.toString(),
    [
      `# HELP solosafe_probe_duration_seconds ${METRICS.solosafe_probe_duration_seconds.help}`,
      "# TYPE solosafe_probe_duration_seconds histogram",
      'solosafe_probe_duration_seconds_bucket{monitor="m",le="1"} 2',
      'solosafe_probe_duration_seconds_bucket{monitor="m",le="5"} 2',
      'solosafe_probe_duration_seconds_bucket{monitor="m",le="+Inf"} 5',
      'solosafe_probe_duration_seconds_sum{monitor="m"} 40.5',
      'solosafe_probe_duration_seconds_count{monitor="m"} 5',
      `# HELP solosafe_suspended ${METRICS.solosafe_suspended.help}`,
      "# TYPE solosafe_suspended gauge",
      'solosafe_suspended{scope="a \\"b\\"\\n\\\\c"} NaN',
      "",
    ].join("\n"),
  );
});

test("rules and dashboard name only what is measured", () => {
  const rules = readFileSync(RULES, "utf8");
  const dashboard = readFileSync(join(ROOT, "config/metrics/dashboard.json"), "utf8");
  const names = [...`${rules}${dashboard}`.matchAll(/\bsolosafe_[a-z_]+/g)].map(([name]) => name);
  assert.ok(names.length > 20);
  const known = (name: string): boolean => Object.hasOwn(METRICS, name.replace(/_bucket$/, ""));
  assert.deepEqual(
    names.filter((name) => !known(name)),
    [],
  );
});

test("the alert rules fire when they should, and not for what is suspended", {
  skip: WITHOUT,
}, (t) => {
  promtool(["check", "rules", RULES]);
  const folder = mkdtempSync(join(tmpdir(), "solosafe-rules-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "test.yml");
  writeFileSync(file, RULE_TEST);
  promtool(["test", "rules", file]);
});

const RULE_TEST = `rule_files: [${JSON.stringify(RULES)}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'solosafe_info{version="1"}', values: "1x30" }
      - { series: 'solosafe_group_up{group="shop"}', values: "0x30" }
      - { series: 'solosafe_group_up{group="wiki"}', values: "0x30" }
      - { series: 'solosafe_suspended{scope="group:wiki"}', values: "1x30" }
      - { series: solosafe_server_actions_counted, values: "3x30" }
      - { series: solosafe_server_actions_limit, values: "3x30" }
      - { series: solosafe_guard_present, values: "1x30" }
      - { series: 'solosafe_guard_covered{kind="hardware",device="d"}', values: "1x30" }
    alert_rule_test:
      - eval_time: 20m
        alertname: SoloSafeGroupDown
        exp_alerts:
          - exp_labels: { group: shop, severity: critical }
            exp_annotations: { summary: "Group shop has been down for 5 minutes: recovery has not helped yet." }
      - eval_time: 20m
        alertname: SoloSafeRebootLimitReached
        exp_alerts:
          - exp_labels: { severity: critical }
            exp_annotations: { summary: "The reboot limit is used up: server-level actions are held back. See \`solosafe reboots\`." }
      - { eval_time: 20m, alertname: SoloSafeNotCovered, exp_alerts: [] }
      - { eval_time: 20m, alertname: SoloSafeSilent, exp_alerts: [] }
`;
