import type { LoadedConfig } from "../config/loaded-config.ts";
import type { Probed } from "./schedule-row.ts";

/** What the schedule needs to know of every monitor of a configuration. */
export function probedMonitors({ model, monitors }: LoadedConfig): readonly Probed[] {
  return model.monitors.flatMap(({ name, intervalMs, timeoutMs }) => {
    const loaded = monitors.get(name);
    if (!loaded) return [];
    const { probe, isStuckJudged: isOneAtATime } = loaded;
    return [{ name, intervalMs, timeoutMs, probe, isOneAtATime }];
  });
}
