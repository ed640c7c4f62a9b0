import type { Millis } from "../base/duration.ts";
import { SECOND } from "../base/duration.ts";
import type { GaspTarget, GuardMessage, GuardSettings, Sender } from "../base/guard-message.ts";
import { GUARD_REPORT_EVERY, type GuardReport } from "../base/guard-report.ts";
import type { GuardAct, GuardInput } from "../core/guard-input.ts";
import { guardDecide } from "../core/guard-policy.ts";
import type { GuardState } from "../core/guard-state.ts";
import { guardReport } from "../core/guard-summary.ts";
import type { Power, Watchdog } from "../ports/guard.ts";

/** Rounds of reading in one tick: a flood must not keep the guard from feeding. */
const ROUNDS_MAX = 8;
const LOOK_EVERY: Millis = 10 * SECOND;

/** They change nothing in the report but times. */
const REGULAR: ReadonlySet<GuardInput["is"]> = new Set(["tick", "newest", "beat", "proof"]);

/** What is told to the guard, as it came; opened at the start. */
export interface Lines {
  /** A round of what has arrived. */
  read(): readonly GuardMessage[];
  /** The last round ended at its limit. */
  readonly hasMore: boolean;
  readonly dropped: number;
  /** Looks whether it can still be told something, and opens anew what somebody removed. */
  renew(): void;
}

/** Everything the guard touches. All of it is open already, and nothing here waits. */
export interface GuardParts {
  readonly lines: Lines;
  readonly power: Power;
  /** The device by its path, or `auto`; it is opened by `arm`. */
  readonly createWatchdog: (device: string) => Watchdog;
  readonly writeReport: (report: GuardReport) => void;
  /** The pid that was given last; null: nobody looks, because a guard before this one has. */
  readonly readNewest: () => number | null;
  readonly self: Sender;
  readonly hardeningFault: string | null;
  readonly exit: () => void;
}

/** The guard's shell: what is told and the time go in, and what is decided is done at once. */
export class Guard {
  readonly #parts: GuardParts;
  #state: GuardState;
  #watchdog: Watchdog | null = null;
  #gasp: GaspTarget | null = null;
  #lookedAt: Millis | null = null;
  #reportedAt: Millis | null = null;
  /** The report would say something else than times. */
  #isNews = true;

  constructor(parts: GuardParts, state: GuardState) {
    this.#parts = parts;
    this.#state = state;
  }

  /** To be called twice a second with `CLOCK_MONOTONIC`. */
  tick(now: Millis): void {
    this.#hear(now);
    if (this.#lookedAt === null || now - this.#lookedAt >= LOOK_EVERY) this.#look(now);
    this.#submit({ is: "tick", at: now });
    const isDue = this.#reportedAt === null || now - this.#reportedAt >= GUARD_REPORT_EVERY;
    if (this.#isNews || isDue) this.#report(now);
  }

  /** It is asked to leave, with what it was told before; it may stay when the kernel is at work. */
  leave(now: Millis, isShutdown: boolean): void {
    this.#hear(now);
    this.#submit({ is: "leave", at: now, isShutdown });
  }

  /** What an agent told before, found in a file. */
  hearKept(settings: GuardSettings, now: Millis): void {
    this.#submit({ is: "kept-settings", at: now, settings });
  }

  /** At what nobody tells. */
  #look(now: Millis): void {
    this.#lookedAt = now;
    const isLoaded = this.#parts.power.hasCrashKernel();
    if (isLoaded !== this.#state.hasCrashKernel) {
      this.#submit({ is: "crash-kernel", at: now, isLoaded });
    }
    const pid = this.#state.prover.proofAt === null ? this.#parts.readNewest() : null;
    if (pid !== null) this.#submit({ is: "newest", at: now, pid });
  }

  #hear(now: Millis): void {
    const { lines } = this.#parts;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      for (const message of lines.read()) this.#submit({ ...message, at: now });
      if (!lines.hasMore) return;
    }
  }

  #submit(input: GuardInput): void {
    const { state, acts } = guardDecide(this.#state, input);
    this.#state = state;
    if (!REGULAR.has(input.is)) this.#isNews = true;
    if (input.is === "settings" || input.is === "kept-settings") this.#prepareGasp();
    for (const act of acts) this.#perform(act, input.at);
  }

  #prepareGasp(): void {
    const target = this.#state.settings?.lastGasp ?? null;
    const isSame = target?.address === this.#gasp?.address && target?.port === this.#gasp?.port;
    if (isSame) return;
    this.#gasp = target;
    this.#parts.power.setLastGasp(target);
  }

  #perform(act: GuardAct, at: Millis): void {
    const { power } = this.#parts;
    if (act.type !== "feed") this.#isNews = true;
    switch (act.type) {
      case "arm":
        power.preparePanic();
        this.#arm(act, at);
        return;
      case "feed":
        this.#feed(at);
        return;
      case "setTimeout":
        this.#watchdog?.setTimeout(act.timeoutMs);
        return;
      case "disarm":
        this.#close();
        power.restorePanic();
        return;
      case "lastGasp":
        power.lastGasp(act.text);
        return;
      case "askInit":
        if (!power.askInit(act.kind)) power.note("emergency", "PID 1 could not be asked");
        return;
      case "sysrq":
        if (!power.sysrq(act.key)) power.note("emergency", `sysrq ${act.key} was refused`);
        return;
      case "kill":
        if (!power.kill(act.process)) power.note("warning", `the ${act.who} was gone already`);
        return;
      case "note":
        power.note(act.level, act.text);
        return;
      case "exit":
        this.#report(at);
        this.#parts.exit();
    }
  }

  #arm(act: Extract<GuardAct, { type: "arm" }>, at: Millis): void {
    this.#watchdog ??= this.#parts.createWatchdog(act.device);
    const armed = this.#watchdog.arm(act.timeoutMs, act.onStall);
    const device = armed.ok ? armed.value : null;
    const fault = armed.ok ? this.#watchdog.fault() : armed.problem.message;
    if (device === null) this.#watchdog = null;
    this.#submit({ is: "device", at, device, fault });
  }

  /** A device that takes no feeding is closed, so that it or another one can be opened again. */
  #feed(at: Millis): void {
    if (this.#watchdog === null || this.#watchdog.feed()) return;
    this.#close();
    this.#submit({
      is: "device",
      at,
      device: null,
      fault: "the watchdog cannot be fed any more",
    });
  }

  #close(): void {
    if (this.#watchdog === null || this.#watchdog.disarm()) this.#watchdog = null;
  }

  #report(now: Millis): void {
    const { self, hardeningFault, lines, writeReport } = this.#parts;
    this.#reportedAt = now;
    this.#isNews = false;
    lines.renew();
    writeReport(guardReport(this.#state, { ...self, hardeningFault, dropped: lines.dropped }));
  }
}
