import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SenderPlaces } from "../base/destination.ts";
import { MINUTE, type Millis, SECOND } from "../base/duration.ts";

const FILE = "snmp-boots.json";
/** RFC 3414, 2.2.1: a counter that has come here stays there, and nobody believes it any more. */
const BOOTS_MOST = 2 ** 31 - 2;
/** The counter goes on from here, by the minute, where nothing was remembered. */
const COUNTED_FROM: Millis = Date.UTC(2020, 0, 1);
/** A disk that takes longer is left alone. */
const DISK_WITHIN: Millis = 5 * SECOND;

/** Which boot of the engine this is, and how many seconds it has run. */
export interface EngineTime {
  readonly boots: number;
  readonly seconds: number;
}

export interface EngineClock {
  /** Names this boot of the server. */
  readonly bootId: string;
  /** Since this boot began. */
  readonly uptimeMs: Millis;
  readonly wall: Millis;
}

/**
 * The time of our engine: who listens takes no message that is older than the last one, over reboots
 * too (RFC 3414, 3.2). The engine boots with the server, so its time goes on from one sender to the
 * next. A counter that cannot be read goes on by the calendar, because it must only never go back.
 */
export async function engineTime(places: SenderPlaces, clock: EngineClock): Promise<EngineTime> {
  const { bootId, uptimeMs, wall } = clock;
  const seconds = Math.floor(uptimeMs / SECOND);
  const now = await read(join(places.run, FILE));
  if (now?.bootId === bootId) return { boots: now.boots, seconds };
  const before = await within(read(join(places.state, FILE)));
  const byCalendar = Math.floor((wall - COUNTED_FROM) / MINUTE);
  const boots = Math.min(BOOTS_MOST, Math.max(1, byCalendar, (before?.boots ?? 0) + 1));
  const text = `${JSON.stringify({ bootId, boots })}\n`;
  await replace(join(places.run, FILE), text);
  // A disk that takes nothing costs nothing before the next boot.
  await within(replace(join(places.state, FILE), text).catch(() => {}));
  return { boots, seconds };
}

/** Of this server. */
export async function readEngineClock(): Promise<EngineClock> {
  const [bootId, uptime] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    readFile("/proc/uptime", "utf8"),
  ]);
  const uptimeMs = Number.parseFloat(uptime) * SECOND;
  return { bootId: bootId.trim(), uptimeMs, wall: Date.now() };
}

async function read(path: string): Promise<{ bootId: string; boots: number } | null> {
  try {
    const found: { bootId: string; boots: number } = JSON.parse(await readFile(path, "utf8"));
    const isOne = typeof found.bootId === "string" && Number.isInteger(found.boots);
    return isOne && found.boots > 0 ? found : null;
  } catch {
    return null;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, text, { mode: 0o600 });
  await rename(fresh, path);
}

/** Null when the disk does not answer. */
async function within<Value>(work: Promise<Value>): Promise<Value | null> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    limit = setTimeout(() => resolve(null), DISK_WITHIN);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(limit);
  }
}
