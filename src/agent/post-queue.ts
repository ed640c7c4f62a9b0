import { HOUR, type Millis, MINUTE } from "../base/duration.ts";
import type { Outcome, Queued } from "../base/post.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Post, PostFolder } from "../ports/post.ts";
import { boundedFolder, DISK_WITHIN, type PostDisk } from "./post-disk.ts";
import { tooMany, type Waiting, waitingOf } from "./post-room.ts";
import { within } from "./within.ts";

/** Without anything new no sender is started sooner than this after the one before. */
const SEND_AGAIN: Millis = MINUTE;
const SILENT_MOST = 3;
/** What waits for the file before it to be written; more is dropped. */
const WRITING_MOST = 100;

/** How one kind of queue differs from others. */
export interface PostManner {
  /** What comes within so long of the first is left to one sender. */
  readonly gatherMs: Millis;
  /** The server may be gone before long. */
  readonly isAtOnce: (item: Queued) => boolean;
  /** What is new waits for what is old: nothing overtakes. */
  readonly isInOrder: boolean;
  /** What only informs may be lost with the power. */
  readonly isSynced: (item: Queued) => boolean;
}

export interface PostQueueParts<Item extends Queued> {
  readonly clock: Clock;
  readonly post: Pick<Post<Item, never>, "inMemory" | "durable" | "send">;
  readonly manner: PostManner;
  readonly disk: PostDisk;
  readonly onOutcome: (outcome: Outcome) => void;
  /** A sender does not start, or ends without a word; `isLasting`: it is the third in a row. */
  readonly onSilence: (subject: string, why: string, isLasting: boolean) => void;
  readonly onDropped: (count: number) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/**
 * The agent's side of the queue: files are written one after the other, a sender is started whenever
 * something is due, and what became of it is read when that has ended. Nothing here waits for a disk
 * in anybody's way: one file is under way at most.
 */
export class PostQueue<Item extends Queued> {
  readonly #parts: PostQueueParts<Item>;
  readonly #durable: PostFolder<Item>;
  readonly #waiting = new Map<string, Waiting>();
  /** Nobody waits for them any more, and the disk did not let go of them. */
  readonly #done = new Set<string>();
  #work: Promise<void> = Promise.resolve();
  #writing = 0;
  #isSending = false;
  #isWanted = false;
  #isGathering = false;
  #timer: Timer | null = null;
  #isStopped = false;
  /** Runs of a sender in a row that should have tried something and did not. */
  #silent = 0;

  constructor(parts: PostQueueParts<Item>) {
    this.#parts = parts;
    this.#durable = boundedFolder(parts.post.durable, parts.disk);
  }

  /** Looks at what an earlier agent, or an earlier boot, left. */
  begin(): void {
    this.#then(() => this.#look(0));
  }

  /** Queues something and has it sent. A test is of no use after the boot. */
  add(item: Item): void {
    if (this.#writing >= WRITING_MOST) return this.#parts.onDropped(1);
    this.#writing += 1;
    this.#then(async () => {
      this.#writing -= 1;
      const queued = this.#inOrder(item);
      await this.#put(queued);
      this.#makeRoom();
      if (queued.nextWall <= item.nextWall) this.#sendSoon(this.#parts.manner.isAtOnce(item));
    });
  }

