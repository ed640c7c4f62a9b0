import type { EventRecord } from "../api/answers.ts";
import type { Notice, PreparedDestination, QueuedNotice } from "../base/destination.ts";
import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import { type Outcome, POST_VERSION, type Queued } from "../base/post.ts";
import type { LoadedDestination } from "../config/loaded-destinations.ts";
import type { Event } from "../core/event.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Post } from "../ports/post.ts";
import {
  foldDue,
  isTold,
  isWanted,
  NO_PACE,
  type Pace,
  takeFolded,
  takeRecord,
} from "./destination-policy.ts";
import {
  foldedNotice,
  lostNotice,
  noticeOf,
  type NoticeSource,
  testNotice,
  urgencyOf,
} from "./notice.ts";
import { boundedFolder, DISK_WITHIN, type PostDisk } from "./post-disk.ts";
import { type PostManner, PostQueue } from "./post-queue.ts";
import { PostTally } from "./post-tally.ts";
import { PostTests } from "./post-tests.ts";
import { PostTold, type PostVoice } from "./post-told.ts";
import { within } from "./within.ts";

/** After these the server may go down. */
const AT_ONCE: readonly string[] = ["server-action-ordered", "person-ordered", "shutdown-began"];
/** Many events come together, and one sender is enough for them. */
const MANNER: PostManner = {
  gatherMs: SECOND,
  isAtOnce: ({ subject }: Queued) => AT_ONCE.includes(subject),
  isInOrder: true,
  isSynced: ({ urgency }: Queued) => urgency !== "information",
};
const LOST_KIND = { module: "agent", severity: "critical", needsPerson: true } as const;

export interface DestinationParts {
  readonly clock: Clock;
  readonly post: Post<QueuedNotice, PreparedDestination>;
  readonly disk: PostDisk;
  /** Incidents that are open now. */
  readonly openIncidents: () => readonly string[];
  readonly tell: (event: Event) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/** What is in force. */
interface Duty {
  readonly destination: LoadedDestination;
  readonly source: NoticeSource;
}

/** One destination: what it is told, its queue, and what becomes of it. */
export class DestinationDuty {
  readonly #parts: DestinationParts;
  readonly #queue: PostQueue<QueuedNotice>;
  readonly #told: PostTold;
  readonly #tests = new PostTests();
  readonly #dropped: PostTally;
  readonly #refused: PostTally;
  /** The last one. */
  #refusal = { event: "", reason: "" };
  #duty: Duty;
  #pace: Pace = NO_PACE;
  #timer: Timer | null = null;
  #count = 0;
  #isStopped = false;

