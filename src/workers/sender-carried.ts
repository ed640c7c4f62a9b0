import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Queued } from "../base/post.ts";

/** In the queue's folder in memory; its name is none of an item. */
const FILE = "carried.json";
/** More than a queue holds. */
const NOTES_MOST = 500;

type Note = Pick<Queued, "id" | "to" | "tries" | "nextWall">;

/** What a disk that takes no change still shows as it was before it was tried. */
export interface Carried {
  /** The items as they are after their last try; `to` is empty when that was the last one. */
  readonly of: <Item extends Queued>(items: readonly Item[]) => readonly Item[];
  /** `rest`: what still waits of the item; null = nobody. */
  readonly note: (item: Queued, rest: Queued | null) => Promise<void>;
}

/** What earlier senders of this boot noted; without a file, nothing. */
export async function openCarried(folder: string): Promise<Carried> {
  const path = join(folder, FILE);
  const notes = new Map((await readNotes(path)).map((note) => [note.id, note]));
  return {
    of: (items) =>
      items.map((item) => {
        const note = notes.get(item.id);
        // Where the disk took a later change, that counts.
        return note === undefined || note.tries <= item.tries ? item : { ...item, ...note };
      }),
    note: async (item, rest) => {
      const { id, to, tries, nextWall } = rest ?? { ...item, to: [], tries: item.tries + 1 };
      notes.delete(id);
      notes.set(id, { id, to, tries, nextWall });
      const text = JSON.stringify([...notes.values()].slice(-NOTES_MOST));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, text, { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
  };
}

async function readNotes(path: string): Promise<readonly Note[]> {
  try {
    const notes: unknown = JSON.parse(await readFile(path, "utf8"));
    return Array.isArray(notes) ? notes : [];
  } catch {
    return [];
  }
}
