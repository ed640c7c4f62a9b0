import type { EventRecord } from "../api/answers.ts";
import type { MailTestBegun } from "../api/contract-mail.ts";
import { HOUR, type Millis, SECOND } from "../base/duration.ts";
import { MAIL_QUEUE, type MailText, type PreparedMail, type QueuedMail } from "../base/mail.ts";
import type { Outcome } from "../base/post.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { LoadedMail } from "../config/read-mail.ts";
import type { Event } from "../core/event.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Post } from "../ports/post.ts";
import type { StateFiles } from "../ports/store.ts";
import type { AgentParts } from "./agent-parts.ts";
import type { Engine } from "./engine.ts";
import type { History } from "./history.ts";
import { letterOf } from "./mail-letter.ts";
import type { MailSource } from "./mail-page.ts";
import { loadSource } from "./mail-source.ts";
import { nextDue, takeEvent, takeTime } from "./mail-policy.ts";
import { MAIL_STATE, readMailState } from "./mail-saved.ts";
import { type Decided, keepOnly, type MailDraft, type MailState } from "./mail-state.ts";
import type { PostDisk } from "./post-disk.ts";
import { type PostManner, PostQueue } from "./post-queue.ts";
import { PostTests } from "./post-tests.ts";
import { PostTold, type PostVoice } from "./post-told.ts";
import { within } from "./within.ts";

/** A clock that is set makes nothing wait for long. */
const LOOK_AT_LEAST: Millis = HOUR;
/** Who leaves does not wait for a dead disk. */
const LEAVE_WITHIN: Millis = 3 * SECOND;
/** What belongs together is one write. */
const SAVE_AFTER: Millis = SECOND;

/** Each mail by itself and at once: it was thought over before. */
const MANNER: PostManner = {
  gatherMs: 0,
  isAtOnce: () => true,
  isInOrder: false,
  isSynced: () => true,
};

const VOICE: PostVoice = {
  taken: (subject, to, server) => ({
    id: "mail-sent",
    incident: null,
    fields: { subject, to, server },
  }),
  refused: (subject, to, reason) => ({
    id: "mail-refused",
    incident: null,
    fields: { subject, to, reason },
  }),
  fails: (subject, reason) => ({ id: "mail-delayed", incident: null, fields: { subject, reason } }),
  works: (after) => ({ id: "mail-works", incident: null, fields: { after } }),
};

export interface MailDutyParts {
  readonly clock: Clock;
  readonly post: Post<QueuedMail, PreparedMail>;
  readonly disk: PostDisk;
  readonly files: StateFiles;
  /** What an earlier agent remembered. */
  readonly saved: MailState;
  readonly tell: (event: Event) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/** What is in force while mail is configured. */
interface Duty {
  readonly mail: LoadedMail;
  readonly source: Promise<MailSource>;
}

/**
 * Writes mails about what the policy of mail decides, and queues them. Without `mail:` in the
 * configuration it does nothing and loads nothing.
 */
export class MailDuty {
  readonly #parts: MailDutyParts;
  readonly #queue: PostQueue<QueuedMail>;
  readonly #told: PostTold;
  readonly #tests = new PostTests();
  #duty: Duty | null = null;
  #prepared: Promise<void> = Promise.resolve();
  #configured = "";
  #state: MailState;
  #dropped = 0;
  #count = 0;
  #timer: Timer | null = null;
  #isSaving = false;
  #isFaulty = false;
  #isStopped = false;

