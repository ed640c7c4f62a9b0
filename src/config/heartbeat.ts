import * as z from "zod/mini";
import { BEAT_PAUSE_MOST_MS } from "../base/beat.ts";
import { HOUR, type Millis, SECOND } from "../base/duration.ts";
import { about, absolutePath, duration, url } from "../monitors/fields.ts";

/** What is configured about the heartbeat. */
export interface LoadedHeartbeat {
  readonly url: string;
  readonly everyMs: Millis;
  readonly timeoutMs: Millis;
  /** File with the token that goes along as `Authorization: Bearer`. */
  readonly tokenFile: string | null;
  readonly verify: boolean;
}

/** A sign of life for whoever notices when it stops. */
export const heartbeat = z.strictObject({
  url: about("Where it is sent by POST, as JSON; any answer from 200 to 299 will do", url()),
  every: about("Pause between two", z.prefault(duration(10 * SECOND, BEAT_PAUSE_MOST_MS), "1m")),
  timeout: about("An answer that takes longer is none", z.prefault(duration(SECOND, HOUR), "10s")),
  token: about(
    "A file that holds nothing but the token; it goes along as `Authorization: Bearer`",
    z.optional(z.strictObject({ file: about("The file", absolutePath()) })),
  ),
  verify: about(
    "`false`: any certificate is taken, so anybody on the way may read the token",
    z._default(z.boolean(), true),
  ),
});

export function loadHeartbeat(
  given: z.output<typeof heartbeat> | undefined,
): LoadedHeartbeat | null {
  if (given === undefined) return null;
  const { url: to, every, timeout, token, verify } = given;
  return { url: to, everyMs: every, timeoutMs: timeout, tokenFile: token?.file ?? null, verify };
}
