import type { Millis } from "../base/duration.ts";
import type { Monitor } from "../core/model.ts";
import type { LoadedMonitor, RecoveryScript } from "./loaded-config.ts";
import type { Raw } from "./named-map.ts";
import type { MonitorDraft } from "./read-monitors.ts";
import { monitor as monitorSchema, recovery as recoverySchema } from "./schema.ts";
import { written } from "./written.ts";

/** A monitor with its references resolved. */
export interface Completed {
  readonly draft: MonitorDraft;
  readonly monitor: Monitor;
  /** The target in force, as one writes it. */
  readonly targetText: string;
}

/** What the agent works with. */
export function loadedMonitor({ draft, monitor }: Completed): LoadedMonitor {
  return {
    name: monitor.name,
    type: monitor.type,
    title: draft.common.title || monitor.name,
    comment: draft.common.comment,
    isImplicit: draft.isImplicit,
    isEventDriven: draft.own.isEventDriven,
    isStuckJudged: draft.type.isStuckJudged,
    links: draft.own.links,
    params: written(draft.type.params, draft.own.params),
    probe: draft.own.createProbe(),
  };
}

/** Recovery scripts by monitor; only of those that have one. */
export function recoveryScripts(
  completed: readonly Completed[],
): ReadonlyMap<string, RecoveryScript> {
  const scripts = new Map<string, RecoveryScript>();
  for (const { draft, monitor } of completed) {
    const { script } = draft.common.recovery;
    if (script === undefined) continue;
    const timeoutMs: Millis = script.timeout;
    const program = {
      command: script.run,
      environment: script.environment,
      workingDirectory: script.directory ?? null,
      user: script.user ?? null,
    };
    scripts.set(monitor.name, { program, timeoutMs });
  }
  return scripts;
}

/** The long form with every value in force. */
export function effective({ draft, monitor, targetText: target }: Completed): Raw {
  const { target: _short, recovery: given, ...common } = draft.common;
  const { recovery } = monitor;
  return {
    type: monitor.type,
    ...written(draft.type.params, draft.own.params),
    ...written(monitorSchema, {
      ...common,
      interval: monitor.intervalMs,
      timeout: monitor.timeoutMs,
      retries: monitor.retries,
      timing: monitor.timing,
    }),
    recovery: written(recoverySchema, {
      ...given,
      target,
      "reactivation-threshold": recovery.reactivationThreshold,
      "group-restart-threshold": recovery.groupRestartThreshold,
      "final-action": recovery.finalAction,
      "repeat-reboot": recovery.repeatReboot,
    }),
  };
}
