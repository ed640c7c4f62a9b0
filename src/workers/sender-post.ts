import MailComposer from "nodemailer/lib/mail-composer";
import { MINUTE, type Millis } from "../base/duration.ts";
import type {
  MailAttempt,
  MailServer,
  MailSettings,
  MailUrgency,
  QueuedMail,
} from "../base/mail.ts";
import { TlsStore } from "../host/tls-store.ts";
import type { MailFolder } from "../ports/mail.ts";
import { isDue, type Round, tryMail } from "./sender-round.ts";
import { offerMail } from "./sender-talk.ts";

/** What takes longer is left to the next run. */
export const RUN_MOST: Millis = 10 * MINUTE;

const URGENCY: Readonly<Record<MailUrgency, number>> = { critical: 0, alert: 1, information: 2 };

/** One run over the queue: a server that could not be talked to is not tried again in it. */
export class Post {
  readonly #settings: MailSettings;
  /** Full name of this server. */
  readonly #name: string;
  readonly #store = new TlsStore();
  readonly #silent = new Map<MailServer, MailAttempt>();
  readonly #until = performance.now() + RUN_MOST;

  constructor(settings: MailSettings, name: string) {
    this.#settings = settings;
    this.#name = name;
  }

  /** Tries what is due in this folder; what became of it is reported in it, or else in `spare`. */
  async work(folder: MailFolder, isDurable: boolean, spare: MailFolder): Promise<void> {
    const { mails } = await folder.read();
    const due = mails.filter((mail) => isDue(mail, Date.now())).toSorted(byUrgency);
    for (const mail of due) {
      if (performance.now() > this.#until) return;
      const round = await this.#try(mail);
      await settle(folder, isDurable, mail, round);
      await folder.report(round.outcome).catch(() => spare.report(round.outcome));
    }
  }

  async #try(mail: QueuedMail): Promise<Round> {
    const from = this.#settings.from ?? `solosafe@${this.#name}`;
    const message = await compose(mail, from);
    return await tryMail(mail, this.#settings, Date.now(), async (server, to) => {
      const silent = this.#silent.get(server);
      if (silent !== undefined) return silent;
      const offer = { from, to, message, name: this.#name };
      const attempt = await offerMail(server, offer, this.#store);
      if (isSilent(attempt)) this.#silent.set(server, attempt);
      return attempt;
    });
  }
}

function byUrgency(one: QueuedMail, other: QueuedMail): number {
  return URGENCY[one.urgency] - URGENCY[other.urgency] || one.createdWall - other.createdWall;
}

/** It did not come to the mail itself. */
function isSilent({ taken, faults }: MailAttempt): boolean {
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

/** A disk that takes no change leaves the mail as it was: it is tried again, under the same id. */
async function settle(
  folder: MailFolder,
  isDurable: boolean,
  mail: QueuedMail,
  { rest }: Round,
): Promise<void> {
  const kept = rest === null ? folder.remove(mail.id) : folder.put(rest, isDurable);
  await kept.catch(() => {});
}