  constructor(parts: MailDutyParts) {
    const { clock, post, disk, tell, onFault } = parts;
    this.#parts = parts;
    this.#state = parts.saved;
    this.#told = new PostTold(clock, VOICE, tell);
    this.#queue = new PostQueue({
      clock,
      post,
      disk,
      manner: MANNER,
      onFault,
      onOutcome: (outcome) => this.#ended(outcome),
      onSilence: (subject, why, isLasting) => {
        this.#tests.giveUp(why);
        if (isLasting) this.#told.silence(subject, why);
      },
      onDropped: (count) => {
        this.#dropped += count;
        tell({ id: "mails-dropped", incident: null, fields: { count } });
      },
    });
  }

  /** Mails wait that no server takes. */
  get isFaulty(): boolean {
    return this.#duty !== null && this.#told.isFaulty;
  }

  /** `open`: the incidents that are open now. */
  begin(open: Iterable<string>): void {
    this.#state = keepOnly(this.#state, new Set(open));
    // Without what is laid ready a sender can do nothing.
    if (this.#duty !== null) void this.#prepared.then(() => this.#queue.begin());
    this.#pass();
  }

  /** Lays ready what the sender needs, also for the case that this agent is lost. */
  configure({ mail, server }: LoadedConfig): void {
    const text = JSON.stringify([mail, server]);
    if (text === this.#configured) return;
    this.#configured = text;
    const { post, onFault } = this.#parts;
    this.#duty = mail === null ? null : { mail, source: loadSource(mail, server, post.hostName) };
    const prepared = this.#duty === null ? post.prepare(null) : this.#prepare(this.#duty);
    this.#prepared = prepared.catch((error: unknown) => {
      onFault("the sender of mails cannot be prepared", error);
    });
  }

  /** An event was written down. */
  hear(record: EventRecord): void {
    if (this.#duty === null || this.#isStopped) return;
    const { mail } = this.#duty;
    const { clock, onFault } = this.#parts;
    try {
      this.#decide(takeEvent(this.#state, mail, record, clock.wall()));
    } catch (error) {
      // A bug here costs a mail, never the agent.
      onFault("an event could not be mailed", error);
    }
  }

  /** Queues a test mail; null where no mail is configured. */
  async test(): Promise<MailTestBegun | null> {
    if (this.#duty === null) return null;
    const { mail, source } = this.#duty;
    const { testMail } = await import("./mail-page.ts");
    const wall = Math.round(this.#parts.clock.wall());
    const queued = this.#mail(testMail(await source, wall), null, mail.settings.to);
    const tested = { ...queued, urgency: "critical", isTest: true } as const;
    this.#tests.begin(tested);
    this.#queue.add(tested);
    const servers = mail.settings.servers.map(({ host, port, security }) => ({
      server: `${host}:${port}`,
      security,
    }));
    return { id: queued.id, to: [...mail.settings.to], servers };
  }

  /** Queues a mail that is about no event; null where no mail is configured, else who gets it. */
  async send(write: (source: MailSource) => Promise<MailText>): Promise<readonly string[] | null> {
    if (this.#duty === null) return null;
    const { mail, source } = this.#duty;
    const text = await write(await source);
    const { to } = mail.settings;
    this.#queue.add({ ...this.#mail(text, null, to), urgency: "information" });
    return to;
  }

  /** What became of a test mail; null when that is not known within `waitMs`. */
  testEnd(id: string, waitMs: Millis): Promise<Outcome | null> {
    return this.#tests.end(id, waitMs, this.#parts.clock);
  }

  async leave(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    const done = this.#queue.stop().then(() => this.#save());
    await within(this.#parts.clock, LEAVE_WITHIN, done).catch(() => {});
  }

  async #prepare({ mail, source }: Duty): Promise<void> {
    const { lostMail } = await import("./mail-page.ts");
    await this.#parts.post.prepare({ settings: mail.settings, lost: lostMail(await source) });
  }

  #pass(): void {
    if (this.#duty === null || this.#isStopped) return;
    this.#decide(takeTime(this.#state, this.#duty.mail, this.#parts.clock.wall()));
  }

  #decide({ state, drafts }: Decided): void {
    const isNews = state !== this.#state;
    this.#state = state;
    for (const draft of drafts) {
      this.#write(draft).catch((error: unknown) => {
        this.#parts.onFault("a mail could not be written", error);
      });
    }
    if (!isNews) return;
    this.#saveSoon();
    this.#timer?.cancel();
    const due = nextDue(state);
    if (due === null) return;
    const { clock } = this.#parts;
    const pause = Math.min(LOOK_AT_LEAST, Math.max(SECOND, due - clock.wall()));
    this.#timer = clock.timer(pause, () => this.#pass());
  }

  async #write(draft: MailDraft): Promise<void> {
    if (this.#duty === null) return;
    const { mail, source } = this.#duty;
    const { mailOf } = await import("./mail-page.ts");
    const wall = Math.round(this.#parts.clock.wall());
    const text = mailOf(draft, await source, wall, this.#dropped);
    this.#dropped = 0;
    const queued = this.#mail(text, draft, mail.settings.to);
    this.#queue.add({ ...queued, urgency: draft.urgency });
  }

  #mail(text: MailText, draft: MailDraft | null, to: readonly string[]): QueuedMail {
    const wall = Math.round(this.#parts.clock.wall());
    this.#count += 1;
    const id = `${wall.toString(36)}-${process.pid}-${this.#count}`;
    const { hostName } = this.#parts.post;
    return letterOf(text, { id, hostName, wall, incident: draft?.incident ?? null, to });
  }

  #ended(outcome: Outcome): void {
    if (this.#tests.take(outcome)) return;
    this.#told.outcome(outcome);
  }

  #saveSoon(): void {
    if (this.#isSaving || this.#isStopped) return;
    this.#isSaving = true;
    this.#parts.clock.timer(SAVE_AFTER, () => {
      // What changes meanwhile is saved with it, or right after.
      this.#isSaving = false;
      void this.#save();
    });
  }

  async #save(): Promise<void> {
    const { files, disk, onFault } = this.#parts;
    try {
      const write = (): Promise<void> =>
        files.replace(MAIL_STATE, `${JSON.stringify(this.#state)}\n`, false);
      await disk.run(write);
      this.#isFaulty = false;
    } catch (error) {
      // Told once: a dead disk stays dead.
      if (!this.#isFaulty) onFault("what was mailed cannot be remembered", error);
      this.#isFaulty = true;
    }
  }
}

/** The duty of an agent: it hears every event, and begins with the policy's first decision. */
export function mailDutyOf(
  { clock, openPost, stateFiles: files, log }: AgentParts,
  disk: PostDisk,
  engine: Engine,
  history: History,
): MailDuty {
  const duty = new MailDuty({
    clock,
    post: openPost(MAIL_QUEUE),
    disk,
    files,
    saved: readMailState(files, String(Math.round(clock.wall()))),
    tell: (event) => log.event(history.append(event)),
    onFault: (what, error) => log.fault(what, error),
  });
  history.subscribe((record) => duty.hear(record));
  const stop = engine.onDecision((_input, { state }) => {
    stop();
    duty.begin(state.incidents.map(({ id }) => id));
  });
  return duty;
}
