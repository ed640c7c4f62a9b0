import * as z from "zod/mini";
import { beat, type HeardBeat, type HeardServer } from "../api/contract-heard.ts";
import { MINUTE, type Millis } from "../base/duration.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import type { LoadedServerHeard } from "../config/servers-heard.ts";
import type { Event } from "../core/event.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { StateFiles } from "../ports/store.ts";
import type { Caller, Refusal } from "./caller.ts";
import { createGapClock, type GapClock } from "./gap-clock.ts";
import { HEARD_STATE } from "./heard-file.ts";
import {
  agoOf,
  type Heard,
  heardAgain,
  type Moment,
  silenceOf,
  silent,
  takeBeat,
  unheard,
} from "./heard-policy.ts";
import type { PostDisk } from "./post-disk.ts";

/** The usual heartbeat is not written at once: what is lost is how long ago it came. */
const SAVE_AFTER: Millis = 5 * MINUTE;

const saved = z.object({
  v: z.literal(1),
  servers: z.array(
    z.object({
      name: z.string(),
      server: z.string(),
      last: z.nullable(
        z.extend(z.omit(beat, { v: true, server: true }), {
          heardWall: z.number(),
          heardAt: z.number(),
          heardInBoot: z.string(),
        }),
      ),
      bootsBefore: z.array(z.string()),
      isSilent: z.boolean(),
    }),
  ),
});

export interface HeardParts {
  readonly clock: Clock;
  readonly bootId: string;
  readonly files: Pick<StateFiles, "replace">;
  readonly disk: PostDisk;
  /** What an earlier agent saved; null: nothing that can be read. */
  readonly saved: string | null;
  readonly tell: (event: Event) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/** One server that is listened to. */
interface Row {
  rule: LoadedServerHeard;
  heard: Heard;
  /** It is silent then, by the clock without the time in which we did not run ourselves. */
  dueAt: Millis;
}

/**
 * Listens to other servers, and tells when one of them is silent (product.md N7). Whoever did not
 * listen himself for a while, because he was stopped, paused or just configured, has no right to
 * call others silent: each of them gets its full time from then on.
 */
export class HeardServers {
  readonly #parts: HeardParts;
  readonly #clock: GapClock;
  readonly #rows = new Map<string, Row>();
  #known: ReadonlyMap<string, Heard>;
  #timer: Timer | null = null;
  #saveTimer: Timer | null = null;
  #isFaulty = false;

  constructor(parts: HeardParts) {
    this.#parts = parts;
    this.#clock = createGapClock(parts.clock, () => this.#startOver());
    this.#known = readSaved(parts);
  }

  /** Those that stay are known as before; those that are gone are forgotten. */
  configure(rules: readonly LoadedServerHeard[]): void {
    const before = new Map([...this.#rows.values()].map((row) => [row.rule.name, row]));
    this.#rows.clear();
    for (const rule of rules) {
      const row = before.get(rule.name);
      const known = row?.heard ?? this.#known.get(rule.name);
      const heard = known?.server === rule.server ? known : unheard(rule);
      const dueAt = this.#clock.now() + silenceOf(rule, heard);
      this.#rows.set(rule.server, { rule, heard, dueAt: Math.max(dueAt, row?.dueAt ?? 0) });
    }
    this.#known = new Map();
    this.#arm();
    this.#saveWithin(MINUTE);
  }

  /** A heartbeat that somebody sent. */
  take(given: HeardBeat, caller: Caller): Result<{ silenceMs: Millis }, Refusal> {
    // What came before a gap was noticed is judged after it.
    this.#clock.check();
    const row = this.#rows.get(given.server);
    if (row === undefined) return fail(unknownServer(given.server));
    if (!mayTell(row.rule, caller)) return fail(WRONG_TOKEN);
    const now = this.#now();
    const before = row.heard;
    const after = takeBeat(before, given, now);
    if (after === null) return fail(OLD);
    row.heard = after;
    const silenceMs = silenceOf(row.rule, after);
    row.dueAt = now.at + silenceMs;
    this.#arm();
    if (before.isSilent) this.#parts.tell(heardAgain(before, given, now));
    // Whether silence was announced must outlive this server too.
    const isNews = before.isSilent || before.last?.state !== given.state;
    this.#saveWithin(isNews ? 0 : SAVE_AFTER);
    return succeed({ silenceMs });
  }

  /** In the order of the configuration. */
  status(): HeardServer[] {
    const now = this.#now();
    return [...this.#rows.values()].map(({ rule, heard }) => ({
      name: heard.name,
      title: heard.last?.title ?? "",
      state: heard.last?.state ?? null,
      failed: [...(heard.last?.failed ?? [])],
      announced: heard.last?.announced ?? null,
      isSilent: heard.isSilent,
      agoMs: agoOf(heard, now),
      silenceMs: silenceOf(rule, heard),
    }));
  }

