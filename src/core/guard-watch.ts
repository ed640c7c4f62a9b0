import type { Millis } from "../base/duration.ts";
import { formatDuration, HOUR, MINUTE } from "../base/duration.ts";
import { PROOF_EVERY } from "../base/guard-message.ts";
import { beginAtOnce, groupsStopped, takeOrder } from "./guard-course.ts";
import type { GuardDraft } from "./guard-draft.ts";
import { frozenHeldUntil, hasFrozenAtStart } from "./guard-start.ts";
import {
  BEATS_ARRIVE,
  isEnforcing,
  isStalled,
  LOSSES_MAX,
  LOSSES_WITHIN,
  PROOFS_ARRIVE,
  stallHeldUntil,
} from "./guard-state.ts";

/** Own orders cannot meet one of the agent's, whose ids begin with a letter. */
const OWN_ID = "0-agent-lost";
/**
 * No agent writes the intent down, so only a short boot is counted by the next one; a longer one
 * could end like this again and again, so it is ended as rarely as a stall beyond the limit.
 */
const COUNTED_BOOT: Millis = 30 * MINUTE;
const RARELY: Millis = 6 * HOUR;
/**
 * One that is only late is not stuck, however short the timeout is. Shorter than two proofs, so that
 * within a timeout of ten seconds a new one can be started and prove.
 */
const PROOF_LATE: Millis = 1.5 * PROOF_EVERY;

/** Judges who is silent; nothing is judged while this boot is being ended. */
export function pursueWatch(d: GuardDraft): void {
  const { ending, course, device, settings } = d.state;
  if (settings === null || !isEnforcing(d.state)) return;
  if (ending !== null) {
    const isOverdue = !ending.isRescue && d.at - ending.since >= settings.shutdownTimeoutMs;
    if (isOverdue && course === null) {
      const limit = formatDuration(settings.shutdownTimeoutMs);
      beginAtOnce(d, "reset", `the shutdown did not end in ${limit}`);
    }
    return;
  }
  if (course !== null || device.is === "closed" || device.is === "opening") return;
  if (isStalled(d.state)) judgeStall(d);
  else if (hasFrozenAtStart(d.state)) {
    judge(d, "nobody ever proved that programs run, and none is started", frozenHeldUntil(d.state));
  } else {
    watchProver(d, settings.timeoutMs);
    watchAgent(d, settings.agentTimeoutMs);
  }
}

function judgeStall(d: GuardDraft): void {
  const { settings, prover } = d.state;
  if (settings === null) return;
  const silent = formatDuration(settings.timeoutMs);
  const why = prover.noProof === null ? "" : ` (${prover.noProof})`;
  judge(d, `no proof that programs run for ${silent}${why}`, stallHeldUntil(d.state));
}

function judge(d: GuardDraft, reason: string, heldUntil: Millis): void {
  const { settings, prover } = d.state;
  if (settings === null) return;
  if (d.at >= heldUntil) return beginAtOnce(d, settings.stallAction, reason);
  if (prover.isSlowNoted) return;
  d.patchProver({ isSlowNoted: true });
  const wait = formatDuration(heldUntil - d.at);
  d.note("warning", `${reason}: a stall, not acted upon for ${wait} by the limit`);
}

/**
 * A prover that alone is stuck is no stall: while the agent is heard it is killed once, and has half
 * the timeout for a new one to prove. A server in which nothing can be started stays a stall.
 */
function watchProver(d: GuardDraft, timeoutMs: Millis): void {
  const { prover, agent } = d.state;
  if (prover.dueSince === null || prover.isKilled || prover.process === null) return;
  const silent = Math.max(timeoutMs / 2, PROOF_LATE);
  if (d.at - prover.dueSince < silent) return;
  // What was frozen as a whole and goes on is heard in any order: who comes second is not stuck.
  const isSteady = d.at - agent.steadySince >= PROOFS_ARRIVE;
  if (agent.dueSince === null || d.at - agent.dueSince >= BEATS_ARRIVE || !isSteady) return;
  d.patchProver({ isKilled: true, kills: prover.kills + 1 });
  d.note("warning", `the prover is silent for ${formatDuration(silent)} and is killed`);
  d.act({ type: "kill", who: "prover", process: prover.process });
}

/** Losing the agent is not a stall: while proofs arrive it is killed, and systemd starts another. */
function watchAgent(d: GuardDraft, agentTimeoutMs: Millis): void {
  const { prover, agent } = d.state;
  forgetLosses(d);
  const isProven = prover.proofAt !== null && d.at - prover.proofAt < PROOFS_ARRIVE;
  const isSilent = agent.dueSince !== null && d.at - agent.dueSince >= agentTimeoutMs;
  if (isProven && isSilent && agent.process !== null) {
    const killsAt = [...d.state.agent.killsAt, d.at].slice(-LOSSES_MAX);
    d.note("warning", `the agent is silent for ${formatDuration(agentTimeoutMs)} and is killed`);
    d.act({ type: "kill", who: "agent", process: agent.process });
    d.patchAgent({ process: null, dueSince: null, killsAt });
    countLoss(d);
  }
  if (d.state.agent.isLost && d.state.settings?.agentLost === "reboot") rebootForAgent(d);
}

/** One that comes to life only to end again is lost as well as one that has to be killed. */
export function countLoss(d: GuardDraft): void {
  const { isLost, lossesAt } = d.state.agent;
  const lately = [...lossesAt.filter((at) => d.at - at < LOSSES_WITHIN), d.at].slice(-LOSSES_MAX);
  const isEnough = lately.length >= LOSSES_MAX;
  d.patchAgent({ lossesAt: lately, isLost: isLost || isEnough });
  if (isEnough && !isLost) {
    d.note("warning", `the agent is lost: ${LOSSES_MAX} times in ten minutes`);
  }
}

/** It is lost no more when it was heard for ten minutes without another loss. */
function forgetLosses(d: GuardDraft): void {
  const { lossesAt, killsAt, isLost, dueSince } = d.state.agent;
  const lately = lossesAt.filter((at) => d.at - at < LOSSES_WITHIN);
  const isBack = isLost && lately.length === 0 && dueSince !== null;
  if (lately.length === lossesAt.length && !isBack) return;
  const kills = killsAt.filter((at) => d.at - at < LOSSES_WITHIN);
  d.patchAgent({ lossesAt: lately, killsAt: kills, isLost: isLost && !isBack });
}

/** In place of the agent, and with its limit: what is lost may still be told, so it is not slowed. */
function rebootForAgent(d: GuardDraft): void {
  const { record, settings } = d.state;
  if (settings === null || record === null || record.isLost) return;
  if (record.counted >= settings.rebootLimit) return;
  if (d.at >= COUNTED_BOOT && d.at < RARELY) return;
  const deadlineAt = d.at + settings.gracefulTimeoutMs;
  takeOrder(d, { id: OWN_ID, kind: "reboot", reason: "the agent is lost", deadlineAt });
  // Nobody stops the groups in order: systemd may have the whole time.
  groupsStopped(d, OWN_ID);
}