  constructor(parts: DestinationParts, duty: Duty) {
    const { clock, post, disk, tell, onFault } = parts;
    const { name } = duty.destination;
    this.#parts = parts;
    this.#duty = duty;
    this.#dropped = new PostTally(clock, (count) => {
      const fields = { destination: name, count };
      tell({ id: "destination-dropped", incident: null, fields });
    });
    this.#refused = new PostTally(clock, (count) => {
      const { event, reason: last } = this.#refusal;
      const reason = count === 1 ? last : `${last} (and ${count - 1} more)`;
      const fields = { destination: name, event, reason };
      tell({ id: "destination-refused", incident: null, fields });
    });
    this.#told = new PostTold(clock, this.#voice(), tell);
    this.#queue = new PostQueue({
      clock,
      post,
      disk,
      manner: MANNER,
      onFault,
      onOutcome: (outcome) => {
        if (!this.#tests.take(outcome)) this.#told.outcome(outcome);
      },
      onSilence: (subject, why, isLasting) => {
        this.#tests.giveUp(why);
        if (isLasting) this.#told.silence(subject, why);
      },
      onDropped: (count) => this.#dropped.add(count),
    });
  }

  get isFaulty(): boolean {
    return this.#told.isFaulty;
  }

  /** Lays ready what the sender needs, then looks at what an earlier agent left. */
  async begin(): Promise<void> {
    await this.#prepare();
    this.#queue.begin();
  }

  async configure(duty: Duty): Promise<void> {
    this.#duty = duty;
    await this.#prepare();
  }

  /** An event was written down. */
  hear(record: EventRecord): void {
    const { destination, source } = this.#duty;
    if (this.#isStopped || !isTold(destination.name, destination.filter, record)) return;
    // Two that fail would tell each other of it for ever.
    if (this.isFaulty && record.id.startsWith("destination-")) return;
    const now = this.#parts.clock.now();
    const { pace, isSent } = takeRecord(this.#pace, record, destination.perMinute, now);
    this.#pace = pace;
    if (!isSent) this.#foldLater(now);
    else this.#queue.add(this.#item(noticeOf(record, this.#open(record), source)));
  }

  /** Queues a test; its id. */
  test(): string {
    const notice = testNotice(Math.round(this.#parts.clock.wall()), this.#duty.source);
    const item = { ...this.#item(notice), urgency: "critical", isTest: true } as const;
    this.#tests.begin(item);
    this.#queue.add(item);
    return item.id;
  }

  /** What became of a test; null when that is not known within `waitMs`. */
  testEnd(id: string, waitMs: Millis): Promise<Outcome | null> {
    return this.#tests.end(id, waitMs, this.#parts.clock);
  }

  /** Who is told, for people. */
  get place(): string {
    return this.#duty.destination.place;
  }

  async leave(): Promise<void> {
    this.#fold();
    this.#rest();
    await this.#queue.stop();
  }

  /** It is not configured any more: what waits is not sent. */
  async end(): Promise<void> {
    this.#rest();
    const { clock, post } = this.#parts;
    await post.prepare(null);
    await this.#queue.stop();
    // Other destinations wait for this, but for no disk.
    await within(clock, DISK_WITHIN, this.#forgetAll());
  }

  async #forgetAll(): Promise<void> {
    const { post, disk } = this.#parts;
    for (const folder of [post.inMemory, boundedFolder(post.durable, disk)]) {
      const { items } = await folder.read();
      for (const { id } of items) await folder.remove(id);
    }
  }

  #rest(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#dropped.stop();
    this.#refused.stop();
  }

  #open({ id, incident }: EventRecord): number {
    const open = new Set(this.#parts.openIncidents());
    if (incident !== null && id === "incident-opened") open.add(incident);
    if (incident !== null && id === "incident-ended") open.delete(incident);
    return open.size;
  }

  async #prepare(): Promise<void> {
    const { destination, source } = this.#duty;
    const { name, type, params, timeoutMs, keepTryingMs, filter } = destination;
    const isLostTold = filter.events === null && isWanted(filter, "agent-lost", LOST_KIND);
    const lost = isLostTold ? lostNotice(source) : null;
    await this.#parts.post.prepare({ name, type, params, timeoutMs, keepTryingMs, lost });
  }

  #foldLater(now: Millis): void {
    const due = foldDue(this.#pace);
    if (due === null || this.#timer !== null) return;
    this.#timer = this.#parts.clock.timer(Math.min(MINUTE, Math.max(0, due - now)), () => {
      this.#timer = null;
      this.#fold();
    });
  }

  #fold(): void {
    if (this.#pace.worst === null || this.#isStopped) return;
    const { pace, worst, count } = takeFolded(this.#pace, this.#parts.clock.now());
    this.#pace = pace;
    if (worst === null) return;
    const { source } = this.#duty;
    const notice = noticeOf(worst, this.#open(worst), source);
    this.#queue.add(this.#item(foldedNotice(notice, count, source)));
  }

  #item(notice: Notice): QueuedNotice {
    const wall = Math.round(this.#parts.clock.wall());
    this.#count += 1;
    return {
      v: POST_VERSION,
      id: `${wall.toString(36)}-${process.pid}-${this.#count}`,
      subject: notice.id,
      urgency: urgencyOf(notice),
      createdWall: wall,
      to: [this.#duty.destination.name],
      isTest: false,
      tries: 0,
      nextWall: wall,
      notice,
    };
  }

  #voice(): PostVoice {
    const destination = this.#duty.destination.name;
    const event = { incident: null } as const;
    return {
      // Each one would be told to others, and so on for ever.
      taken: () => null,
      refused: (subject, _to, reason) => {
        this.#refusal = { event: subject, reason };
        this.#refused.add(1);
        return null;
      },
      fails: (_subject, reason) => {
        const fields = { destination, place: this.place, reason };
        return { ...event, id: "destination-fails", fields };
      },
      works: (after) => ({ ...event, id: "destination-works", fields: { destination, after } }),
    };
  }
}
