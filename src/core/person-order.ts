import type { Draft } from "./draft.ts";
import { planDeactivate } from "./plans.ts";
import type { State } from "./state.ts";
import type { Model } from "./model.ts";

/** How a person ends this boot. */
export type PersonAction = "reboot" | "poweroff";

/** Why a person's order cannot be carried out now; null when it can. */
export function orderRefusal(model: Model, state: State): string | null {
  if (model.mode === "observe") return "in observe mode nothing is done";
  if (!state.hasGuard) return "no guard runs that could carry it out; use `systemctl`";
  if (state.shutdownSince !== null) return "the server or the agent is going down";
  return state.order === null ? null : `a ${state.order.kind} of the server has been ordered`;
}

/**
 * A person reboots the server or switches it off: the way of the last rung, groups first and the
 * guard's deadline behind it, but it is nobody's failure, so it is counted nowhere. The mark of the
 * boot is closed at once: whatever ends it now, it was asked for.
 */
export function orderByPerson(d: Draft, kind: PersonAction, by: string): void {
  const id = d.newId("g");
  const reason = `${by} asked for it`;
  const deadlineAt = d.at + d.model.reboots.gracefulTimeoutMs;
  const given = { id, kind, reason, deadlineAt, saveOp: null, cause: "", incident: "" };
  d.patch({
    order: { ...given, areGroupsStopped: false },
    record: { ...d.state.record, mark: "closed" },
  });
  d.mustSync = true;
  d.tell("person-ordered", { action: kind, by });
  d.act({ type: "order", order: { id, kind, reason, deadlineAt } });
  planDeactivate(d, [...d.model.groups.keys()], `${by} asked for a ${kind}`, false);
}
