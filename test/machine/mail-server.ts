import assert from "node:assert/strict";
import type { Machine } from "./machine.ts";
import { until } from "./patience.ts";

/** A mail as a mail program shows it. */
export interface Letter {
  readonly subject: string;
  /** The plain part. */
  readonly text: string;
}

/** What configures mail to it: `mail:` of the product's file. */
export const MAIL_TO_KEEPER = "mail: { to: keeper@lab.example, settle: 0s }\n";

/** It takes mail for everybody of this server and nobody else (smtpd.conf(5)). */
const SMTPD_CONF = `
listen on lo
action "keep" maildir
match from local for domain "lab.example" action "keep"
`;
/** Before it greets it asks for the client's name: without a network only its files can tell. */
const BEGIN = `
echo 'lookup file' >/etc/resolv.conf
echo lab.example >/etc/mailname
useradd --create-home keeper
systemctl enable --now opensmtpd
`;
/** Oldest first: a name of a maildir begins with the seconds. */
const LIST = "ls -d /home/keeper/Maildir/*/* 2>/dev/null || true";

/** Debian's OpenSMTPD in the guest: what it has delivered lies in a maildir. */
export class MailServer {
  readonly #machine: Machine;

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Starts it, in this boot and in each that follows. */
  static async begin(machine: Machine): Promise<MailServer> {
    await machine.write("/etc/smtpd.conf", SMTPD_CONF);
    await machine.shell(BEGIN);
    return new MailServer(machine);
  }

  /** All mails delivered so far. */
  async letters(): Promise<readonly Letter[]> {
    const paths = (await this.#machine.shell(LIST)).split("\n").filter((path) => path !== "");
    const letters: Letter[] = [];
    for (const path of paths) letters.push(readLetter(await this.#machine.shell(`cat ${path}`)));
    return letters;
  }

  /**
   * Waits for a mail that says so; tells which came instead. When it says so first, its subject is
   * this one: what happened within the same seconds may stand before it.
   */
  async expect(subject: RegExp, sentence: RegExp, quietMs = 60_000): Promise<Letter> {
    let seen: readonly Letter[] = [];
    const letter = await until(
      `a mail that says ${sentence.source}`,
      quietMs,
      async () => {
        seen = await this.letters().catch(() => seen);
        return seen.find(({ text }) => sentence.test(text)) ?? null;
      },
      () => `mails: ${seen.map((one) => `${one.subject}\n${one.text}`).join("\n")}`,
    );
    const [first = ""] = letter.text.split("\n");
    if (sentence.test(first)) assert.match(letter.subject, subject);
    return letter;
  }
}

/** A mail of two parts, of which the first is plain text. */
function readLetter(raw: string): Letter {
  const [head = ""] = raw.split("\n\n", 1);
  const [, subject = ""] = /^subject: (.*)$/im.exec(head.replaceAll(/\n[ \t]+/g, " ")) ?? [];
  const part = raw.slice(head.length).split(/\n--[^\n]+\n/)[1] ?? "";
  const [partHead = ""] = part.split("\n\n", 1);
  const coded = part.slice(partHead.length + 2);
  if (/base64/i.test(partHead)) return { subject, text: Buffer.from(coded, "base64").toString() };
  if (!/quoted-printable/i.test(partHead)) return { subject, text: coded };
  return { subject, text: fromQuotedPrintable(coded) };
}

function fromQuotedPrintable(coded: string): string {
  const byte = (_all: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
  const bytes = coded.replaceAll("=\n", "").replaceAll(/=([0-9A-F]{2})/g, byte);
  return Buffer.from(bytes, "latin1").toString();
}