  /** Sends nothing more; what waits is there for the next agent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await within(this.#parts.clock, DISK_WITHIN, this.#work).catch(() => {});
  }

  /** One after the other; a fault is told and ends nothing. */
  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#parts.onFault("a queue cannot be read or written", error);
    });
  }

  /** Who is not reached now is tried again for all that waits at once, or the order would be lost. */
  #inOrder(item: Item): Item {
    if (!this.#parts.manner.isInOrder || item.isTest) return item;
    const tried = [...this.#waiting.values()].filter(({ tries }) => tries > 0);
    const nextWall = Math.max(item.nextWall, ...tried.map((one) => one.nextWall));
    return { ...item, nextWall };
  }

  async #put(item: Item): Promise<void> {
    const { post, manner } = this.#parts;
    this.#waiting.set(item.id, waitingOf(item));
    if (item.isTest) return await post.inMemory.put(item, false);
    const kept = this.#durable.put(item, manner.isSynced(item));
    await kept.catch(() => post.inMemory.put(item, false));
  }

  #makeRoom(): void {
    const dropped = tooMany([...this.#waiting.values()]);
    if (dropped.length === 0) return;
    for (const { id } of dropped) {
      this.#waiting.delete(id);
      for (const folder of this.#folders()) this.#then(() => folder.remove(id).catch(() => {}));
    }
    this.#parts.onDropped(dropped.length);
  }

  #folders(): readonly PostFolder<Item>[] {
    return [this.#parts.post.inMemory, this.#durable];
  }

  #sendSoon(isAtOnce: boolean): void {
    const { gatherMs } = this.#parts.manner;
    if (gatherMs === 0 || isAtOnce || this.#isSending) return this.#send();
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#arm(gatherMs);
  }

  #send(): void {
    this.#isGathering = false;
    if (this.#isStopped) return;
    if (this.#isSending) {
      this.#isWanted = true;
      return;
    }
    this.#timer?.cancel();
    this.#isSending = true;
    this.#isWanted = false;
    const onEnd = (): void => this.#then(() => this.#look(SEND_AGAIN));
    void this.#parts.post.send(onEnd).then((started) => {
      if (started.ok) return;
      this.#isSending = false;
      this.#heardNothing(`no sender could be started: ${started.problem.message}`);
      this.#arm(SEND_AGAIN);
    });
  }

  /** What became of them, and when the next sender is wanted. */
  async #look(least: Millis): Promise<void> {
    this.#isSending = false;
    const items: Item[] = [];
    let outcomes = 0;
    let isUnread = false;
    for (const folder of this.#folders()) {
      const content = await folder.read().catch(() => null);
      isUnread ||= content === null;
      if (content === null) continue;
      items.push(...content.items);
      outcomes += content.outcomes.length;
      for (const outcome of content.outcomes) await this.#take(outcome, folder);
    }
    // What a folder that could not be read holds is only known from before.
    if (!isUnread) this.#waiting.clear();
    for (const item of items) this.#waiting.set(item.id, waitingOf(item));
    if (this.#isStopped) return;
    for (const id of this.#done) if (!isUnread && !this.#waiting.has(id)) this.#done.delete(id);
    const wall = this.#parts.clock.wall();
    const isLeft = items.some(({ id, nextWall }) => nextWall <= wall && !this.#done.has(id));
    if (outcomes > 0 || !isLeft) this.#silent = 0;
    // What came while it ran may have come after it looked.
    else if (least > 0 && !this.#isWanted) this.#heardNothing("the sender ends without a word");
    if (this.#isWanted) this.#sendSoon(false);
    else if (isUnread) this.#arm(SEND_AGAIN);
    else if (items.length > 0) this.#arm(Math.max(least, this.#pauseBefore(items)));
  }

  async #take(outcome: Outcome, folder: PostFolder<Item>): Promise<void> {
    // Told first: what is told twice does less harm than what is never told.
    this.#parts.onOutcome(outcome);
    if (outcome.waiting.length === 0) {
      this.#waiting.delete(outcome.id);
      this.#done.add(outcome.id);
    }
    await folder.forget(outcome.id).catch(() => {});
  }

  /** Another sender may have been at work: nobody is alarmed before it lasts. */
  #heardNothing(why: string): void {
    this.#silent += 1;
    const [item] = this.#waiting.values();
    if (item) this.#parts.onSilence(item.subject, why, this.#silent === SILENT_MOST);
  }

  #pauseBefore(items: readonly Item[]): Millis {
    const wall = this.#parts.clock.wall();
    const next = Math.min(...items.map(({ nextWall }) => nextWall));
    return Math.min(HOUR, Math.max(0, next - wall));
  }

  #arm(pause: Millis): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.timer(pause, () => this.#send());
  }
}
