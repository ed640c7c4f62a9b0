import { createHash } from "node:crypto";
import { chmod, chown, mkdir, open, readdir, readFile, realpath } from "node:fs/promises";
import { rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ConfigFiles, VersionFiles } from "../ports/config-files.ts";
import { syncFolder } from "./sync-folder.ts";

/** A new configuration file is readable by its group: it names no secrets, only where they are. */
const NEW_FILE_MODE = 0o640;

/** The configuration file `path`, and its history in `folder`; larger files are not read. */
export function createConfigFiles(path: string, folder: string, maxBytes: number): ConfigFiles {
  return {
    async read() {
      try {
        const { size } = await stat(path);
        if (size > maxBytes) throw new Error(`it has ${size} bytes`);
        return await readFile(path, "utf8");
      } catch (error) {
        if (codeOf(error) === "ENOENT") return null;
        throw error;
      }
    },
    replace: (text, isWanted) => replaceConfigFile(path, text, isWanted),
    clean: async () => rm(besideOf(await followLinks(path)), { force: true }),
    hash: (text) => createHash("sha256").update(text).digest("hex"),
    versions: createVersionFiles(folder),
  };
}

/** See `ConfigFiles.replace`. */
export async function replaceConfigFile(
  path: string,
  text: string,
  isWanted: () => boolean,
): Promise<void> {
  const target = await followLinks(path);
  const beside = besideOf(target);
  await rm(beside, { force: true });
  try {
    await writeDurably(beside, text, "wx");
    await takeOver(target, beside);
    if (!isWanted()) throw new Error("it came too late");
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  // The new file is in its place already: a fault here says only that a power cut may undo it.
  await syncFolder(dirname(target)).catch(() => {});
}

/** Small files that are made durable, in `folder`, which is made when it is needed. */
export function createVersionFiles(folder: string): VersionFiles {
  return {
    async list() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await readdir(folder);
    },
    read: (name) => readFile(`${folder}/${name}`, "utf8"),
    async write(name, text) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeDurably(`${folder}/${name}`, text, "w");
      await syncFolder(folder);
    },
    async rename(from, to) {
      await rename(`${folder}/${from}`, `${folder}/${to}`);
      await syncFolder(folder);
    },
    remove: (name) => rm(`${folder}/${name}`, { force: true }),
  };
}

function besideOf(target: string): string {
  return `${target}.new`;
}

/** Where a link leads, so that the link stays; the path itself where there is no file yet. */
async function followLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return path;
    throw error;
  }
}

async function writeDurably(path: string, text: string, flags: "w" | "wx"): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Mode and owner of the file that is replaced. */
async function takeOver(target: string, beside: string): Promise<void> {
  try {
    const { mode, uid, gid } = await stat(target);
    const own = await stat(beside);
    if (own.uid !== uid || own.gid !== gid) await chown(beside, uid, gid);
    await chmod(beside, mode & 0o7777);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    await chmod(beside, NEW_FILE_MODE);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
