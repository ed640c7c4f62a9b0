import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { formatDuration, type Millis } from "../base/duration.ts";
import { type Outcome, parsePostFile, type Queued, QUEUED_ID } from "../base/post.ts";
import type { PostFolder, PostFolderContent } from "../ports/post.ts";
import { syncFolder } from "./sync-folder.ts";

/** Of any queue: mails were the first. */
const ITEM = ".mail";
const OUTCOME = ".outcome";
/** More files than any queue has: others in the folder are not ours. */
const FILES_MOST = 2000;
const FILE_BYTES_MOST = 512 * 1024;

/** What waits to be sent, and what became of it: one file each, written whole or not at all. */
export function openPostFolder<Item extends Queued>(folder: string): PostFolder<Item> {
  return {
    read: () => readFolder(folder),
    put: (item, isDurable) => put(folder, `${item.id}${ITEM}`, item, isDurable),
    report: (outcome) => put(folder, `${outcome.id}${OUTCOME}`, outcome, false),
    remove: (id) => rm(join(folder, `${id}${ITEM}`), { force: true }),
    forget: (id) => rm(join(folder, `${id}${OUTCOME}`), { force: true }),
  };
}

async function put(folder: string, name: string, value: object, isDurable: boolean): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value)}\n`);
    if (isDurable) await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  if (isDurable) await syncFolder(folder);
}

async function readFolder<Item extends Queued>(folder: string): Promise<PostFolderContent<Item>> {
  const items: Item[] = [];
  const outcomes: Outcome[] = [];
  for (const name of await listNames(folder)) {
    const path = join(folder, name);
    const kind = name.endsWith(ITEM) ? ITEM : name.endsWith(OUTCOME) ? OUTCOME : null;
    if (kind === null || !QUEUED_ID.test(name.slice(0, -kind.length))) continue;
    const text = await readText(path);
    if (text === null) continue;
    if (kind === ITEM) await keep(path, parsePostFile<Item>(text), items);
    else await keep(path, parsePostFile<Outcome>(text), outcomes);
  }
  return { items, outcomes };
}

/** What is not understood is set aside, so that it is not looked at again and again. */
async function keep<File>(path: string, file: File | null, files: File[]): Promise<void> {
  if (file === null) await rename(path, `${path}.bad`);
  else files.push(file);
}

async function listNames(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted().slice(0, FILES_MOST);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Null when it was removed meanwhile, or cannot be one of ours. */
async function readText(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path);
    return size > FILE_BYTES_MOST ? "" : await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** The same folder; whatever takes longer than `limitMs` is a fault, and goes on behind it. */
export function boundedPostFolder<Item extends Queued>(
  folder: PostFolder<Item>,
  limitMs: Millis,
): PostFolder<Item> {
  const within = async <Value>(work: Promise<Value>): Promise<Value> => {
    const late = Promise.withResolvers<never>();
    const why = `the disk did not answer within ${formatDuration(limitMs)}`;
    const timer = setTimeout(() => late.reject(new Error(why)), limitMs);
    return await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
  };
  return {
    read: () => within(folder.read()),
    put: (item, isDurable) => within(folder.put(item, isDurable)),
    report: (outcome) => within(folder.report(outcome)),
    remove: (id) => within(folder.remove(id)),
    forget: (id) => within(folder.forget(id)),
  };
}
