import MailComposer from "nodemailer/lib/mail-composer";
import type { Millis } from "../base/duration.ts";
import type { MailServer, MailSettings, PreparedMail, QueuedMail } from "../base/mail.ts";
import { type Attempt, POST_VERSION, type Urgency } from "../base/post.ts";
import { TlsStore } from "../host/tls-store.ts";
import type { Carrier } from "./sender-carrier.ts";
import { PAUSE_MOST, type Round, tryItem } from "./sender-round.ts";
import { offerMail } from "./sender-talk.ts";

const URGENCY: Readonly<Record<Urgency, number>> = { critical: 0, alert: 1, information: 2 };

/** Mails by the servers of the configuration; one that could not be talked to is not tried again. */
export class MailCarrier implements Carrier<QueuedMail> {
  readonly #settings: MailSettings;
  readonly #prepared: PreparedMail;
  /** Full name of this server. */
  readonly #name: string;
  readonly #store = new TlsStore();
  readonly #silent = new Map<MailServer, Attempt>();

  constructor(prepared: PreparedMail, name: string) {
    this.#prepared = prepared;
    this.#settings = prepared.settings;
    this.#name = name;
  }

  readonly compare = (one: QueuedMail, other: QueuedMail): number =>
    URGENCY[one.urgency] - URGENCY[other.urgency] || one.createdWall - other.createdWall;

  readonly carry = async (mail: QueuedMail, wall: Millis): Promise<Round<QueuedMail>> => {
    const from = this.#settings.from ?? `solosafe@${this.#name}`;
    const message = await compose(mail, from);
    const ways = { ...this.#settings, pauseMostMs: PAUSE_MOST };
    return await tryItem(mail, ways, wall, async (server, to) => {
      const silent = this.#silent.get(server);
      if (silent !== undefined) return silent;
      const offer = { from, to, message, name: this.#name };
      const attempt = await offerMail(server, offer, this.#store);
      if (isSilent(attempt)) this.#silent.set(server, attempt);
      return attempt;
    });
  };

  readonly lost = (wall: Millis): QueuedMail => {
    const id = `lost-${wall.toString(36)}`;
    return {
      v: POST_VERSION,
      id,
      ...this.#prepared.lost,
      urgency: "critical",
      createdWall: wall,
      messageId: `<${id}@${this.#name}>`,
      thread: null,
      to: this.#settings.to,
      isTest: false,
      tries: 0,
      nextWall: wall,
    };
  };
}

/** It did not come to the mail itself. */
function isSilent({ taken, faults }: Attempt): boolean {
  const early = ["password", "connect", "tls", "login"];
  return taken.length === 0 && faults.some(({ step }) => early.includes(step));
}

async function compose(mail: QueuedMail, from: string): Promise<Buffer> {
  const { subject, text, html, messageId, thread, to, createdWall } = mail;
  const composer = new MailComposer({
    from,
    to: [...to],
    subject,
    text,
    html,
    messageId,
    ...(thread === null ? {} : { inReplyTo: thread, references: thread }),
    date: new Date(createdWall),
    // Nobody's "out of office" answers it (RFC 3834).
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
    newline: "win",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}
