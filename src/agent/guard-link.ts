import { MINUTE, type Millis } from "../base/duration.ts";
import {
  BEAT_EVERY,
  type GuardMessage,
  type GuardOrder,
  type GuardRecord,
  type GuardSettings,
  type Sender,
} from "../base/guard-message.ts";
import { GUARD_REPORT_EVERY, type GuardReport } from "../base/guard-report.ts";
import type { GuardFacts } from "../core/guarding.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { GuardTalk } from "../ports/guard-talk.ts";
import { factsOf, NO_GUARD } from "./guard-facts.ts";

export interface GuardLinkParts {
  readonly clock: Clock;
  readonly talk: GuardTalk;
  readonly self: Sender;
  /** What is known of the guard, when it changed. */
  readonly onFacts: (facts: GuardFacts) => void;
}

/** A report that was not written anew for so long is of a guard that is gone, or hangs. */
const STALE_AFTER: Millis = 3 * GUARD_REPORT_EVERY;
/** So long a new guard may be without a proof, until that is told. */
const PROOFS_BEGIN: Millis = MINUTE;

type Standing = Exclude<GuardMessage["is"], "proof" | "no-proof" | "beat" | "leaving" | "test">;
/** In the order in which a guard that knows nothing has to hear them. */
const STANDING: readonly Standing[] = ["settings", "record", "shutdown", "order", "groups-stopped"];

/**
 * The agent's side of the guard: says every two seconds that it lives, tells what the guard has to
 * know, again whenever there is another guard or a line was dropped, and hears how the guard is.
 */
export class GuardLink {
  readonly #parts: GuardLinkParts;
  readonly #standing = new Map<Standing, GuardMessage>();
  readonly #untold = new Set<Standing>();
  #timer: Timer | null = null;
  #guard = "";
  #guardSince: Millis = 0;
  #facts = NO_GUARD;
  #told = "";
  #timeoutMs: Millis = MINUTE;

  constructor(parts: GuardLinkParts) {
    this.#parts = parts;
  }

  /** What was heard of it last. */
  get facts(): GuardFacts {
    return this.#facts;
  }

  /** The guard's last words; null when they are old, or there were none. */
  report(): GuardReport | null {
    const report = this.#parts.talk.report();
    const age = report === null ? 0 : this.#parts.clock.now() - report.at;
    return report !== null && age <= STALE_AFTER ? report : null;
  }

  /** Reads how the guard is; nothing is told yet. */
  look(): void {
    this.#facts = this.#read();
  }

  /** Tells the facts at once, then beats. */
  start(): void {
    this.#tellFacts();
    this.#beat();
  }

  /** Told to the guard whenever they change, and to each new guard. */
  settings(settings: GuardSettings): void {
    this.#timeoutMs = settings.timeoutMs;
    this.#stand({ is: "settings", settings });
  }

  record(record: GuardRecord): void {
    this.#stand({ is: "record", record });
  }

  shutdown(isOn: boolean, isRescue: boolean): void {
    this.#stand({ is: "shutdown", isOn, isRescue });
  }

  /** Takes the place of an order before it, which the guard performs or has dropped. */
  order(order: GuardOrder): void {
    this.#standing.delete("groups-stopped");
    this.#stand({ is: "order", order });
  }

  groupsStopped(id: string): void {
    this.#stand({ is: "groups-stopped", id });
  }

  /** The agent goes on purpose: its silence is no loss. */
  leave(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#parts.talk.send({ is: "leaving", who: "agent", by: this.#parts.self });
  }

  #beat(): void {
    this.#parts.talk.send({ is: "beat", by: this.#parts.self });
    this.#tellUntold();
    this.#timer = this.#parts.clock.timer(BEAT_EVERY, () => {
      this.#tellFacts();
      this.#beat();
    });
  }

  #stand(message: GuardMessage & { readonly is: Standing }): void {
    const before = this.#standing.get(message.is);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(message)) return;
    this.#standing.set(message.is, message);
    this.#untold.add(message.is);
    this.#tellUntold();
  }

  /** What could not be written is tried again at the next beat. */
  #tellUntold(): void {
    for (const is of STANDING) {
      const message = this.#standing.get(is);
      if (message === undefined) this.#untold.delete(is);
      if (!this.#untold.has(is) || message === undefined) continue;
      if (this.#parts.talk.send(message) !== null) return;
      this.#untold.delete(is);
    }
  }

  #read(): GuardFacts {
    const { clock } = this.#parts;
    const report = this.report();
    if (report !== null) this.#notice(report, clock.now());
    const isUnproven =
      report !== null && clock.now() - (report.proofAt ?? this.#guardSince) >= PROOFS_BEGIN;
    const told = this.#standing.get("record");
    const isCharged = told?.is === "record" && told.record.isCharged;
    return factsOf(report, this.#facts, { timeoutMs: this.#timeoutMs, isUnproven, isCharged });
  }

  #tellFacts(): void {
    this.#facts = this.#read();
    const text = JSON.stringify(this.#facts);
    if (text === this.#told) return;
    this.#told = text;
    this.#parts.onFacts(this.#facts);
  }

  /** A guard that was started again knows nothing. */
  #notice({ pid, startTime }: GuardReport, now: Millis): void {
    const guard = `${pid} ${startTime}`;
    if (guard === this.#guard) return;
    this.#guard = guard;
    this.#guardSince = now;
    for (const is of this.#standing.keys()) this.#untold.add(is);
  }
}
