import type { Millis } from "../base/duration.ts";
import { SECOND } from "../base/duration.ts";
import { PROOF_EVERY } from "../base/guard-message.ts";
import { GAP, type GuardState } from "./guard-state.ts";

/**
 * A VM is paused, moved, and paused again; but a guard that comes to itself every few seconds only,
 * and hears no proof in between, sees a stall and not a pause.
 */
const GAPS_FORGIVEN = 3;
/** After a gap whoever is due gets at least so long. */
const JUDGED_AFTER: Millis = 2 * PROOF_EVERY;
const AGENT_JUDGED_AFTER: Millis = 5 * SECOND;

/**
 * The state at the time of the next input. When the guard itself did not run meanwhile every
 * running deadline moves by what was lost, and nothing is judged right after it.
 */
export function passTime(state: GuardState, at: Millis): GuardState {
  const lost = at - state.at;
  if (lost <= GAP || state.gaps >= GAPS_FORGIVEN) return { ...state, at };
  return { ...forgive(state, at, lost), at, gaps: state.gaps + 1 };
}

function forgive(state: GuardState, at: Millis, lost: Millis): GuardState {
  const { prover, agent, still, ending, course, settings } = state;
  const move = (since: Millis | null, silentMs: Millis): Millis | null => {
    if (since === null) return null;
    return Math.min(at, Math.max(since + lost, at - silentMs));
  };
  const timeoutMs = settings?.timeoutMs ?? 0;
  const agentTimeoutMs = settings?.agentTimeoutMs ?? 0;
  return {
    ...state,
    startedAt: state.startedAt + lost,
    prover: { ...prover, dueSince: move(prover.dueSince, timeoutMs - JUDGED_AFTER) },
    agent: { ...agent, dueSince: move(agent.dueSince, agentTimeoutMs - AGENT_JUDGED_AFTER) },
    still: still && { ...still, since: still.since + lost },
    ending: ending && { ...ending, since: ending.since + lost },
    course: course && {
      ...course,
      since: course.since + lost,
      askAt: course.askAt + lost,
      deadlineAt: course.deadlineAt + lost,
    },
  };
}
