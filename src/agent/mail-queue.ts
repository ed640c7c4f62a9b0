import { HOUR, type Millis, MINUTE } from "../base/duration.ts";
import type { MailOutcome, QueuedMail } from "../base/mail.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { MailFolder, MailPost } from "../ports/mail.ts";
import { boundedFolder, DISK_WITHIN, type MailDisk } from "./mail-disk.ts";
import { tooMany, type Waiting, waitingOf } from "./mail-room.ts";
import { within } from "./within.ts";

/** Without a new mail no sender is started sooner than this after the one before. */
const SEND_AGAIN: Millis = MINUTE;
const SILENT_MOST = 3;
/** Mails that wait for the file before them to be written; more are dropped. */
const WRITING_MOST = 100;

export interface MailQueueParts {
  readonly clock: Clock;
  readonly post: MailPost;
  readonly disk: MailDisk;
  readonly onOutcome: (outcome: MailOutcome) => void;
  /** A sender does not start, or ends without a word; `isLasting`: it is the third in a row. */
  readonly onSilence: (subject: string, why: string, isLasting: boolean) => void;
  readonly onDropped: (count: number) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/**
 * The agent's side of the queue: files are written one after the other, a sender is started whenever
 * something is due, and what became of mails is read when it has ended. Nothing here waits for a disk
 * in anybody's way: one file is under way at most.
 */
export class MailQueue {
  readonly #parts: MailQueueParts;
  readonly #durable: MailFolder;
  readonly #waiting = new Map<string, Waiting>();
  #work: Promise<void> = Promise.resolve();
  #writing = 0;
  #isSending = false;
  #isWanted = false;
  #timer: Timer | null = null;
  #isStopped = false;
  /** Runs of a sender in a row that should have tried something and did not. */
  #silent = 0;

  constructor(parts: MailQueueParts) {
    this.#parts = parts;
    this.#durable = boundedFolder(parts.post.durable, parts.disk);
  }

  /** Looks at what an earlier agent, or an earlier boot, left. */
  begin(): void {
    this.#then(() => this.#look(0));
  }

  /** Queues a mail and has it sent. A test mail is of no use after the boot. */
  add(mail: QueuedMail): void {
    if (this.#writing >= WRITING_MOST) return this.#parts.onDropped(1);
    this.#writing += 1;
    this.#then(async () => {
      this.#writing -= 1;
      await this.#put(mail);
      this.#makeRoom();
      this.#send();
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
      this.#parts.onFault("the queue of mails cannot be read or written", error);
    });
  }

  async #put(mail: QueuedMail): Promise<void> {
    const { inMemory } = this.#parts.post;
    this.#waiting.set(mail.id, waitingOf(mail));
    if (mail.isTest) return await inMemory.put(mail, false);
    await this.#durable.put(mail, true).catch(() => inMemory.put(mail, false));
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

  #folders(): readonly MailFolder[] {
    return [this.#parts.post.inMemory, this.#durable];
  }

  #send(): void {
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

  /** What became of the mails, and when the next sender is wanted. */
  async #look(least: Millis): Promise<void> {
    this.#isSending = false;
    const mails: QueuedMail[] = [];
    let outcomes = 0;
    for (const folder of this.#folders()) {
      const content = await folder.read().catch(() => null);
      if (content === null) continue;
      mails.push(...content.mails);
      outcomes += content.outcomes.length;
      for (const outcome of content.outcomes) await this.#take(outcome, folder);
    }
    this.#waiting.clear();
    for (const mail of mails) this.#waiting.set(mail.id, waitingOf(mail));
    if (this.#isStopped) return;
    const isLeft = mails.some(({ nextWall }) => nextWall <= this.#parts.clock.wall());
    if (outcomes > 0 || !isLeft) this.#silent = 0;
    else if (least > 0) this.#heardNothing("the sender ends without a word");
    if (this.#isWanted) this.#send();
    else if (mails.length > 0) this.#arm(Math.max(least, this.#pauseBefore(mails)));
  }

  async #take(outcome: MailOutcome, folder: MailFolder): Promise<void> {
    // Told first: what is told twice does less harm than what is never told.
    this.#parts.onOutcome(outcome);
    await folder.forget(outcome.id).catch(() => {});
  }

  /** Another sender may have been at work: nobody is alarmed before it lasts. */
  #heardNothing(why: string): void {
    this.#silent += 1;
    const [mail] = this.#waiting.values();
    if (mail) this.#parts.onSilence(mail.subject, why, this.#silent === SILENT_MOST);
  }

  #pauseBefore(mails: readonly QueuedMail[]): Millis {
    const wall = this.#parts.clock.wall();
    const next = Math.min(...mails.map(({ nextWall }) => nextWall));
    return Math.min(HOUR, Math.max(0, next - wall));
  }

  #arm(pause: Millis): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.timer(pause, () => this.#send());
  }
}
