import type { Millis } from "../base/duration.ts";
import type { Probe, ProbeOutcome } from "../monitors/define.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";

export interface ProbeEnd {
  readonly outcome: ProbeOutcome;
  readonly reason: string;
  readonly durationMs: Millis;
  readonly isTimeout: boolean;
  readonly isAlertOnly?: boolean;
}

export interface RunningProbe {
  readonly end: Promise<ProbeEnd>;
  /** Nobody wants to know any more. `end` never settles then. */
  readonly discard: () => void;
}

/** A reason is shown in one line; more than this is cut. */
const REASON_MAX = 500;

/**
 * Runs one probe under its deadline. Never throws and never waits for a probe that hangs; a bug in
 * a probe is `unknown`, because a bug must not restart a database.
 */
export function runProbe(
  probe: Probe,
  monitor: string,
  timeoutMs: Millis,
  host: Host,
  clock: Clock,
  onSettled: () => void,
): RunningProbe {
  const abort = new LazyAbort();
  const startedAt = clock.now();
  let timer: Timer | null = null;
  let isDiscarded = false;
  let slow = "";
  const end = new Promise<ProbeEnd>((resolve) => {
    const finish = (
      outcome: ProbeOutcome,
      reason: string,
      isTimeout: boolean,
      isAlertOnly = false,
    ): void => {
      timer?.cancel();
      if (isDiscarded) return;
      const durationMs = clock.now() - startedAt;
      resolve({
        outcome,
        reason: reason.slice(0, REASON_MAX),
        durationMs,
        isTimeout,
        ...(isAlertOnly ? { isAlertOnly } : {}),
      });
    };
    timer = clock.timer(timeoutMs, () => {
      finish("failed", `no result within ${timeoutMs / 1000} s${slow}`, true);
      abort.now();
    });
    const onSlow = (what: string): void => {
      slow = `: ${what}`;
    };
    const context = {
      host,
      monitor,
      timeoutMs,
      onSlow,
      get signal(): AbortSignal {
        return abort.signal();
      },
    };
    invoke(probe, context).then(
      (result) => {
        onSettled();
        finish(result.outcome, result.reason, false, result.isAlertOnly ?? false);
      },
      (error: unknown) => {
        onSettled();
        finish("unknown", `the probe itself failed: ${sentence(error)}`, false);
      },
    );
  });
  return {
    end,
    discard: () => {
      isDiscarded = true;
      timer?.cancel();
      abort.now();
    },
  };
}

/** A signal that is made when a probe looks at it: most never do, and it costs more than they. */
class LazyAbort {
  #controller: AbortController | null = null;
  #isDue = false;

  signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isDue) this.#controller.abort();
    return this.#controller.signal;
  }

  now(): void {
    this.#isDue = true;
    this.#controller?.abort();
  }
}

/** A probe that throws before its first wait is the same bug as one that rejects. */
async function invoke(
  probe: Probe,
  context: Parameters<Probe>[0],
): Promise<Awaited<ReturnType<Probe>>> {
  return await probe(context);
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
