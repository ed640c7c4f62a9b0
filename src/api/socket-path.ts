import { closeSync, openSync } from "node:fs";
import { basename, dirname } from "node:path";

/** The kernel takes 107 bytes and a zero for the address of a unix socket. */
const ADDRESS_MAX = 107;

export interface SocketAddress {
  readonly path: string;
  /** To be called when the socket is bound or connected. */
  readonly release: () => void;
}

/**
 * A path the kernel takes for the socket file `path`: itself, or the same file by way of its open
 * folder when it is too long (checkouts may lie deep). Throws when the folder cannot be opened.
 */
export function socketAddress(path: string): SocketAddress {
  if (Buffer.byteLength(path) <= ADDRESS_MAX) return { path, release: () => {} };
  const folder = openSync(dirname(path), "r");
  return {
    path: `/proc/self/fd/${folder}/${basename(path)}`,
    release: () => closeSync(folder),
  };
}