  async leave(): Promise<void> {
    this.#clock.stop();
    await this.#save();
  }

  #now(): Moment {
    const { clock, bootId } = this.#parts;
    return { at: clock.now(), wall: Math.round(clock.wall()), bootId };
  }

  #startOver(): void {
    const now = this.#clock.now();
    for (const row of this.#rows.values()) row.dueAt = now + silenceOf(row.rule, row.heard);
    this.#arm();
  }

  /** One timer, for who would be silent first. */
  #arm(): void {
    this.#timer?.cancel();
    const due = [...this.#rows.values()].filter(({ heard }) => !heard.isSilent);
    if (due.length === 0) {
      this.#timer = null;
      return;
    }
    const first = Math.min(...due.map(({ dueAt }) => dueAt));
    const pause = Math.max(0, first - this.#clock.now());
    this.#timer = this.#clock.timer(pause, () => this.#judge());
  }

  #judge(): void {
    const now = this.#now();
    for (const row of this.#rows.values()) {
      if (row.heard.isSilent || row.dueAt > now.at) continue;
      row.heard = { ...row.heard, isSilent: true };
      this.#parts.tell(silent(row.heard, now));
      this.#saveWithin(0);
    }
    this.#arm();
  }

  #saveWithin(pause: Millis): void {
    if (this.#saveTimer !== null && pause > 0) return;
    this.#saveTimer?.cancel();
    this.#saveTimer = this.#parts.clock.timer(pause, () => void this.#save());
  }

  async #save(): Promise<void> {
    this.#saveTimer?.cancel();
    this.#saveTimer = null;
    const { files, disk, onFault } = this.#parts;
    const servers = [...this.#rows.values()].map(({ heard }) => heard);
    try {
      const text = `${JSON.stringify({ v: 1, servers })}\n`;
      await disk.run(() => files.replace(HEARD_STATE, text, false));
      this.#isFaulty = false;
    } catch (error) {
      // Told once: a dead disk stays dead.
      if (!this.#isFaulty) onFault("what was heard of other servers cannot be remembered", error);
      this.#isFaulty = true;
    }
  }
}

/** Over the network only a token that is good for nothing else speaks for a server. */
function mayTell({ token }: LoadedServerHeard, { name, remote }: Caller): boolean {
  if (remote === undefined) return true;
  const isBeat = remote.by === "token" && remote.route === "heartbeat";
  return isBeat && (token === null || name === token);
}

function unknownServer(server: string): Refusal {
  return {
    status: 404,
    code: "heartbeat/unknown-server",
    message: `nobody listens here to a server called ${server}`,
    hint: "Add it to `servers-heard:` in the configuration here.",
  };
}

const WRONG_TOKEN: Refusal = {
  status: 403,
  code: "heartbeat/wrong-token",
  message: "the heartbeat of this server must come with another token",
  hint: "Make one that is only for it: `solosafe token add NAME --route heartbeat`.",
};
const OLD: Refusal = {
  status: 409,
  code: "heartbeat/old",
  message: "a newer heartbeat of this server came already",
};

/** What cannot be read is forgotten: each server is heard again within a minute. */
function readSaved({ saved: text, onFault }: HeardParts): ReadonlyMap<string, Heard> {
  if (text === null) return new Map();
  try {
    const { servers } = z.parse(saved, JSON.parse(text));
    return new Map(servers.map((one) => [one.name, one]));
  } catch (error) {
    onFault("what was known of other servers is not readable", error);
    return new Map();
  }
}
