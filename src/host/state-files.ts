import { randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { appendFile, open, readFile, rename, rm } from "node:fs/promises";
import { fail, type Result, succeed } from "../base/result.ts";
import type { HistoryFiles, StateFiles } from "../ports/store.ts";
import { syncFolder } from "./sync-folder.ts";

/** Files of the agent's state in `folder`, readable by its owner only. */
export function createStateFiles(folder: string): StateFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    async replace(name, text, isDurable) {
      const path = `${folder}/${name}`;
      const file = await open(`${path}.new`, "w", 0o600);
      try {
        await file.writeFile(text);
        if (isDurable) await file.datasync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
      if (isDurable) await syncFolder(folder);
    },
    readAtStart: (name, maxBytes) => readWhole(`${folder}/${name}`, maxBytes),
    keepAside(name, mark) {
      const kept = `${folder}/${name}.bad-${mark}`;
      try {
        renameSync(`${folder}/${name}`, kept);
        return kept;
      } catch {
        return null;
      }
    },
  };
}

function readWhole(path: string, maxBytes: number): Result<string | null> {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    return code === "ENOENT" ? succeed(null) : unreadable(path, error);
  }
  try {
    const { size } = fstatSync(file);
    if (size > maxBytes) return unreadable(path, new Error(`it has ${size} bytes`));
    const buffer = Buffer.alloc(size);
    const length = readSync(file, buffer, 0, size, 0);
    return succeed(buffer.toString("utf8", 0, length));
  } catch (error) {
    return unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

function unreadable(path: string, error: unknown): Result<never> {
  const why = error instanceof Error ? error.message : String(error);
  return fail({ code: "state/unreadable", message: `${path} cannot be read: ${why}` });
}

/** Segments of the history in `folder`. */
export function createHistoryFiles(folder: string): HistoryFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    listAtStart: () => readdirSync(folder),
    readAtStart: (name) => readFileSync(`${folder}/${name}`, "utf8"),
    append: (name, text) => appendFile(`${folder}/${name}`, text, { mode: 0o600 }),
    read: (name) => readFile(`${folder}/${name}`, "utf8"),
    remove: (name) => rm(`${folder}/${name}`, { force: true }),
  };
}

/**
 * The name of a state folder, made on its first use: it marks the processes that belong to it, and
 * must stay the same while they live. A copy is kept in the run folder, so that applications are
 * found again when the state was lost.
 */
export function readStateId(stateFolder: string, runFolder: string): string {
  const places = [`${stateFolder}/id`, `${runFolder}/id`];
  const found = places.map(readId);
  const id = found.find((one) => one !== null) ?? randomBytes(6).toString("hex");
  for (const [at, place] of places.entries()) if (found[at] !== id) writeId(place, id);
  return id;
}

function readId(path: string): string | null {
  const read = readWhole(path, 64);
  const id = read.ok ? (read.value?.trim() ?? "") : "";
  return /^[a-z0-9]{8,32}$/.test(id) ? id : null;
}

function writeId(path: string, id: string): void {
  try {
    writeFileSync(path, `${id}\n`, { mode: 0o600 });
  } catch {
    // A full or read-only disk: the other copy serves, and the next start tries again.
  }
}
