import koffi from "koffi";
import { closeDescriptor } from "./libc.ts";

/**
 * Sockets that Node does not offer: netlink, ICMP and datagrams by path. All are non-blocking; nothing here waits.
 * A wrong signature crashes the process: every one has a test in `test/host`.
 */
const libc = koffi.load(null);

const openSocket = libc.func("int socket(int family, int type, int protocol)");
const bindSocket = libc.func("int bind(int fd, const void *address, uint length)");
const connectSocket = libc.func("int connect(int fd, const void *address, uint length)");
const setOption = libc.func(
  "int setsockopt(int fd, int level, int option, const void *value, uint length)",
);
const receiveFrom = libc.func(
  "int64 recvfrom(int fd, void *buffer, size_t size, int flags, void *address, _Inout_ uint *length)",
);
const receiveInto = libc.func("int64 recv(int fd, void *buffer, size_t size, int flags)");
const sendBytes = libc.func("int64 send(int fd, const void *buffer, size_t size, int flags)");
const sendBytesTo = libc.func(
  "int64 sendto(int fd, const void *buffer, size_t size, int flags, const void *address, uint length)",
);
const indexToName = libc.func("const char *if_indextoname(uint index, void *name)");

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const ADDRESS_BYTES = 128;
const IFNAMSIZ = 16;

/** A new socket, or the negative number of the error. */
export function createSocket(family: number, type: number, protocol: number): number {
  const fd = Number(openSocket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
  return fd >= 0 ? fd : -koffi.errno();
}

/** 0, or the number of the error. */
export function bindTo(fd: number, address: Buffer): number {
  return bindSocket(fd, address, address.length) === 0 ? 0 : koffi.errno();
}

/** 0, or the number of the error. No packet is sent for the sockets that we use. */
export function connectTo(fd: number, address: Buffer): number {
  return connectSocket(fd, address, address.length) === 0 ? 0 : koffi.errno();
}

/** 0, or the number of the error. */
export function setSocketOption(
  fd: number,
  level: number,
  option: number,
  value: Buffer | number,
): number {
  const bytes = typeof value === "number" ? numberBytes(value) : value;
  return setOption(fd, level, option, bytes, bytes.length) === 0 ? 0 : koffi.errno();
}

/** 0, or the number of the error. */
export function sendTo(fd: number, bytes: Buffer): number {
  return Number(sendBytes(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL)) >= 0
    ? 0
    : koffi.errno();
}

/** The same for a socket that is connected to nobody. */
export function sendToAddress(fd: number, bytes: Buffer, address: Buffer): number {
  const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  const sent = sendBytesTo(fd, bytes, bytes.length, flags, address, address.length);
  return Number(sent) >= 0 ? 0 : koffi.errno();
}

export interface Received {
  /** Length of the whole message; more than the buffer holds when it was cut. */
  readonly length: number;
  /** Address of the sender, as the kernel writes it. */
  readonly from: Buffer;
}

const sender = Buffer.alloc(ADDRESS_BYTES);

/**
 * One message into `buffer`. What comes back is only valid until the next call. A number is that of
 * an error; EAGAIN when there is nothing to read.
 */
export function receive(fd: number, buffer: Buffer): Received | number {
  const length = [ADDRESS_BYTES];
  const got = Number(
    receiveFrom(fd, buffer, buffer.length, MSG_DONTWAIT | MSG_TRUNC, sender, length),
  );
  if (got < 0) return koffi.errno();
  return { length: got, from: sender.subarray(0, length[0] ?? 0) };
}

/** The length of one message that was read into `buffer`, whoever sent it; negative: an error. */
export function receiveBytes(fd: number, buffer: Buffer): number {
  const got = Number(receiveInto(fd, buffer, buffer.length, MSG_DONTWAIT));
  return got >= 0 ? got : -koffi.errno();
}

export function closeSocket(fd: number): void {
  closeDescriptor(fd);
}

/** The name of the interface with this index; null when there is none. It takes no network lock. */
export function nameOfInterface(index: number): string | null {
  const name = Buffer.alloc(IFNAMSIZ);
  const found: unknown = indexToName(index, name);
  return typeof found === "string" ? found : null;
}

function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value, 0);
  return bytes;
}
