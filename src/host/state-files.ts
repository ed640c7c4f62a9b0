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

/** Without it the rename itself may be forgotten by a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
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
 * must stay the same while they live.
 */
export function readStateId(folder: string): string {
  const path = `${folder}/id`;
  const known = readWhole(path, 64);
  if (known.ok && /^[a-z0-9]{8,32}$/.test(known.value?.trim() ?? ""))
    return known.value?.trim() ?? "";
  const id = randomBytes(6).toString("hex");
  writeFileSync(path, `${id}\n`, { mode: 0o600 });
  return id;
}
