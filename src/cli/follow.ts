import { setTimeout as delay } from "node:timers/promises";
import type { EventRecord } from "../api/answers.ts";
import type { CallProblem, Client } from "../api/client.ts";
import { type Context, refuseCall, withProgram } from "./context.ts";

/** What a follower of events is told. */
export interface FollowListener {
  onEvent(event: EventRecord): void;
  /** So many events were pruned, or lost because this reader was too slow. */
  onSkipped(count: number): void;
  /** The server ended without notice meanwhile, and nobody knows how many events were lost with it. */
  onCut?(): void;
  /** Told once when the agent goes; `onBack` when it answers again. */
  onGone(): void;
  onBack(): void;
}

const RETRY_MS = 500;

/**
 * Follows the events after `lastSeq` until `signal` is aborted (null), over restarts of the agent,
 * without missing or repeating one. Gives back a problem only when asking again cannot help.
 */
export async function followEvents(
  client: Client,
  lastSeq: number,
  signal: AbortSignal,
  listener: FollowListener,
): Promise<CallProblem | null> {
  let after = lastSeq;
  let isGone = false;
  const isBack = (): void => {
    if (isGone) listener.onBack();
    isGone = false;
  };
  while (!signal.aborted) {
    const result = await client.follow(
      { after },
      (line) => {
        isBack();
        if (line.type === "skipped") {
          if (line.count === null) listener.onCut?.();
          else listener.onSkipped(line.count);
        }
        if (line.type !== "event" || line.event.seq <= after) return;
        after = line.event.seq;
        listener.onEvent(line.event);
      },
      signal,
    );
    if (signal.aborted || result.ok) return null;
    if (["usage", "no-permission", "bug"].includes(result.problem.kind)) return result.problem;
    if (!isGone) listener.onGone();
    isGone = true;
    await delay(RETRY_MS, null, { signal }).catch(() => null);
  }
  return null;
}

/**
 * Shows what comes after `lastSeq` until Ctrl-C, and says when something is missing (`what`: "events")
 * or the agent is gone. Gives back the exit code.
 */
export async function followHere(
  context: Context,
  lastSeq: number,
  what: string,
  onEvent: (event: EventRecord) => void,
): Promise<number> {
  const left = new AbortController();
  context.onInterrupt(() => left.abort());
  const problem = await followEvents(context.client, lastSeq, left.signal, {
    onEvent,
    onSkipped: (count) => context.err(`(${count} ${what} were not kept and are missing here)`),
    onCut: () => context.err(`(the server ended without notice; its last ${what} may be missing)`),
    onGone: () =>
      context.err(withProgram(context, "The agent is gone; waiting for it. Ctrl-C ends.")),
    onBack: () => context.err("The agent is back."),
  });
  return problem === null ? 0 : refuseCall(context, problem);
}
