import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import type { Monitor } from "../core/model.ts";
import type { Answer } from "./scenario.ts";
import type { Shell } from "./shell.ts";

interface Probing {
  readonly intervalMs: Millis;
  /** A scenario may bring a probe forward, not before the first. */
  readonly firstAt: Millis;
}

/** Probes what the policy asked for, at its times, and reports what the world answers. */
export class Probes {
  readonly #shell: Shell;
  readonly #probing = new Map<string, Probing>();
  /** Monitors whose probe timed out and hangs. */
  readonly #hung = new Set<string>();

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  start(monitor: string, delayMs: Millis, isEager: boolean): void {
    this.stop(monitor);
    const { model, now } = this.#shell;
    const intervalMs = model.monitors.get(monitor)?.intervalMs ?? SECOND;
    this.#probing.set(monitor, {
      intervalMs: isEager ? Math.min(SECOND, intervalMs) : intervalMs,
      firstAt: delayMs === intervalMs ? now : now + delayMs,
    });
    this.#schedule(monitor, now + delayMs);
  }

  stop(monitor: string): void {
    this.#probing.delete(monitor);
    this.#shell.timeline.cancel(`schedule ${monitor}`);
    this.#shell.timeline.cancel(`probe ${monitor}`);
  }

  stopAll(): void {
    for (const monitor of this.#probing.keys()) this.stop(monitor);
    this.#hung.clear();
  }

  probeNow(monitor: string): void {
    const { timeline, now } = this.#shell;
    timeline.add(now, `probe ${monitor}`, () => this.#probe(monitor));
  }

  /** A monitor answers differently from now on; a probe that is being made finds it at once. */
  tell(name: string, answer: Answer, cause: string): void {
    const { answers, model, now, timeline, trees } = this.#shell;
    answers.tell(name, answer);
    const monitor = model.monitors.get(name);
    const probing = this.#probing.get(name);
    if (!monitor || !probing || now < probing.firstAt) return;
    this.#schedule(name, now + probing.intervalMs);
    timeline.cancel(`probe ${name}`);
    this.#report(monitor, answers.probe(monitor, trees, now), cause);
  }

  /** After a gap what was being probed is judged anew after one interval. */
  onGap(): void {
    for (const [monitor, { intervalMs }] of this.#probing) {
      this.#shell.timeline.cancel(`probe ${monitor}`);
      this.#schedule(monitor, this.#shell.now + intervalMs);
    }
  }

  #schedule(monitor: string, at: Millis): void {
    const { timeline } = this.#shell;
    timeline.cancel(`schedule ${monitor}`);
    timeline.add(at, `schedule ${monitor}`, () => {
      this.#schedule(monitor, this.#shell.now + (this.#probing.get(monitor)?.intervalMs ?? MINUTE));
      this.#probe(monitor);
    });
  }

  #probe(name: string): void {
    const { answers, model, now, timeline, trees } = this.#shell;
    const monitor = model.monitors.get(name);
    if (!monitor) return;
    const answer = answers.probe(monitor, trees, now);
    const cause = answer.isTimeout ? `(${name} times out)` : `(${name} ${answer.outcome})`;
    if (answer.isStuck && this.#hung.has(name))
      return this.#report(monitor, answer, `(${name} hangs)`);
    const takesMs = answer.isTimeout ? monitor.timeoutMs : answer.durationMs;
    // What takes a moment is shown at the moment it began, so that transcripts have round times.
    if (takesMs < SECOND) return this.#report(monitor, answer, cause);
    timeline.cancel(`probe ${name}`);
    // One that takes longer than the interval is not overtaken by the next.
    const isLong = takesMs > monitor.intervalMs && this.#probing.has(name);
    if (isLong) timeline.cancel(`schedule ${name}`);
    timeline.add(now + takesMs, `probe ${name}`, () => {
      if (isLong) this.#schedule(name, now + takesMs);
      this.#report(monitor, answer, cause);
    });
  }

  #report(monitor: Monitor, answer: Answer, cause: string): void {
    const { outcome, reason, isTimeout, isAlertOnly } = answer;
    const { name, timeoutMs, intervalMs } = monitor;
    const durationMs = isTimeout ? timeoutMs : answer.durationMs;
    const probed = {
      type: "probeFinished",
      monitor: name,
      outcome,
      durationMs,
      isTimeout,
    } as const;
    const isStuck = answer.isStuck === true && this.#hung.has(name);
    // What hangs times out once; an interval later it is known to be stuck.
    if (answer.isStuck) this.#hung.add(name);
    else this.#hung.delete(name);
    if (answer.isStuck) this.#schedule(name, this.#shell.now + intervalMs);
    this.#shell.feed(
      {
        ...probed,
        reason: isStuck ? "the probe still hangs" : reason,
        ...(isAlertOnly ? { isAlertOnly } : {}),
        ...(isStuck ? { isStuck } : {}),
      },
      cause,
    );
  }
}
