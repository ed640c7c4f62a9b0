import * as z from "zod/mini";
import { DAY, type Millis, SECOND } from "../base/duration.ts";
import { about, duration, line, prose } from "../monitors/fields.ts";
import { type Raw, type Reading, readNamedMap } from "./named-map.ts";
import { salvage } from "./salvage.ts";
import { written } from "./written.ts";

/** Most servers that are listened to. */
export const MAX_SERVERS_HEARD = 200;
const LEAST: Millis = 10 * SECOND;

export const serverHeard = z.strictObject({
  comment: about("Text for people", z._default(prose(), "")),
  server: about(
    "The name that its heartbeat carries, as `hostname` prints it there; default: the name here",
    z.optional(line(253)),
  ),
  silence: about(
    "It is silent when nothing was heard for this long, but never before its heartbeat promised the next one; default: as promised, which is three heartbeats",
    z.optional(duration(LEAST, DAY)),
  ),
  "announced-silence": about(
    "The same after it told that it goes down, or that its agent is stopped",
    z.prefault(duration(LEAST, 30 * DAY), "15m"),
  ),
  token: about(
    "Name of the access token that its heartbeat must come with; default: any made with `--route heartbeat`",
    z.optional(line(32)),
  ),
});

/** A server whose silence is told. */
export interface LoadedServerHeard {
  readonly name: string;
  /** Its host name. */
  readonly server: string;
  /** Null: as its heartbeat promises. */
  readonly silenceMs: Millis | null;
  readonly announcedSilenceMs: Millis;
  /** Null: any caller that may call the route. */
  readonly token: string | null;
}

export interface ReadServersHeard {
  readonly servers: readonly LoadedServerHeard[];
  readonly effective: Raw;
}

const RULES = {
  kind: "server",
  most: MAX_SERVERS_HEARD,
  reserved: new Set<string>(),
  example: "Write `shop1: { silence: 3m }`.",
};

/** Reads the top-level key `servers-heard`. */
export function readServersHeard(reading: Reading, value: unknown): ReadServersHeard {
  const servers: LoadedServerHeard[] = [];
  const effective: Record<string, unknown> = {};
  const names = new Map<string, string>();
  for (const { name, path, raw } of readNamedMap(reading, ["servers-heard"], value, RULES)) {
    const read = salvage(reading.report, serverHeard, raw, { base: path });
    if (read === null) continue;
    const given = read.value;
    const server = given.server ?? name;
    const other = names.get(server);
    if (other !== undefined) {
      const what = `\`${other}\` is the same server`;
      const hint = "Take one of them out, or give each its own `server`.";
      reading.report.error([...path, "server"], { code: "config/contradiction", what, hint });
    }
    names.set(server, name);
    servers.push({
      name,
      server,
      silenceMs: given.silence ?? null,
      announcedSilenceMs: given["announced-silence"],
      token: given.token ?? null,
    });
    effective[name] = written(serverHeard, { ...given, server });
  }
  return { servers, effective };
}
