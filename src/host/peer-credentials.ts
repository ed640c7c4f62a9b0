import type { Socket } from "node:net";
import { readPeerCredentials } from "./libc.ts";

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who is at the other end of a connected unix socket, as the kernel knows; null when it cannot be
 * told (already closed, or not a unix socket). The caller refuses then.
 */
export function peerCredentials(socket: Socket): PeerCredentials | null {
  // Node does not offer the descriptor; this field has been there since Node 0.x.
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) return null;
  const fd: unknown = Reflect.get(handle, "fd");
  return typeof fd === "number" && fd >= 0 ? readPeerCredentials(fd) : null;
}
