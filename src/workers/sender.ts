import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { HOUR, type Millis, SECOND } from "../base/duration.ts";
import {
  MAIL_FOLDER,
  MAIL_PREPARED,
  MAIL_VERSION,
  parseMailFile,
  type PreparedMail,
  type QueuedMail,
} from "../base/mail.ts";
import { type FileLock, lockFile } from "../host/file-lock.ts";
import { readFullName } from "../host/full-name.ts";
import { boundedMailFolder, openMailFolder } from "../host/mail-folder.ts";
import type { MailFolder } from "../ports/mail.ts";
import { Post, RUN_MOST } from "./sender-post.ts";
import { pauseAfter } from "./sender-round.ts";

/** A disk that takes longer for one file is left alone. */
const DISK_WITHIN: Millis = 20 * SECOND;
const LOCK_AGAIN: Millis = SECOND;
/** Another sender is done by then: its run is over, and its last delivery. */
const LOCK_WITHIN: Millis = 2 * RUN_MOST;
/** Who writes for a lost agent stays so long; then the agent of the next boot goes on. */
const STAY_MOST: Millis = 24 * HOUR;

interface Queue {
  readonly inMemory: MailFolder;
  readonly durable: MailFolder;
}

/**
 * Sends the mails of the queue that are due. With `isPrepared` it first queues the one that the agent
 * laid ready for the case that it is lost, and stays until that is sent: nobody else would try again.
 * `run`: the folder of sockets, in memory.
 */
export async function runSender(run: string, isPrepared: boolean): Promise<void> {
  if (!isPrepared) return void (await sendOnce(run, false));
  const own = await queueLost(run);
  const until = performance.now() + STAY_MOST;
  for (let rounds = 1; performance.now() < until; rounds += 1) {
    const left = await sendOnce(run, true);
    if (!left.some(({ id }) => id === own)) return;
    await wait(pauseAfter(rounds));
  }
}

async function readPrepared(run: string): Promise<PreparedMail> {
  const path = join(run, MAIL_PREPARED);
  const prepared = parseMailFile<PreparedMail>(await readFile(path, "utf8"));
  if (prepared === null) throw new Error(`${path} is not of this version`);
  return prepared;
}

/** In memory first: the disk may be why the agent is lost. */
async function queueLost(run: string): Promise<string> {
  const { settings, lost } = await readPrepared(run);
  const wall = Date.now();
  const id = `lost-${wall.toString(36)}`;
  const mail: QueuedMail = {
    v: MAIL_VERSION,
    id,
    ...lost,
    urgency: "critical",
    createdWall: wall,
    messageId: `<${id}@${await readFullName()}>`,
    thread: null,
    to: settings.to,
    isTest: false,
    tries: 0,
    nextWall: wall,
  };
  await openMailFolder(join(run, MAIL_FOLDER)).put(mail, false);
  return id;
}

/** One run over the queue; what still waits in it. Nothing where another sender is at work. */
async function sendOnce(run: string, isPatient: boolean): Promise<readonly QueuedMail[]> {
  const lock = await takeLock(join(run, `${MAIL_FOLDER}.lock`), isPatient);
  if (lock === null) return [];
  try {
    const { settings, folder } = await readPrepared(run);
    const inMemory = openMailFolder(join(run, MAIL_FOLDER));
    const durable = boundedMailFolder(openMailFolder(folder), DISK_WITHIN);
    const post = new Post(settings, await readFullName());
    await post.work(inMemory, false, inMemory);
    // A dead disk keeps its mails; those in memory have gone.
    await post.work(durable, true, inMemory).catch(() => {});
    return await leftIn({ inMemory, durable });
  } finally {
    lock.release();
  }
}

/** What waits in memory is kept on the disk as soon as that takes it: it outlives the boot there. */
async function leftIn({ inMemory, durable }: Queue): Promise<readonly QueuedMail[]> {
  const { mails } = await inMemory.read();
  for (const mail of mails) {
    const isKept = await durable.put(mail, true).then(
      () => true,
      () => false,
    );
    if (isKept) await inMemory.remove(mail.id);
  }
  const kept = await durable.read().catch(() => ({ mails: [] }));
  return [...mails, ...kept.mails];
}

/** Null: another sender is at work, and whoever started that looks at the queue when it has ended. */
async function takeLock(
  path: string,
  isPatient: boolean,
): Promise<Extract<FileLock, { isHeld: true }> | null> {
  const until = performance.now() + (isPatient ? LOCK_WITHIN : 0);
  for (;;) {
    const lock = lockFile(path, `${process.pid}\n`);
    if (lock.isHeld) return lock;
    if (performance.now() >= until) return null;
    await wait(LOCK_AGAIN);
  }
}
