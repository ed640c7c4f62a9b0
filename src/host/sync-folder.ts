import { open } from "node:fs/promises";

/** After a rename in it: without this the rename itself may be forgotten by a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
