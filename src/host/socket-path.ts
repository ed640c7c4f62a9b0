import { closeSync, openSync } from "node:fs";
import { basename, dirname } from "node:path";

/** The kernel takes 107 bytes and a zero for the address of a unix socket. */
export const SOCKET_PATH_MOST = 107;

export interface UsableSocketPath {
  readonly path: string;
  /** Closes the folder, once; a listener does so only after its socket is closed. */
  release(): void;
}

/**
 * A path the kernel takes for this socket file: itself, or by way of its folder held open when it
 * is too long (checkouts may lie deep). Throws when the folder cannot be opened.
 */
export function usableSocketPath(path: string): UsableSocketPath {
  if (Buffer.byteLength(path) <= SOCKET_PATH_MOST) return { path, release: () => {} };
  const folder = openSync(dirname(path), "r");
  let isHeld = true;
  const release = (): void => {
    if (isHeld) closeSync(folder);
    isHeld = false;
  };
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, release };
}
