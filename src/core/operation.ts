import type { Draft } from "./draft.ts";
import { askForEvidence } from "./evidence.ts";
import type { ResourceId } from "./model.ts";
import { monitorsAround, syncProbing } from "./probing.ts";
import type { Plan } from "./state.ts";

/** Asks for the start of a resource; after an unclean boot the first start gets twice the time. */
export function launch(d: Draft, id: ResourceId, plan: Plan): void {
  const resource = d.modelResource(id);
  const { startAttempt, starts } = d.resource(id);
  const isPatient = d.state.isAfterUncleanBoot && starts === 0;
  const timeoutMs = resource.startTimeoutMs * (isPatient ? 2 : 1);
  const op = d.newId("o");
  d.patchResource(id, {
    phase: { is: "starting", op, isLaunched: false, until: d.at + timeoutMs, awaiting: [] },
    since: d.at,
    startAttempt: startAttempt + 1,
    starts: starts + 1,
  });
  d.act({
    type: "startResource",
    op,
    resource: id,
    event: plan.step === null ? "START" : "RECOVER",
    attempt: startAttempt + 1,
    reason: plan.reason,
    timeoutMs,
  });
}

/** Asks for the stop of a resource; `failure` is why, when it is stopped because it failed. */
export function stop(d: Draft, id: ResourceId, plan: Plan, failure: string | null): void {
  const { stopAttempt } = d.resource(id);
  const op = d.newId("o");
  askForEvidence(d, id, plan, op);
  d.patchResource(id, {
    phase: { is: "stopping", op, failure },
    since: d.at,
    stopAttempt: stopAttempt + 1,
  });
  d.act({
    type: "stopResource",
    op,
    resource: id,
    event: plan.kind === "restart" && plan.step !== null ? "RECOVER" : "STOP",
    attempt: stopAttempt + 1,
    reason: plan.reason,
    timeoutMs: d.modelResource(id).stopTimeoutMs,
  });
  syncProbing(d, monitorsAround(d, id));
}
