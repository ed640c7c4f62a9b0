import { hostname } from "node:os";
import { type Millis, SECOND } from "../base/duration.ts";
import type { GaspTarget } from "../base/guard-message.ts";
import { parseAddress } from "../base/ip-address.ts";
import { socketAddress } from "./icmp.ts";
import {
  AF_INET,
  AF_INET6,
  closeSocket,
  createSocket,
  SOCK_DGRAM,
  sendToAddress,
} from "./socket-calls.ts";

/** RFC 5424, 6.2.1: facility daemon (3), severities alert (1) and informational (6). */
const ALERT = 3 * 8 + 1;
const INFORMATION = 3 * 8 + 6;
/** Every receiver must take so many bytes (RFC 5426, 3.2: 480), and every network carries them. */
const DATAGRAM_MAX = 480;

/** The network may come long after the guard. */
const GREET_AGAIN: Millis = 30 * SECOND;

/**
 * A socket that is ready for one datagram of syslog, for a server that is about to end: nothing is
 * resolved, opened or waited for any more. It is connected to nobody, because the route may change
 * until then.
 */
export class LastGasp {
  readonly #fd: number;
  readonly #address: Buffer;
  readonly #host: string;
  #timer: NodeJS.Timeout | null = null;

  private constructor(fd: number, address: Buffer) {
    this.#fd = fd;
    this.#address = address;
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
    return new LastGasp(fd, bytes);
  }

  /**
   * Tells that something may come, as soon as there is a way to go. By this the kernel learns whom on
   * the wire to send it to: a server that ends at once cannot wait for that answer.
   */
  greet(): void {
    this.#timer = null;
    if (this.#write(INFORMATION, "greeting", "the last words of this server will arrive here")) {
      return;
    }
    this.#timer = setTimeout(() => this.greet(), GREET_AGAIN).unref();
  }

  /** Whether it was handed to the network; nobody learns whether it arrived. */
  send(text: string): boolean {
    return this.#write(ALERT, "last-gasp", text);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    closeSocket(this.#fd);
  }

  #write(priority: number, what: string, text: string): boolean {
    const time = new Date().toISOString();
    const head = `<${priority}>1 ${time} ${this.#host} solosafe-guard ${process.pid} ${what} - `;
    const plain = text.replaceAll(/[^\x20-\x7e]/g, "?");
    const datagram = Buffer.from((head + plain).slice(0, DATAGRAM_MAX), "latin1");
    return sendToAddress(this.#fd, datagram, this.#address) === 0;
  }
}
