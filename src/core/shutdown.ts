import type { Draft } from "./draft.ts";
import { judgeAnew } from "./incident.ts";
import { noteDead } from "./life.ts";
import { isLeftDown, planActivate } from "./plans.ts";
import { syncProbing } from "./probing.ts";
import { isGroupSuspended } from "./suspension.ts";

/** systemd shuts the server down, or keeps it for a person: no recovery any more (recovery.md 5). */
export function shutdownBegan(d: Draft): void {
  if (d.state.shutdownSince !== null) return;
  // The last durable word of this boot: whatever ends it now, it was asked for.
  d.patch({ shutdownSince: d.at, record: { ...d.state.record, mark: "closed" } });
  d.mustSync = true;
  d.tell("shutdown-began", {});
  // What is being started ends; nothing else is started any more.
  for (const plan of d.state.plans) {
    const toStart = plan.toStart.filter((id) => d.resource(id).phase.is === "starting");
    d.patchPlan(plan.id, { toStart });
  }
  syncProbing(d, d.model.monitors.keys());
}

/**
 * Nobody decides any more until the next agent, which opens the mark again: what ends the boot until
 * then is not ours. An order that was given is judged by its intent.
 */
export function leaving(d: Draft): void {
  if (d.state.record.mark === "closed") return;
  d.patch({ record: { ...d.state.record, mark: "closed" } });
  d.mustSync = true;
}

/**
 * A person left rescue mode, or cancelled the shutdown: the boot goes on. What was stopped for it is
 * started again, and everything is judged by new probes.
 */
export function shutdownEnded(d: Draft): void {
  const { shutdownSince, plans } = d.state;
  // A person stopped everything: that was for the agent, whatever systemd says of the server.
  if (shutdownSince === null || plans.some((plan) => plan.thenStopAgent)) return;
  d.patch({ shutdownSince: null, record: { ...d.state.record, mark: "open" } });
  d.mustSync = true;
  d.tell("shutdown-ended", { lasted: d.at - shutdownSince });
  judgeAnew(d);
  syncProbing(d, d.model.monitors.keys());
  const groups = [...d.model.groups.keys()].filter((name) => !isGroupSuspended(d.state, name));
  noteDead(d, groups);
  if (d.model.mode === "observe" || d.isGoingDown) return;
  const down = groups.filter((name) => isLeftDown(d, name));
  planActivate(d, down, "the shutdown ended");
}
