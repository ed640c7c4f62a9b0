import { chmodSync, unlinkSync } from "node:fs";
import type { Server } from "node:net";

/**
 * Listens on a unix socket that only our own account may connect to. What has the name already is
 * removed: the caller knows that nobody answers there, or takes its place.
 */
export async function listen(server: Server, path: string): Promise<void> {
  try {
    unlinkSync(path);
  } catch {
    // It was not there.
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(path, resolve);
  await promise;
  chmodSync(path, 0o600);
}
