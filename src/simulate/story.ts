import type { Millis } from "../base/duration.ts";
import type { Event, EventFields, EventId } from "../core/event.ts";
import type { Step } from "./world.ts";
import { renderEvent } from "./render-event.ts";

/** One thing that is decided or comes of it, in a play of a failure. */
export interface StoryStep {
  /** Since the failure began; goes on over reboots. */
  readonly at: Millis;
  /** 1 = the boot in which it failed. */
  readonly boot: number;
  readonly text: string;
  /** How a step of recovery ended; null while it runs, and for what has no end. */
  readonly result: string | null;
  readonly tookMs: Millis | null;
  /** So often in a row, the last time at `lastAt`. */
  readonly times: number;
  readonly lastAt: Millis;
}

/** What a reader wants to know of a play; the rest is housekeeping. */
const TOLD: ReadonlySet<EventId> = new Set<EventId>([
  "monitor-failed",
  "monitor-recovered",
  "monitor-cured",
  "monitor-consequence",
  "monitor-flapping",
  "monitor-chronic",
  "step-begun",
  "step-abandoned",
  "would-have",
  "recovery-exhausted",
  "recovery-held",
  "server-action-ordered",
  "server-action-simulated",
  "server-action-blocked",
  "reboot-did-not-help",
  "boot-recorded",
  "resource-blocked",
  "resource-stop-failed",
  "group-start-failed",
]);

/** So many entries of a play are kept; of more the middle is counted only. */
const STEPS_MAX = 400;

/** Turns the decisions of a play into its story. */
export class Story {
  readonly #zero: Millis;
  readonly #steps: StoryStep[] = [];
  readonly #counts = new Map<EventId, number>();
  #boot = 1;
  /** When anything but a reminder was last told, since the failure began. */
  lastAt: Millis = 0;
  /** When the final action was taken, since the failure began. */
  finalAt: Millis | null = null;
  /** The final action was to stop something. */
  hasStopped = false;

  constructor(zero: Millis) {
    this.#zero = zero;
  }

  get steps(): readonly StoryStep[] {
    return this.#steps;
  }

  count(...ids: readonly EventId[]): number {
    return ids.reduce((sum, id) => sum + (this.#counts.get(id) ?? 0), 0);
  }

  read({ at, actions }: Step): void {
    for (const action of actions) {
      if (action.type === "event") this.#take(at - this.#zero, action.event);
    }
  }

  #take(at: Millis, event: Event): void {
    this.#counts.set(event.id, this.count(event.id) + 1);
    if (event.id === "step-finished") return this.#finish(event.fields);
    if (!TOLD.has(event.id)) return;
    this.lastAt = at;
    if (event.id === "boot-recorded") this.#boot += 1;
    const final = finalOf(event);
    if (final !== null) this.finalAt ??= at;
    if (final === "stop") this.hasStopped = true;
    const text = textOf(event);
    const last = this.#steps.at(-1);
    if (last?.text === text) {
      this.#steps[this.#steps.length - 1] = { ...last, times: last.times + 1, lastAt: at };
    } else if (this.#steps.length < STEPS_MAX) {
      const boot = this.#boot;
      this.#steps.push({ at, boot, text, result: null, tookMs: null, times: 1, lastAt: at });
    }
  }

  #finish({ step, target, result, took }: EventFields["step-finished"]): void {
    const index = this.#steps.findLastIndex((one) => one.text.startsWith(`${step} of ${target} `));
    const begun = this.#steps[index];
    if (begun?.result === null) this.#steps[index] = { ...begun, result, tookMs: took };
  }
}

/** What kind of final action an event tells of; null when of none. */
function finalOf(event: Event): "server" | "stop" | null {
  if (event.id === "server-action-ordered" || event.id === "server-action-simulated") {
    return "server";
  }
  const isStep = event.id === "step-begun" || event.id === "would-have";
  return isStep && event.fields.step.startsWith("stop-") ? "stop" : null;
}

/** The reason is the same everywhere, and made up. */
function textOf(event: Event): string {
  if (event.id === "boot-recorded") return bootText(event.fields);
  return renderEvent(event).replace(/: (?:[a-z0-9-]+: )?simulated failure$/, "");
}

function bootText({ counted, limit }: EventFields["boot-recorded"]): string {
  return `the server is up again; ${counted} of ${limit} reboots are counted`;
}
