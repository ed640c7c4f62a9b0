import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { PreparedDestination, QueuedNotice } from "../base/destination.ts";
import { HOUR, type Millis, SECOND } from "../base/duration.ts";
import { MAIL_QUEUE, type PreparedMail, type QueuedMail } from "../base/mail.ts";
import { parsePostFile, type Prepared, PREPARED_SUFFIX, type Queued } from "../base/post.ts";
import { type FileLock, lockFile } from "../host/file-lock.ts";
import { boundedPostFolder, openPostFolder } from "../host/post-folder.ts";
import type { PostFolder } from "../ports/post.ts";
import { openCarried } from "./sender-carried.ts";
import { type Carrier, carryFolder, RUN_MOST } from "./sender-carrier.ts";
import { pauseAfter } from "./sender-round.ts";

/** A disk that takes longer for one file is left alone. */
const DISK_WITHIN: Millis = 20 * SECOND;
const LOCK_AGAIN: Millis = SECOND;
/** Another sender is done by then: its run is over, and its last delivery. */
const LOCK_WITHIN: Millis = 2 * RUN_MOST;
/** Who writes for a lost agent stays so long; then the agent of the next boot goes on. */
const STAY_MOST: Millis = 24 * HOUR;

/** A queue with what it takes to send what is in it. */
interface Work<Item extends Queued> {
  readonly carrier: Carrier<Item>;
  readonly inMemory: PostFolder<Item>;
  readonly durable: PostFolder<Item>;
}

/**
 * Sends what is due in a queue. With `isPrepared` it first queues what the agent laid ready for the
 * case that it is lost, and stays until that is sent: nobody else would try again.
 * `run`: the folder of sockets, in memory.
 */
export async function runSender(run: string, queue: string, isPrepared: boolean): Promise<void> {
  if (queue === MAIL_QUEUE) {
    await new Sender(run, queue, async (prepared: Prepared<PreparedMail>) => {
      const [{ MailCarrier }, { readFullName }] = await Promise.all([
        import("./sender-mail.ts"),
        import("../host/full-name.ts"),
      ]);
      return new MailCarrier(prepared, await readFullName());
    }).run(isPrepared);
    return;
  }
  await new Sender(run, queue, async (prepared: Prepared<PreparedDestination>) => {
    const { openNoticeCarrier } = await import("./sender-notice.ts");
    // The queue's folder is `destinations/<name>` below the folder of state.
    return openNoticeCarrier(prepared, { run, state: join(prepared.folder, "../..") });
  }).run(isPrepared);
}

class Sender<Item extends QueuedMail | QueuedNotice, Ready extends object> {
  readonly #path: string;
  readonly #open: (prepared: Prepared<Ready>) => Promise<Carrier<Item>>;

  constructor(
    run: string,
    queue: string,
    open: (prepared: Prepared<Ready>) => Promise<Carrier<Item>>,
  ) {
    this.#path = join(run, queue);
    this.#open = open;
  }

  async run(isPrepared: boolean): Promise<void> {
    if (!isPrepared) return void (await this.#once(false));
    const own = await this.#queueLost();
    const until = performance.now() + STAY_MOST;
    for (let rounds = 1; own !== null && performance.now() < until; rounds += 1) {
      const left = await this.#once(true);
      if (!left.some(({ id }) => id === own)) return;
      await wait(pauseAfter(rounds));
    }
  }

  /** In memory first: the disk may be why the agent is lost. */
  async #queueLost(): Promise<string | null> {
    const { carrier, inMemory } = await this.#work();
    const lost = carrier.lost(Date.now());
    if (lost === null) return null;
    await inMemory.put(lost, false);
    return lost.id;
  }

  async #work(): Promise<Work<Item>> {
    const path = `${this.#path}${PREPARED_SUFFIX}`;
    const prepared = parsePostFile<Prepared<Ready>>(await readFile(path, "utf8"));
    if (prepared === null) throw new Error(`${path} is not of this version`);
    return {
      carrier: await this.#open(prepared),
      inMemory: openPostFolder(this.#path),
      durable: boundedPostFolder(openPostFolder(prepared.folder), DISK_WITHIN),
    };
  }

  /** One run over the queue; what still waits in it. Nothing where another sender is at work. */
  async #once(isPatient: boolean): Promise<readonly Queued[]> {
    const lock = await takeLock(`${this.#path}.lock`, isPatient);
    if (lock === null) return [];
    try {
      const work = await this.#work();
      const { carrier, inMemory, durable } = work;
      const until = performance.now() + RUN_MOST;
      const carried = await openCarried(this.#path);
      await carryFolder(carrier, inMemory, inMemory, { isDurable: false, until, carried });
      // A dead disk keeps what it has; what was in memory has gone.
      const run = { isDurable: true, until, carried };
      await carryFolder(carrier, durable, inMemory, run).catch(() => {});
      return await leftIn(work);
    } finally {
      lock.release();
    }
  }
}

/** What waits in memory is kept on the disk as soon as that takes it: it outlives the boot there. */
async function leftIn<Item extends Queued>(work: Work<Item>): Promise<readonly Item[]> {
  const { inMemory, durable } = work;
  const { items } = await inMemory.read();
  for (const item of items) {
    const isKept = await durable.put(item, true).then(
      () => true,
      () => false,
    );
    if (isKept) await inMemory.remove(item.id);
  }
  const kept = await durable.read().catch(() => ({ items: [] }));
  return [...items, ...kept.items];
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
