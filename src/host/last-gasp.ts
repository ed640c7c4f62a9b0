import { hostname } from "node:os";
import type { GaspTarget } from "../base/guard-message.ts";
import { parseAddress } from "../base/ip-address.ts";
import { socketAddress } from "./icmp.ts";
import {
  AF_INET,
  AF_INET6,
  closeSocket,
  connectTo,
  createSocket,
  SOCK_DGRAM,
  sendTo,
} from "./socket-calls.ts";

/** RFC 5424, 6.2.1: facility daemon (3), severity alert (1). */
const PRIORITY = 3 * 8 + 1;
/** Every receiver must take so many bytes (RFC 5426, 3.2: 480), and every network carries them. */
const DATAGRAM_MAX = 480;

/**
 * A socket that is ready for one datagram of syslog, for a server that is about to end: nothing is
 * resolved, opened or waited for any more.
 */
export class LastGasp {
  readonly #fd: number;
  readonly #host: string;

  private constructor(fd: number) {
    this.#fd = fd;
    this.#host = hostname().replaceAll(/[^\x21-\x7e]/g, "") || "-";
  }

  /** Null when the address cannot be used, or the kernel gives no socket. */
  static open({ address, port }: GaspTarget): LastGasp | null {
    const parsed = parseAddress(address);
    if (parsed === null || parsed.zone !== null) return null;
    const fd = createSocket(parsed.family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
    if (fd < 0) return null;
    const bytes = socketAddress(parsed, 0);
    bytes.writeUInt16BE(port, 2);
    if (connectTo(fd, bytes) === 0) return new LastGasp(fd);
    closeSocket(fd);
    return null;
  }

  /** Whether it was handed to the network; nobody learns whether it arrived. */
  send(text: string): boolean {
    const time = new Date().toISOString();
    const head = `<${PRIORITY}>1 ${time} ${this.#host} solosafe-guard ${process.pid} last-gasp - `;
    const plain = text.replaceAll(/[^\x20-\x7e]/g, "?");
    return sendTo(this.#fd, Buffer.from((head + plain).slice(0, DATAGRAM_MAX), "latin1")) === 0;
  }

  close(): void {
    closeSocket(this.#fd);
  }
}
