import type { EventRecord, ServerStatus } from "../../../src/api/answers.ts";
import type { AvailabilityAnswer } from "../../../src/api/availability-answers.ts";
import type { BootsAnswer } from "../../../src/api/boot-answers.ts";
import type { StreamLine } from "../../../src/api/contract.ts";
import { CALLS } from "./calls.ts";
import { call, type CallProblem } from "./client.ts";
import { Store } from "./store.ts";

/** How the page stands to the agent. */
export type Link = "connecting" | "live" | "lost" | "agent-down";

/** What is known of the server, and since when. */
export interface LiveData {
  readonly link: Link;
  readonly status: ServerStatus | null;
  /** When the status came, by this browser's clock; 0 = never. */
  readonly statusAt: number;
  /** Newest first. */
  readonly events: readonly EventRecord[] | null;
  readonly availability: AvailabilityAnswer | null;
  readonly boots: BootsAnswer | null;
}

const EMPTY: LiveData = {
  link: "connecting",
  status: null,
  statusAt: 0,
  events: null,
  availability: null,
  boots: null,
};

/** Events that are kept to be shown. */
const EVENTS_MOST = 60;
/** Several events at a time ask once. */
const GATHER_MS = 250;
/** A good probe tells nothing, so the status is asked this often too; seldom while nobody looks. */
const REFRESH_MS = 10_000;
const REFRESH_HIDDEN_MS = 60_000;
/** Measured availability changes slowly. */
const SLOW_MS = 5 * 60_000;
/** Silence for three heartbeats: the stream is gone, whatever the browser believes. */
const SILENCE_MS = 30_000;
const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 15_000;

/** Keeps what the page shows fresh: a stream of events, and a status after each of them. */
export class Live {
  readonly store = new Store<LiveData>(EMPTY);
  readonly #onSignedOut: () => void;
  #source: EventSource | null = null;
  #lastSeq: number | null = null;
  #retryMs = RETRY_FIRST_MS;
  #slowAt = 0;
  #isStopped = false;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(onSignedOut: () => void) {
    this.#onSignedOut = onSignedOut;
  }

  start(): void {
    document.addEventListener("visibilitychange", this.#onVisible);
    void this.reload();
  }

  stop(): void {
    this.#isStopped = true;
    document.removeEventListener("visibilitychange", this.#onVisible);
    this.#source?.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Everything anew, now. */
  async reload(): Promise<void> {
    this.#slowAt = 0;
    await this.#refresh();
    if (!this.#isStopped && this.#source === null) this.#open();
  }

  async #refresh(): Promise<void> {
    const answer = await call("status", {});
    if (this.#isStopped) return;
    if (!answer.ok) return this.#failed(answer.problem);
    const status = answer.value;
    this.store.set({ status, statusAt: Date.now(), ...this.#joined(status) });
    this.#retryMs = RETRY_FIRST_MS;
    const pause = document.visibilityState === "hidden" ? REFRESH_HIDDEN_MS : REFRESH_MS;
    this.#after("refresh", pause, () => void this.#refresh());
    if (this.store.value.events === null) await this.#readEvents();
    if (Date.now() - this.#slowAt > SLOW_MS) await this.#readSlow();
  }

  /** A status that came is the end of having lost the connection. */
  #joined(status: ServerStatus): Partial<LiveData> {
    const before = this.store.value.status;
    const isNewAgent = before !== null && before.agent.pid !== status.agent.pid;
    if (isNewAgent) this.#slowAt = 0;
    return { link: this.#source?.readyState === EventSource.OPEN ? "live" : "connecting" };
  }

  async #readEvents(): Promise<void> {
    const answer = await call("events", { limit: EVENTS_MOST });
    if (!answer.ok || this.#isStopped) return;
    this.#lastSeq ??= answer.value.lastSeq;
    this.store.set({ events: answer.value.events.toReversed() });
  }

  async #readSlow(): Promise<void> {
    this.#slowAt = Date.now();
    const [availability, boots] = await Promise.all([call("availability", {}), call("boots", {})]);
    if (this.#isStopped) return;
    this.store.set({
      ...(availability.ok ? { availability: availability.value } : {}),
      ...(boots.ok ? { boots: boots.value } : {}),
    });
  }

  #open(): void {
    const after = this.#lastSeq === null ? "" : `?after=${this.#lastSeq}`;
    const source = new EventSource(`${CALLS.events[1]}/stream${after}`);
    this.#source = source;
    source.onopen = () => {
      this.#heard();
      if (this.store.value.status !== null) this.store.set({ link: "live" });
    };
    source.onmessage = (message) => this.#line(String(message.data));
    source.onerror = () => this.#lose();
    this.#heard();
  }

  #line(text: string): void {
    this.#heard();
    const line = parseLine(text);
    if (line === null) return;
    if (line.type === "heartbeat") return;
    if (line.type === "signed-out") return this.#onSignedOut();
    if (line.type === "event") this.#take(line.event);
    this.#after("gather", GATHER_MS, () => void this.#refresh());
  }

  #take(event: EventRecord): void {
    if (this.#lastSeq !== null && event.seq <= this.#lastSeq) return;
    this.#lastSeq = event.seq;
    const { events } = this.store.value;
    this.store.set({ link: "live", events: [event, ...(events ?? [])].slice(0, EVENTS_MOST) });
  }

  #heard(): void {
    this.#after("silence", SILENCE_MS, () => this.#lose());
  }

  /** The stream is gone; the next answer says whether it is the network or the agent. */
  #lose(): void {
    this.#source?.close();
    this.#source = null;
    if (this.#isStopped) return;
    this.#after("gather", 0, () => void this.#refresh());
    this.#again();
  }

  #failed(problem: CallProblem): void {
    if (problem.kind === "not-signed-in") return this.#onSignedOut();
    this.store.set({ link: problem.kind === "agent-down" ? "agent-down" : "lost" });
    this.#source?.close();
    this.#source = null;
    this.#again();
  }

  #again(): void {
    const pause = this.#retryMs;
    this.#retryMs = Math.min(RETRY_MOST_MS, pause * 2);
    this.#after("retry", pause, () => void this.reload());
  }

  readonly #onVisible = (): void => {
    if (document.visibilityState === "visible") void this.#refresh();
  };

  /** One timer of each name. */
  #after(name: string, pause: number, run: () => void): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(run, pause));
  }
}

/** Lines of the web program's own, beside those of the contract. */
type OwnLine = { readonly type: "agent"; readonly isUp: boolean } | { readonly type: "signed-out" };

function parseLine(text: string): StreamLine | OwnLine | null {
  try {
    // The web program hands on the lines of the contract as they are.
    return JSON.parse(text) as StreamLine | OwnLine;
  } catch {
    return null;
  }
}
