import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import type { AccessFiles } from "../ports/access-files.ts";
import { syncFolder } from "./sync-folder.ts";

/** Of a hundred users with ten sessions each, and a hundred tokens, a tenth. */
const FILE_MAX = 4 * 1024 * 1024;
const OWNER_ONLY = 0o600;

/** Users, sessions and tokens in `folder/access.json`, the audit trail in `folder/audit`. */
export function createAccessFiles(folder: string): AccessFiles {
  const path = `${folder}/access.json`;
  const audit = `${folder}/audit`;
  return {
    async read() {
      try {
        const { size } = await stat(path);
        if (size > FILE_MAX) throw new Error(`it has ${size} bytes`);
        return await readFile(path, "utf8");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw error;
      }
    },
    async replace(text) {
      // Whoever left a file with this name must not decide who may read ours.
      await rm(`${path}.new`, { force: true });
      const file = await open(`${path}.new`, "wx", OWNER_ONLY);
      try {
        await file.writeFile(text);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
      await syncFolder(folder);
    },
    async keepAside(mark) {
      const kept = `${path}.bad-${mark}`;
      await rename(path, kept);
      return kept;
    },
    audit: {
      async list() {
        await mkdir(audit, { recursive: true, mode: 0o700 });
        return await readdir(audit);
      },
      read: (name) => readFile(`${audit}/${name}`, "utf8"),
      append: (name, text) => appendFile(`${audit}/${name}`, text, { mode: OWNER_ONLY }),
      remove: (name) => rm(`${audit}/${name}`, { force: true }),
    },
  };
}
