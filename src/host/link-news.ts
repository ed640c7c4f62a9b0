import type { News } from "../ports/news.ts";
import { EpollSet } from "./libc.ts";
import { readLinkIndex } from "./link-facts.ts";
import { type LinkMessage, readLinkMessages } from "./netlink.ts";
import {
  AF_NETLINK,
  bindTo,
  closeSocket,
  createSocket,
  receive,
  setSocketOption,
  SOCK_RAW,
} from "./socket-calls.ts";

/** What the adapter needs of this server; a test gives its own. */
export interface LinkNewsParts {
  readonly indexOf: (name: string) => number | null;
}

interface Row {
  /** Names under which this interface is watched; more than one after it was renamed. */
  readonly names: Set<string>;
  /** What was last told of it; null: nothing yet. */
  last: string | null;
}

const PREFIX = "link:";
const NETLINK_ROUTE = 0;
const RTMGRP_LINK = 1;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
/** Some hundred messages; the kernel counts about 2 KiB for each. */
const RECEIVE_BYTES = 1024 * 1024;
/** The kernel sends at most 32 KiB at once (netlink(7)); a link with many virtual functions needs much of it. */
const MESSAGE_BYTES = 64 * 1024;
/** So many are read before anything else in the process gets its turn. */
const MESSAGES_AT_ONCE = 256;
const EAGAIN = 11;
const EINTR = 4;
const WHOLE_ADDRESS = 12;

/**
 * `link:<name>` whenever the kernel tells (rtnetlink) that an interface of this name appeared, went,
 * was renamed, or can or cannot be used. What changes nothing of that is not told, so that
 * one loss of carrier, which the kernel reports several times, is one piece of news. When messages
 * were lost (ENOBUFS) or not understood, everything watched is news. Nothing is open while nothing is watched.
 */
export class LinkNews implements News {
  readonly #indexOf: LinkNewsParts["indexOf"];
  #names: ReadonlySet<string> = new Set();
  #rows = new Map<number, Row>();
  #listener: (source: string) => void = () => {};
  #open: { readonly fd: number; readonly epoll: EpollSet } | null = null;
  #buffer: Buffer | null = null;

  constructor({ indexOf }: LinkNewsParts = { indexOf: readLinkIndex }) {
    this.#indexOf = indexOf;
  }

  watch(sources: ReadonlySet<string>): void {
    this.#names = new Set([...sources].map((source) => source.slice(PREFIX.length)));
    if (this.#names.size === 0) {
      this.close();
      return;
    }
    // Opened before the indexes are read: what changes in between is told.
    this.#listen();
    this.#learnIndexes();
  }

  onNews(listener: (source: string) => void): void {
    this.#listener = listener;
  }

  close(): void {
    this.#rows.clear();
    this.#buffer = null;
    if (this.#open === null) return;
    this.#open.epoll.close();
    closeSocket(this.#open.fd);
    this.#open = null;
  }

  /** One datagram of the kernel. */
  take(bytes: Buffer): void {
    const changed = new Set<string>();
    this.#read(bytes, changed);
    this.#tell(changed);
  }

  #listen(): void {
    if (this.#open !== null) return;
    const fd = createSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    if (fd < 0) return;
    setSocketOption(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES);
    const address = Buffer.alloc(WHOLE_ADDRESS);
    address.writeUInt16LE(AF_NETLINK, 0);
    address.writeUInt32LE(RTMGRP_LINK, 8);
    if (bindTo(fd, address) !== 0) {
      closeSocket(fd);
      return;
    }
    // libuv takes the error that a full socket reports for the end of it; behind an epoll set it is
    // one more wake-up.
    const epoll = new EpollSet(() => this.#drain(fd));
    epoll.unref();
    epoll.add(fd);
    this.#open = { fd, epoll };
  }

  #learnIndexes(): void {
    this.#rows = new Map();
    for (const name of this.#names) {
      const index = this.#indexOf(name);
      if (index !== null) this.#row(index).names.add(name);
    }
  }

  /**
   * Told when all was read: who looks at the first message of several would not look again at the
   * second, while what that one is about happens just after the look.
   */
  #drain(fd: number): void {
    const changed = new Set<string>();
    this.#buffer ??= Buffer.allocUnsafeSlow(MESSAGE_BYTES);
    for (let count = 0; count < MESSAGES_AT_ONCE; count += 1) {
      const got = receive(fd, this.#buffer);
      if (got === EAGAIN) break;
      if (got === EINTR) continue;
      if (typeof got === "number") this.#addAll(changed);
      // Only the kernel has the port 0: any program may send us what it likes (netlink(7)).
      else if (got.from.length < WHOLE_ADDRESS || got.from.readUInt32LE(4) !== 0) continue;
      else if (got.length > this.#buffer.length) this.#addAll(changed);
      else this.#read(this.#buffer.subarray(0, got.length), changed);
    }
    this.#tell(changed);
  }

  #read(bytes: Buffer, changed: Set<string>): void {
    const { messages, isWhole } = readLinkMessages(bytes);
    if (!isWhole) this.#addAll(changed);
    else for (const message of messages) this.#take(message, changed);
  }

  #tell(changed: ReadonlySet<string>): void {
    for (const name of changed) this.#listener(PREFIX + name);
  }

  #take(message: LinkMessage, changed: Set<string>): void {
    const { index, name, isGone } = message;
    if (name !== null && this.#names.has(name)) this.#row(index).names.add(name);
    const row = this.#rows.get(index);
    if (!row) return;
    const told = `${name} ${message.flags} ${message.state} ${isGone}`;
    if (row.last !== told) for (const watched of row.names) changed.add(watched);
    row.last = told;
    if (isGone) this.#rows.delete(index);
  }

  #row(index: number): Row {
    const known = this.#rows.get(index);
    if (known) return known;
    const row: Row = { names: new Set(), last: null };
    this.#rows.set(index, row);
    return row;
  }

  /** What was lost may have been about any of them. */
  #addAll(changed: Set<string>): void {
    this.#learnIndexes();
    for (const name of this.#names) changed.add(name);
  }
}
