import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { formatDuration, type Millis } from "../base/duration.ts";
import { MAIL_ID, type MailOutcome, parseMailFile, type QueuedMail } from "../base/mail.ts";
import type { MailFolder, MailFolderContent } from "../ports/mail.ts";
import { syncFolder } from "./sync-folder.ts";

const MAIL = ".mail";
const OUTCOME = ".outcome";
/** More files than any queue has: others in the folder are not ours. */
const FILES_MOST = 2000;
const FILE_BYTES_MOST = 512 * 1024;

/** Mails that wait, and what became of others: one file each, written whole or not at all. */
export function openMailFolder(folder: string): MailFolder {
  return {
    read: () => readFolder(folder),
    put: (mail, isDurable) => put(folder, `${mail.id}${MAIL}`, mail, isDurable),
    report: (outcome) => put(folder, `${outcome.id}${OUTCOME}`, outcome, false),
    remove: (id) => rm(join(folder, `${id}${MAIL}`), { force: true }),
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

async function readFolder(folder: string): Promise<MailFolderContent> {
  const mails: QueuedMail[] = [];
  const outcomes: MailOutcome[] = [];
  for (const name of await listNames(folder)) {
    const path = join(folder, name);
    const kind = name.endsWith(MAIL) ? MAIL : name.endsWith(OUTCOME) ? OUTCOME : null;
    if (kind === null || !MAIL_ID.test(name.slice(0, -kind.length))) continue;
    const text = await readText(path);
    if (text === null) continue;
    if (kind === MAIL) await keep(path, parseMailFile<QueuedMail>(text), mails);
    else await keep(path, parseMailFile<MailOutcome>(text), outcomes);
  }
  return { mails, outcomes };
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
export function boundedMailFolder(folder: MailFolder, limitMs: Millis): MailFolder {
  const within = async <Value>(work: Promise<Value>): Promise<Value> => {
    const late = Promise.withResolvers<never>();
    const why = `the disk did not answer within ${formatDuration(limitMs)}`;
    const timer = setTimeout(() => late.reject(new Error(why)), limitMs);
    return await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
  };
  return {
    read: () => within(folder.read()),
    put: (mail, isDurable) => within(folder.put(mail, isDurable)),
    report: (outcome) => within(folder.report(outcome)),
    remove: (id) => within(folder.remove(id)),
    forget: (id) => within(folder.forget(id)),
  };
}
