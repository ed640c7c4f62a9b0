import type { Delivered, JournalDispatch } from "../base/destination.ts";
import type { Millis } from "../base/duration.ts";
import { deliverDatagram } from "./deliver-datagram.ts";

/** One entry, in the journal's own protocol (systemd, "Native Journal Protocol"). */
export async function deliverJournal(
  { socket, fields }: JournalDispatch,
  timeoutMs: Millis,
): Promise<Delivered> {
  const bytes = Buffer.concat(fields.map(([name, value]) => fieldBytes(name, value)));
  return await deliverDatagram(socket, bytes, "systemd-journald.service", timeoutMs);
}

/** With its length where it has several lines, so that no text can pretend to be a field. */
function fieldBytes(name: string, value: string): Buffer {
  if (!value.includes("\n")) return Buffer.from(`${name}=${value}\n`);
  const text = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, text, Buffer.from("\n")]);
}
