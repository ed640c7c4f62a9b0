import type { Server as HttpServer } from "node:http";
import { BlockList, createServer, isIP, type Server, type Socket } from "node:net";
import { type Millis, SECOND } from "../base/duration.ts";
import { parseAddress } from "../base/ip-address.ts";
import { fail, type Result, succeed } from "../base/result.ts";

/** An open socket that was handed to this program, or an address to listen on. */
export type Place = { readonly fd: number } | { readonly host: string; readonly port: number };

export interface DoorParts {
  /** Serves what was not encrypted and came from this server itself. */
  readonly plain: HttpServer;
  /** Serves what is encrypted. */
  readonly secure: HttpServer;
  /** Sends everybody else to HTTPS. */
  readonly elsewhere: HttpServer;
  /** Whether this address may connect. */
  readonly mayEnter: (address: string) => boolean;
  /** Who connects and says nothing for so long is sent away. */
  readonly firstByteLimit: Millis;
}

/** Connections at a time in all, from one address, and from this server. */
const CONNECTIONS_MAX = 600;
const OF_ONE_MAX = 64;
const OF_LOOPBACK_MAX = 300;
/** Of all, those that only this server may take: whoever repairs it comes in however many others came. */
const KEPT_FOR_LOOPBACK = 40;
const LOOPBACK = "loopback";
/** The first byte of a TLS connection (RFC 8446, content type handshake). */
const HANDSHAKE = 0x16;
/** A dead browser is noticed by the kernel. */
const KEEP_ALIVE: Millis = 30 * SECOND;

/**
 * Where people come in. One port takes both HTTPS and, from this server itself, plain HTTP: that
 * never leaves the server, and a browser would warn of our own certificate for nothing. The first
 * byte tells which it is.
 */
export class Doors {
  readonly #parts: DoorParts;
  readonly #servers = new Set<Server>();
  readonly #open = new Set<Socket>();
  readonly #counts = new Map<string, number>();
  /** When the last connection began or ended. */
  usedAt: Millis = performance.now();

  constructor(parts: DoorParts) {
    this.#parts = parts;
    // They never listen themselves; this begins their watch over slow requests all the same.
    for (const server of [parts.plain, parts.secure, parts.elsewhere]) server.emit("listening");
  }

  get connections(): number {
    return this.#open.size;
  }

  /** Gives back the port. */
  async listen(place: Place): Promise<Result<number>> {
    const server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE,
    });
    server.on("connection", (socket) => this.#receive(socket));
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    server.once("error", resolve);
    server.listen({ ...place, backlog: 128 }, () => resolve(null));
    const error = await promise;
    if (error !== null) return fail({ code: "web/cannot-listen", message: error.message });
    server.off("error", resolve);
    // What can fail afterwards is one accept, for instance without a free descriptor.
    server.on("error", () => {});
    this.#servers.add(server);
    const address = server.address();
    return succeed(typeof address === "object" && address !== null ? address.port : 0);
  }

  /** No new ones; a socket that was handed over keeps those that come now for the next program. */
  stopListening(): void {
    for (const server of this.#servers) server.close();
    this.#servers.clear();
  }

  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #receive(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    const address = clientOf(socket);
    if (!this.#admit(socket, address)) {
      socket.destroy();
      return;
    }
    socket.setTimeout(this.#parts.firstByteLimit, () => socket.destroy());
    const look = (): void => {
      const first: Buffer | null = socket.read(1);
      if (first === null) return;
      socket.off("readable", look);
      socket.setTimeout(0);
      socket.removeAllListeners("timeout");
      socket.unshift(first);
      this.#serverFor(first[0] ?? 0, socket).emit("connection", socket);
    };
    socket.on("readable", look);
    socket.once("end", () => socket.destroy());
  }

  #serverFor(first: number, socket: Socket): HttpServer {
    const { plain, secure, elsewhere } = this.#parts;
    if (first === HANDSHAKE) return secure;
    return isFromHere(socket) ? plain : elsewhere;
  }

  #admit(socket: Socket, address: string): boolean {
    const place = placeOf(address);
    const isHere = place === LOOPBACK;
    const count = this.#counts.get(place) ?? 0;
    const most = isHere ? CONNECTIONS_MAX : CONNECTIONS_MAX - KEPT_FOR_LOOPBACK;
    if (this.#open.size >= most || count >= (isHere ? OF_LOOPBACK_MAX : OF_ONE_MAX)) return false;
    if (!isOfThisServer(socket) && !this.#parts.mayEnter(address)) return false;
    this.usedAt = performance.now();
    this.#open.add(socket);
    this.#counts.set(place, count + 1);
    socket.once("close", () => this.#forget(socket, place));
    return true;
  }

  #forget(socket: Socket, place: string): void {
    this.usedAt = performance.now();
    this.#open.delete(socket);
    const left = (this.#counts.get(place) ?? 1) - 1;
    if (left > 0) this.#counts.set(place, left);
    else this.#counts.delete(place);
  }
}

/** The address of who connected: IPv4 as such, without an interface. Empty when it has gone. */
export function clientOf(socket: Pick<Socket, "remoteAddress">): string {
  return plainAddress(socket.remoteAddress ?? "");
}

/**
 * Whose connections are counted together: an IPv6 network of 64 bits is one subscriber's, who has all
 * of its addresses, and all of 127.0.0.0/8 is this server.
 */
export function placeOf(address: string): string {
  if (isLoopback(address)) return LOOPBACK;
  const parsed = parseAddress(address);
  return parsed?.family === 6 ? `${parsed.value >> 64n}/64` : address;
}

function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}

/** Both ends are on this server's loopback: nobody can listen in. */
export function isFromHere(socket: Pick<Socket, "remoteAddress" | "localAddress">): boolean {
  return isLoopback(clientOf(socket)) && isLoopback(plainAddress(socket.localAddress ?? ""));
}

/** By whichever of its addresses this server talks to itself. */
function isOfThisServer(socket: Socket): boolean {
  return isFromHere(socket) || clientOf(socket) === plainAddress(socket.localAddress ?? "");
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

/** Reads addresses and networks (`192.0.2.0/24`); what cannot be read lets nobody in. */
export function allowList(entries: readonly string[]): (address: string) => boolean {
  if (entries.length === 0) return () => true;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", length] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const bits = length === undefined ? (family === "ipv6" ? 128 : 32) : Number(length);
    if (isIP(address) === 0 || !Number.isInteger(bits) || bits < 0) continue;
    if (bits <= (family === "ipv6" ? 128 : 32)) list.addSubnet(address, bits, family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
