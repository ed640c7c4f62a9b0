import type { Draft } from "./draft.ts";
import { startGroups } from "./boot.ts";
import { withdrawMissing } from "./incident.ts";
import { newMonitor } from "./initial.ts";
import type { Input } from "./input.ts";
import type { ResourceId } from "./model.ts";
import { fitWindows } from "./pause.ts";
import { isLeftDown, planActivate } from "./plans.ts";
import { syncProbing } from "./probing.ts";

type ConfigChanged = Extract<Input, { readonly type: "configChanged" }>;

/**
 * A new configuration is in force; the state was fitted to its model before. What did not change
 * goes on as it was: counters, incidents, the action that runs (recovery.md 6).
 */
export function configChanged(d: Draft, input: ConfigChanged): void {
  const { changed, by, version = "" } = input;
  d.tell("config-applied", { by, changes: changed.size, version });
  withdrawMissing(d, changed);
  const now = { at: d.at, wall: d.wall };
  for (const name of d.model.monitors.keys()) {
    const { consequenceOf } = d.monitor(name);
    const isOrphan = consequenceOf !== null && !d.model.monitors.has(consequenceOf);
    if (changed.has(`monitor:${name}`)) {
      if (d.monitor(name).isProbing) d.act({ type: "stopProbing", monitor: name });
      d.patchMonitor(name, { ...newMonitor(now), isRehearsed: d.monitor(name).isRehearsed });
    } else if (isOrphan) {
      d.patchMonitor(name, { consequenceOf: null });
    }
  }
  fitWindows(d);
  adoptRunning(d, input);
  syncProbing(d, d.model.monitors.keys());
  // Nothing is started any more while the server or the agent goes down.
  if (d.isGoingDown) return;
  const isNew = (name: string) => changed.has(`group:${name}`) && d.group(name).goal === "inactive";
  startGroups(d, [...d.model.groups.keys()].filter(isNew), "it is new in the configuration");
  // A resource that is new in an active group is to be active too.
  const left = [...d.model.groups.keys()].filter((name) => isLeftDown(d, name));
  if (d.model.mode === "enforce") planActivate(d, left, "it is new in the configuration");
}

/** What was taken out of the configuration went on running: when it is back it is taken as it is. */
function adoptRunning(d: Draft, { changed, observed }: ConfigChanged): void {
  for (const [id, { is }] of observed ?? []) {
    const state = d.state.resources.find(id);
    if (is !== "running" || !changed.has(id) || state?.phase.is !== "inactive") continue;
    const { goal, isByPerson } = d.group(d.modelResource(id as ResourceId).group);
    if (state.isStoppedByPerson || (goal === "inactive" && isByPerson)) continue;
    if (d.state.plans.some((plan) => plan.toStop.includes(id as ResourceId))) continue;
    d.patchResource(id as ResourceId, { phase: { is: "active" }, since: d.at });
    d.tell("resource-adopted", { resource: id });
  }
}
