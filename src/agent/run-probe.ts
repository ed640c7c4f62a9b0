import type { Millis } from "../base/duration.ts";
import type { Soon } from "../base/soon.ts";
import {
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  type ProbeResult,
  unknown,
} from "../monitors/define.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";

export interface ProbeEnd {
  readonly outcome: ProbeOutcome;
  readonly reason: string;
  readonly durationMs: Millis;
  readonly isTimeout: boolean;
  readonly isAlertOnly?: boolean;
}

/** A reason is shown in one line; more than this is cut. */
const REASON_MAX = 500;

/** One run of a probe, as the probe sees it. */
export class ProbeRun implements ProbeContext {
  readonly host: Host;
  readonly monitor: string;
  readonly timeoutMs: Millis;
  #slow = "";
  #controller: AbortController | null = null;
  #isAborted = false;

  constructor(host: Host, monitor: string, timeoutMs: Millis) {
    this.host = host;
    this.monitor = monitor;
    this.timeoutMs = timeoutMs;
  }

  /** Made when a probe looks at it: most never do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  get onSlow(): (what: string) => void {
    return (what) => {
      this.#slow = `: ${what}`;
    };
  }

  /** What the probe said last of what takes long, as the end of a sentence. */
  get slow(): string {
    return this.#slow;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }

  /** Never throws: a bug in a probe is `unknown`, because a bug must not restart a database. */
  begin(probe: Probe): Soon<ProbeResult> {
    try {
      const result = probe(this);
      return result instanceof Promise ? result.catch(bug) : result;
    } catch (error) {
      return bug(error);
    }
  }
}

function bug(error: unknown): ProbeResult {
  return unknown(`the probe itself failed: ${sentence(error)}`);
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How a probe ended by itself. */
export function endOf(result: ProbeResult, durationMs: Millis): ProbeEnd {
  const { outcome, isAlertOnly } = result;
  const reason = result.reason.slice(0, REASON_MAX);
  const end = { outcome, reason, durationMs, isTimeout: false };
  return isAlertOnly === true ? { ...end, isAlertOnly } : end;
}

export interface RunningProbe {
  /** Nobody wants to know any more: nothing is told of it from now on. */
  readonly discard: () => void;
}

export interface ProbeListener {
  /** The probe itself ended, in time, abandoned or discarded. */
  readonly onSettled: () => void;
  /** What is told of it: its result, or that it took too long. Once, unless it is discarded. */
  readonly onEnd: (end: ProbeEnd) => void;
}

/** Waits for a probe that began just now until its deadline, and never longer. */
export function awaitProbe(
  run: ProbeRun,
  result: Promise<ProbeResult>,
  beganAt: Millis,
  clock: Clock,
  { onSettled, onEnd }: ProbeListener,
): RunningProbe {
  let isOver = false;
  const timer: Timer = clock.timer(run.timeoutMs, () => {
    isOver = true;
    const reason = `no result within ${run.timeoutMs / 1000} s${run.slow}`;
    run.abort();
    onEnd({
      outcome: "failed",
      reason: reason.slice(0, REASON_MAX),
      durationMs: clock.now() - beganAt,
      isTimeout: true,
    });
  });
  void result.then((ended) => {
    onSettled();
    if (isOver) return;
    isOver = true;
    timer.cancel();
    onEnd(endOf(ended, clock.now() - beganAt));
  });
  return {
    discard: () => {
      isOver = true;
      timer.cancel();
      run.abort();
    },
  };
}
