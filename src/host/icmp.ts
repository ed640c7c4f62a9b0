import type { IpAddress } from "../base/ip-address.ts";
import { AF_INET, AF_INET6 } from "./socket-calls.ts";

// RFC 792 and RFC 4443
const TYPES = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } } as const;
const HEADER_BYTES = 8;
export const TOKEN_BYTES = 16;
/** As the ping program has it, so that nobody in between sees a difference. */
const PAYLOAD_BYTES = 56;

/** An echo request. `token` comes back in the reply and tells ours from all others. */
export function encodeEcho(family: 4 | 6, sequence: number, token: Buffer): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + PAYLOAD_BYTES);
  bytes.writeUInt8(TYPES[family].request, 0);
  // The identifier: the kernel puts its own in on a datagram socket.
  token.copy(bytes, 4, 0, 2);
  bytes.writeUInt16BE(sequence, 6);
  token.copy(bytes, HEADER_BYTES);
  // For ICMPv6 the kernel computes it, because it needs to know the source address (RFC 3542).
  if (family === 4) bytes.writeUInt16BE(checksum(bytes), 2);
  return bytes;
}

/** The sequence number of a reply to ours in the first `length` bytes; null when it is anything else. */
export function decodeReply(
  family: 4 | 6,
  bytes: Buffer,
  length: number,
  hasIpHeader: boolean,
  token: Buffer,
): number | null {
  const start = length > 0 && hasIpHeader ? ((bytes[0] ?? 0) & 0x0f) * 4 : 0;
  const from = start + HEADER_BYTES;
  if (length < from + TOKEN_BYTES) return null;
  if (bytes[start] !== TYPES[family].reply) return null;
  const isOurs = bytes.compare(token, 0, TOKEN_BYTES, from, from + TOKEN_BYTES) === 0;
  return isOurs ? bytes.readUInt16BE(start + 6) : null;
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** `sockaddr_in` or `sockaddr_in6`; `scope` is the index of the zone's interface. */
export function socketAddress({ family, value }: IpAddress, scope: number): Buffer {
  if (family === 4) {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt16LE(AF_INET, 0);
    bytes.writeUInt32BE(Number(value), 4);
    return bytes;
  }
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(AF_INET6, 0);
  bytes.writeBigUInt64BE(value >> 64n, 8);
  bytes.writeBigUInt64BE(value & 0xffff_ffff_ffff_ffffn, 16);
  bytes.writeUInt32LE(scope, 24);
  return bytes;
}
