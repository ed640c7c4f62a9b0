import { never } from "../base/assert.ts";
import type { GuardSettings, Sender } from "../base/guard-message.ts";
import { dropCourse, groupsStopped, pursueCourse, starve, takeOrder } from "./guard-course.ts";
import { deviceAnswered, feedWhenDue, judgeFromNow, leave, pursueDevice } from "./guard-device.ts";
import { GuardDraft } from "./guard-draft.ts";
import { passTime } from "./guard-gap.ts";
import type { GuardAct, GuardInput } from "./guard-input.ts";
import { newestSeen } from "./guard-start.ts";
import { BEATS_ARRIVE, type GuardState, isEnforcing, PROOFS_ARRIVE } from "./guard-state.ts";
import { countLoss, pursueWatch } from "./guard-watch.ts";

type Input<Is extends GuardInput["is"]> = Extract<GuardInput, { is: Is }>;

/** What the guard does about an input: its next state, and acts to be performed in order, at once. */
export interface GuardDecision {
  readonly state: GuardState;
  readonly acts: readonly GuardAct[];
}

/**
 * The guard's whole policy. What is told changes the state; what time brings is done by ticks, of
 * which the shell sends two a second, so that nothing is later than half a second and one rung is
 * taken at a time.
 */
export function guardDecide(state: GuardState, input: GuardInput): GuardDecision {
  if (state.isGone) return { state, acts: [] };
  const d = new GuardDraft(passTime(state, input.at));
  take(d, input);
  return { state: d.state, acts: d.acts };
}

function take(d: GuardDraft, input: GuardInput): void {
  if (isAgents(input)) d.patch({ hasHeardAgent: true });
  switch (input.is) {
    case "tick":
      return tick(d);
    case "proof":
      return onProof(d, input);
    case "no-proof":
      return onNoProof(d, input);
    case "beat":
      return onBeat(d, input.by);
    case "settings":
      return onSettings(d, input.settings);
    case "kept-settings":
      if (d.state.settings === null) onSettings(d, input.settings);
      return;
    case "record":
      return d.patch({ record: input.record });
    case "order":
      return takeOrder(d, input.order);
    case "groups-stopped":
      return groupsStopped(d, input.id);
    case "test":
      return starve(d, input.id);
    case "leaving":
      return onLeaving(d, input);
    case "shutdown":
      return onShutdown(d, input);
    case "leave":
      return leave(d, input.isShutdown);
    case "crash-kernel":
      return d.patch({ hasCrashKernel: input.isLoaded });
    case "newest":
      return newestSeen(d, input.pid);
    case "device":
      return deviceAnswered(d, input.device, input.fault);
    default:
      never(input);
  }
}

/** Device first, because silence is judged only once it was tried; what bites is not fed. */
function tick(d: GuardDraft): void {
  pursueDevice(d);
  pursueWatch(d);
  pursueCourse(d);
  feedWhenDue(d);
}

function isAgents({ is }: GuardInput): boolean {
  return is === "beat" || is === "settings" || is === "record" || is === "order";
}

function onProof(d: GuardDraft, { by, times }: Input<"proof">): void {
  const { prover, agent } = d.state;
  // What was on its way when it said that it leaves.
  if (prover.hasLeft && isSame(prover.process, by)) return d.patchProver({ proofAt: d.at, times });
  const isAfterHole = prover.proofAt === null || d.at - prover.proofAt >= PROOFS_ARRIVE;
  // The agent may have been frozen with everything else: its silence counts while proofs arrive.
  if (isAfterHole && agent.dueSince !== null) d.patchAgent({ dueSince: d.at });
  d.patch({ gaps: 0 });
  d.patchProver({
    process: by,
    proofAt: d.at,
    times,
    noProof: null,
    dueSince: d.at,
    leftAt: null,
    hasLeft: false,
    isKilled: false,
    isSlowNoted: false,
  });
}

/** The prover lives and cannot prove; where one proved before, this is silence from now on. */
function onNoProof(d: GuardDraft, { by, why }: Input<"no-proof">): void {
  const { prover } = d.state;
  const isNews = prover.hasLeft && !isSame(prover.process, by);
  d.patchProver({ process: by, noProof: why });
  if (isNews) d.patchProver({ hasLeft: false, leftAt: null, dueSince: d.at });
}

function onBeat(d: GuardDraft, by: Sender): void {
  const { dueSince, steadySince, hasLeft, process } = d.state.agent;
  if (hasLeft && isSame(process, by)) return;
  // Its place was taken, and it had not said that it leaves.
  if (process !== null && !hasLeft && !isSame(process, by)) countLoss(d);
  const isSteady = dueSince !== null && d.at - dueSince < BEATS_ARRIVE;
  d.patchAgent({
    process: by,
    beatAt: d.at,
    dueSince: d.at,
    steadySince: isSteady ? steadySince : d.at,
    hasLeft: false,
  });
}

function onSettings(d: GuardDraft, settings: GuardSettings): void {
  const wasEnforcing = isEnforcing(d.state);
  d.patch({ settings });
  if (!wasEnforcing && isEnforcing(d.state)) judgeFromNow(d);
  if (settings.mode === "observe" && d.state.course?.rung === "groups") {
    dropCourse(d, "nothing is done in observe mode");
  }
}

/**
 * Whoever says it is believed: when one goes that was replaced already, the other is heard again in
 * a moment; a word that was not believed could end as a stall.
 */
function onLeaving(d: GuardDraft, { who, by }: Input<"leaving">): void {
  if (who === "agent") d.patchAgent({ process: by, dueSince: null, hasLeft: true });
  else d.patchProver({ process: by, dueSince: null, leftAt: d.at, hasLeft: true });
}

function onShutdown(d: GuardDraft, { isOn, isRescue }: Input<"shutdown">): void {
  const { ending, prover, agent, course } = d.state;
  if (!isOn) {
    d.patch({ ending: null });
    if (ending === null) return;
    // Who was told to stop has to be started again before silence means anything.
    if (prover.dueSince !== null) d.patchProver({ dueSince: d.at });
    if (agent.dueSince !== null) d.patchAgent({ dueSince: d.at });
    return;
  }
  // Told again by a new agent it began when it began.
  if (ending !== null && ending.isRescue === isRescue) return;
  d.patch({ ending: { since: d.at, isRescue } });
  const isOurs = course?.kind === "reboot" || course?.kind === "poweroff";
  if (isOurs && course.rung === "groups") {
    dropCourse(d, "somebody else ends this boot already");
  }
}

function isSame(one: Sender | null, other: Sender): boolean {
  return one !== null && one.pid === other.pid && one.startTime === other.startTime;
}
