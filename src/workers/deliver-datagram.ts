import type { Delivered } from "../base/destination.ts";
import type { Millis } from "../base/duration.ts";
import { sendDatagram } from "../host/unix-datagram.ts";
import { oneLine } from "./one-line.ts";

/** One datagram to a socket of this server; `who`: who listens there, for people. */
export async function deliverDatagram(
  path: string,
  bytes: Buffer,
  who: string,
  timeoutMs: Millis,
): Promise<Delivered> {
  const sent = await sendDatagram(path, bytes, timeoutMs);
  if (sent.ok) return null;
  const { code, message } = sent.problem;
  if (code === "EMSGSIZE") {
    return { step: "message", isFinal: true, why: "it is too long for one message", hint: null };
  }
  if (code === "ENOENT" || code === "ECONNREFUSED") {
    const why = `nobody listens at ${path}`;
    return { step: "connect", isFinal: false, why, hint: `Check whether ${who} runs.` };
  }
  const why = code === "EAGAIN" ? `${who} takes nothing any more` : oneLine(message);
  return { step: "connect", isFinal: false, why, hint: null };
}
