import type { StateFiles } from "../ports/store.ts";

/** In the folder of state: what is known of the servers that are listened to. */
export const HEARD_STATE = "servers-heard.json";
const BYTES_MOST = 4 * 1024 * 1024;

/** What an earlier agent wrote; null when there is nothing that can be read. For the start only. */
export function readHeardFile(files: StateFiles): string | null {
  const read = files.readAtStart(HEARD_STATE, BYTES_MOST);
  return read.ok ? read.value : null;
}
