import type { Socket } from "node:net";
import { userInfo } from "node:os";
import { peerCredentials } from "./peer-credentials.ts";

/**
 * The name of who may talk to this program at the other end of a connection: root, or the account
 * it runs as; null for everybody else and when it cannot be told.
 */
export function trustedPeerName(socket: Socket): string | null {
  const peer = peerCredentials(socket);
  if (peer === null) return null;
  if (peer.uid === 0) return "root";
  return peer.uid === process.getuid?.() ? userInfo().username : null;
}
