/** One message about an interface, as far as anybody here wants to know it. */
export interface LinkMessage {
  readonly isGone: boolean;
  readonly index: number;
  /** Null when the message does not say. */
  readonly name: string | null;
  /** Only the flags that say whether it can be used. */
  readonly flags: number;
  /** `IF_OPER_*`; -1 when the message does not say. */
  readonly state: number;
}

/** What was in one datagram; `isWhole` is false when some of it could not be understood. */
export interface ReadMessages {
  readonly messages: readonly LinkMessage[];
  readonly isWhole: boolean;
}

// linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if.h
const HEADER_BYTES = 16;
const INTERFACE_BYTES = 16;
const ATTRIBUTE_BYTES = 4;
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const IFLA_IFNAME = 3;
const IFLA_OPERSTATE = 16;
const ATTRIBUTE_TYPE = 0x3fff;
const IFF_UP = 1;
const IFF_RUNNING = 0x40;
const IFF_LOWER_UP = 0x10000;
const IFF_DORMANT = 0x20000;
const FLAGS = IFF_UP | IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT;
const AF_UNSPEC = 0;

/**
 * Reads the messages about interfaces in a datagram of rtnetlink. Numbers are in the byte order of
 * the machine, which is little-endian on both platforms of the product. Lengths are never trusted:
 * what does not fit ends the reading.
 */
export function readLinkMessages(bytes: Buffer): ReadMessages {
  const messages: LinkMessage[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < HEADER_BYTES) return { messages, isWhole: false };
    const length = bytes.readUInt32LE(at);
    if (length < HEADER_BYTES || length > bytes.length - at) return { messages, isWhole: false };
    const type = bytes.readUInt16LE(at + 4);
    if (type === RTM_NEWLINK || type === RTM_DELLINK) {
      const body = bytes.subarray(at + HEADER_BYTES, at + length);
      if (body.length < INTERFACE_BYTES) return { messages, isWhole: false };
      // A bridge tells of its ports under its own family: a port that leaves it is not gone.
      if (body.readUInt8(0) === AF_UNSPEC) messages.push(readInterface(body, type === RTM_DELLINK));
    }
    at += align(length);
  }
  return { messages, isWhole: true };
}

function readInterface(body: Buffer, isGone: boolean): LinkMessage {
  let name: string | null = null;
  let state = -1;
  let at = INTERFACE_BYTES;
  while (body.length - at >= ATTRIBUTE_BYTES) {
    const length = body.readUInt16LE(at);
    if (length < ATTRIBUTE_BYTES || length > body.length - at) break;
    const type = body.readUInt16LE(at + 2) & ATTRIBUTE_TYPE;
    const value = body.subarray(at + ATTRIBUTE_BYTES, at + length);
    if (type === IFLA_IFNAME) name = readText(value);
    if (type === IFLA_OPERSTATE && value.length > 0) state = value.readUInt8(0);
    at += align(length);
  }
  const flags = body.readUInt32LE(8) & FLAGS;
  return { isGone, index: body.readInt32LE(4), name, flags, state };
}

function readText(value: Buffer): string {
  const end = value.indexOf(0);
  return value.toString("utf8", 0, end < 0 ? value.length : end);
}

function align(length: number): number {
  return (length + 3) & ~3;
}
