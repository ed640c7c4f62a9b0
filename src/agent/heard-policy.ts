import type { HeardBeat } from "../api/contract-heard.ts";
import type { Announcement, BeatState } from "../base/beat.ts";
import { type Millis, MINUTE } from "../base/duration.ts";
import type { LoadedServerHeard } from "../config/servers-heard.ts";
import type { Event } from "../core/event.ts";

/** What is remembered of one server, over restarts and reboots of this one. */
export interface Heard {
  readonly name: string;
  readonly server: string;
  /** Its last heartbeat, and when that came; null: none came yet. */
  readonly last: Last | null;
  /** Boots of it before the last one, the newest last. */
  readonly bootsBefore: readonly string[];
  /** Its silence was told. */
  readonly isSilent: boolean;
}

export interface Last {
  readonly title: string;
  readonly bootId: string;
  readonly seq: number;
  readonly wall: Millis;
  readonly nextWithinMs: Millis;
  readonly state: BeatState;
  readonly failed: readonly string[];
  readonly announced: Announcement | null;
  /** By the clocks of this server: the calendar, and `CLOCK_MONOTONIC` of the boot. */
  readonly heardWall: Millis;
  readonly heardAt: Millis;
  readonly heardInBoot: string;
}

/** A moment of this server. */
export interface Moment {
  readonly at: Millis;
  readonly wall: Millis;
  readonly bootId: string;
}

/** Whoever was never heard is waited for as long as three heartbeats at their usual pace take. */
const UNHEARD: Millis = 3 * MINUTE;
const BOOTS_MOST = 16;

export function unheard({ name, server }: LoadedServerHeard): Heard {
  return { name, server, last: null, bootsBefore: [], isSilent: false };
}

/** Nothing heard for this long is silence. */
export function silenceOf(rule: LoadedServerHeard, { last }: Heard): Millis {
  const promised = last?.nextWithinMs ?? UNHEARD;
  const usual = Math.max(promised, rule.silenceMs ?? promised);
  const isMeant = last?.state === "going-down" || last?.state === "leaving";
  return isMeant ? Math.max(usual, rule.announcedSilenceMs) : usual;
}

/**
 * Null: an old heartbeat, which came late or was recorded. What is newer has a higher number, and
 * after a reboot another boot. A later time does as well, because a virtual machine that was put back
 * to a snapshot counts from there again; time alone would refuse a server whose clock was set back.
 */
export function takeBeat(heard: Heard, beat: HeardBeat, now: Moment): Heard | null {
  const { last, bootsBefore } = heard;
  if (last !== null && beat.wall <= last.wall) {
    const isOld =
      beat.bootId === last.bootId ? beat.seq <= last.seq : bootsBefore.includes(beat.bootId);
    if (isOld) return null;
  }
  const isOtherBoot = last !== null && beat.bootId !== last.bootId;
  const boots = isOtherBoot ? [...bootsBefore, last.bootId].slice(-BOOTS_MOST) : bootsBefore;
  const { v: _v, server: _server, ...said } = beat;
  const moment = { heardWall: now.wall, heardAt: now.at, heardInBoot: now.bootId };
  return { ...heard, last: { ...said, ...moment }, bootsBefore: boots, isSilent: false };
}

/** How long ago a server was heard; null: never. The calendar is asked only across a reboot of ours. */
export function agoOf({ last }: Heard, now: Moment): Millis | null {
  if (last === null) return null;
  const { heardInBoot, heardAt, heardWall } = last;
  const ago = heardInBoot === now.bootId ? now.at - heardAt : now.wall - heardWall;
  return Math.max(0, Math.round(ago));
}

export function silent(heard: Heard, now: Moment): Event {
  const { name: server, last } = heard;
  const fields = {
    server,
    since: agoOf(heard, now),
    state: last?.state ?? null,
    failed: last?.failed.join(", ") ?? "",
    announced: last?.announced ?? null,
  };
  return { id: "server-silent", incident: null, fields };
}

/** `before`: as it was while it was silent. */
export function heardAgain(before: Heard, beat: HeardBeat, now: Moment): Event {
  const fields = {
    server: before.name,
    after: agoOf(before, now),
    state: beat.state,
    failed: beat.failed.join(", "),
    isRebooted: before.last !== null && before.last.bootId !== beat.bootId,
  };
  return { id: "server-heard-again", incident: null, fields };
}
