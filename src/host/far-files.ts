import { statSync } from "node:fs";
import type { StateFiles } from "../ports/store.ts";
import { createStateFiles } from "./state-files.ts";

const FOLDER = "solosafe";

/**
 * A place for one more copy of what must not be lost with the state folder's file system; null where
 * `boot` is no other one, or cannot be written.
 */
export function openFarFiles(stateFolder: string, boot = "/boot"): StateFiles | null {
  try {
    if (statSync(boot).dev === statSync(stateFolder).dev) return null;
    return createStateFiles(`${boot}/${FOLDER}`);
  } catch {
    return null;
  }
}
