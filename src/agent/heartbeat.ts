import {
  type Announcement,
  BEAT_NAMES_MOST,
  BEAT_VERSION,
  BEATS_MISSED,
  type BeatState,
} from "../base/beat.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { Seen } from "../base/seen.ts";
import type { LoadedHeartbeat } from "../config/heartbeat.ts";
import type { Event } from "../core/event.ts";
import type { State } from "../core/state.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";

/** News is told at once, but not oftener. */
const NEWS_APART: Millis = 10 * SECOND;
/** One that gets lost on the way is nothing; so many in a row are. */
const FAILURES_MOST = 3;
const ANSWER_BYTES_MOST = 1024;
const TOKEN_BYTES_MOST = 4096;
/** Who leaves does not wait long for an answer. */
const LAST_LIMIT: Millis = 2 * SECOND;

/** How the server is, as far as who listens from outside wants to know. */
export interface Beat {
  readonly state: BeatState;
  readonly failed: readonly string[];
  readonly incidents: number;
  /** What ends this boot, when it is on its way: silence is meant then. */
  readonly announced: Announcement | null;
}

export interface HeartbeatParts {
  readonly clock: Clock;
  readonly host: Pick<Host, "http" | "readFile">;
  readonly server: string;
  readonly bootId: string;
  readonly tell: (event: Event) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

export function beatOf(state: State): Beat {
  const { order, shutdownSince, incidents, monitors } = state;
  const failed: string[] = [];
  // Open incidents are few; what fails without one is nobody's trouble.
  for (const name of new Set(incidents.flatMap(({ members }) => members))) {
    if (monitors.find(name)?.status.is === "failed") failed.push(name);
  }
  const announced = order?.kind ?? (shutdownSince === null ? null : "shutdown");
  const isFailing = failed.length > 0 || incidents.some(({ members }) => members.length > 0);
  return {
    state: announced !== null ? "going-down" : isFailing ? "failing" : "well",
    failed: failed.slice(0, BEAT_NAMES_MOST),
    incidents: incidents.length,
    announced,
  };
}

/**
 * Tells somebody outside that this server lives (product.md N7): at its pace, at once when the state
 * changes, and before it goes down on purpose. Whoever listens alarms when nothing comes.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #config: LoadedHeartbeat | null = null;
  #title = "";
  #token: Promise<string | null> = Promise.resolve(null);
  #beat: Beat = { state: "well", failed: [], incidents: 0, announced: null };
  #sentState = "";
  #sentAt: Millis = Number.NEGATIVE_INFINITY;
  #seq: number;
  #timer: Timer | null = null;
  #failures = 0;
  #failsSince: Millis | null = null;
  readonly #seen = new Seen();

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    // Grows over restarts of the agent, too, until the next boot.
    this.#seq = Math.floor(parts.clock.now());
  }

  configure(config: LoadedHeartbeat | null, title: string): void {
    this.#title = title;
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return;
    this.#config = config;
    this.#failures = 0;
    this.#failsSince = null;
    this.#token = config === null ? Promise.resolve(null) : this.#readToken(config);
    this.#next(config === null ? null : 0);
  }

  /** After each decision; cheap while nothing changes that it tells of. */
  decided(state: State): void {
    if (this.#config === null) return;
    const { order, shutdownSince, incidents } = state;
    const monitors = incidents.length === 0 ? null : state.monitors;
    const seen = [order, shutdownSince, incidents, monitors];
    if (!this.#seen.hasChanged(seen)) return;
    const before = this.#beat;
    this.#beat = beatOf(state);
    // The announcement may be the last thing that gets out.
    if (this.#beat.announced !== before.announced) this.#next(0);
    else if (this.#beat.state !== this.#sentState) {
      this.#next(Math.max(0, this.#sentAt + NEWS_APART - this.#parts.clock.now()));
    }
  }

  /** The last one: the agent is stopped, and silence is meant. */
  async leave(): Promise<void> {
    this.#timer?.cancel();
    const config = this.#config;
    this.#config = null;
    if (config === null || this.#beat.state === "going-down") return;
    await this.#send({ ...config, timeoutMs: LAST_LIMIT }, { ...this.#beat, state: "leaving" });
  }

  #next(pause: Millis | null): void {
    this.#timer?.cancel();
    this.#timer = pause === null ? null : this.#parts.clock.timer(pause, () => this.#due());
  }

  #due(): void {
    const config = this.#config;
    if (config === null) return;
    this.#next(config.everyMs);
    void this.#send(config, this.#beat).then((fault) => this.#sent(fault));
  }

  /** Null when it was taken, else why not. Never rejects. */
  async #send(config: LoadedHeartbeat, beat: Beat): Promise<string | null> {
    const { clock, host, server, bootId } = this.#parts;
    this.#sentAt = clock.now();
    this.#sentState = beat.state;
    this.#seq += 1;
    const token = await this.#token;
    const body = JSON.stringify({
      v: BEAT_VERSION,
      server,
      title: this.#title,
      bootId,
      seq: this.#seq,
      wall: Math.round(clock.wall()),
      nextWithinMs: config.everyMs * BEATS_MISSED,
      ...beat,
    });
    const headers = {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await host.http(
      { url: config.url, method: "POST", headers, body, verifyTls: config.verify },
      ANSWER_BYTES_MOST,
      AbortSignal.timeout(config.timeoutMs),
    );
    if (!answer.ok) return answer.problem.message;
    const { status } = answer.value;
    return status >= 200 && status < 300 ? null : `it answered with status ${status}`;
  }

  #sent(fault: string | null): void {
    const { clock, tell } = this.#parts;
    if (fault === null) {
      this.#failures = 0;
      if (this.#failsSince === null) return;
      const after = clock.now() - this.#failsSince;
      this.#failsSince = null;
      tell({ id: "heartbeat-works", incident: null, fields: { after } });
      return;
    }
    this.#failures += 1;
    if (this.#failures < FAILURES_MOST || this.#failsSince !== null) return;
    this.#failsSince = clock.now();
    const to = hostOf(this.#config?.url ?? "");
    tell({ id: "heartbeat-fails", incident: null, fields: { to, reason: fault } });
  }

  /** Read when it is configured: the disk may be gone when it is needed. */
  async #readToken({ tokenFile }: LoadedHeartbeat): Promise<string | null> {
    if (tokenFile === null) return null;
    const read = await this.#parts.host.readFile(tokenFile, TOKEN_BYTES_MOST);
    if (read.ok) return read.value.trim();
    this.#parts.onFault("the token of the heartbeat cannot be read", read.problem.message);
    return null;
  }
}

/** Without the path: it may be the secret by which the other side knows us. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
