import { isRaw } from "./named-map.ts";
import type { ReadGroups } from "./read-groups.ts";
import type { MonitorDraft } from "./read-monitors.ts";
import type { Report } from "./report.ts";

const FAILURES = ["start-failure", "start-stall", "stop-failure"] as const;

/** A container can be ended by its init; the kernel, its watchdog and sysrq are the host's. */
export function checkContainer(
  report: Report,
  raw: unknown,
  drafts: readonly MonitorDraft[],
  groups: ReadGroups,
): void {
  if (isRaw(raw) && raw["watchdog"] !== undefined) {
    const what = "this is a container: the watchdog is the host's";
    report.error(["watchdog"], { code: "config/wrong-plan", what, hint: HINT, at: "key" });
  }
  for (const { common, path } of drafts) {
    const action = common.recovery["final-action"];
    if (action !== undefined) refuse(report, [...path, "recovery", "final-action"], action);
  }
  for (const { id, startFailure, startStall, stopFailure } of groups.resources) {
    const path = groups.resourcePaths.get(id);
    if (path === undefined) continue;
    for (const [index, { action }] of [startFailure, startStall, stopFailure].entries()) {
      refuse(report, [...path, FAILURES[index] ?? "", "action"], action);
    }
  }
}

const HINT = "Remove it, and run the guard on the host.";

function refuse(report: Report, path: readonly (string | number)[], action: string): void {
  if (action !== "panic" && action !== "reset") return;
  const what = `\`${action}\` is done by the kernel, and in a container that is the host's`;
  report.error(path, { code: "config/wrong-plan", what, hint: "Write `reboot` or `poweroff`." });
}
