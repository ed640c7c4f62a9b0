import type { Draft } from "./draft.ts";
import { startGroups } from "./boot.ts";
import { withdrawMissing } from "./incident.ts";
import { newMonitor } from "./initial.ts";
import { fitWindows } from "./pause.ts";
import { isLeftDown, planActivate } from "./plans.ts";
import { syncProbing } from "./probing.ts";

/**
 * A new configuration is in force; the state was fitted to its model before. What did not change
 * goes on as it was: counters, incidents, the action that runs (recovery.md 6).
 */
export function configChanged(d: Draft, changed: ReadonlySet<string>, by: string): void {
  d.tell("config-applied", { by, changes: changed.size });
  withdrawMissing(d, changed);
  const now = { at: d.at, wall: d.wall };
  for (const name of d.model.monitors.keys()) {
    const { consequenceOf } = d.monitor(name);
    const isOrphan = consequenceOf !== null && !d.model.monitors.has(consequenceOf);
    if (changed.has(name)) {
      if (d.monitor(name).isProbing) d.act({ type: "stopProbing", monitor: name });
      d.patchMonitor(name, { ...newMonitor(now), isRehearsed: d.monitor(name).isRehearsed });
    } else if (isOrphan) {
      d.patchMonitor(name, { consequenceOf: null });
    }
  }
  fitWindows(d);
  syncProbing(d, d.model.monitors.keys());
  // Nothing is started any more while the server or the agent goes down.
  if (d.isGoingDown) return;
  const isNew = (name: string) => changed.has(name) && d.group(name).goal === "inactive";
  startGroups(d, [...d.model.groups.keys()].filter(isNew), "it is new in the configuration");
  // A resource that is new in an active group is to be active too.
  const left = [...d.model.groups.keys()].filter((name) => isLeftDown(d, name));
  if (d.model.mode === "enforce") planActivate(d, left, "it is new in the configuration");
}
