import type { Language } from "../base/language.ts";
import type { Severity } from "./entry.ts";

/** What a mail says besides the texts of events, in one language. */
export interface MailWords {
  readonly severities: Readonly<Record<Severity, string>>;
  /** Headings of what a person wants to know. */
  readonly whatFailed: string;
  readonly whatWasDone: string;
  readonly whatIsLeft: string;
  readonly nothingIsLeft: string;
  /** The incident is open, and nobody is needed so far. */
  readonly recoveryGoesOn: string;
  /** The incident is open, and no step was taken. */
  readonly noStepYet: string;
  readonly nothingWasDone: string;
  readonly isRecovered: string;
  /** Facts at the end. */
  readonly server: string;
  readonly incident: string;
  readonly written: string;
  readonly more: (count: number) => string;
  readonly dropped: (count: number) => string;
  readonly digest: (count: number) => string;
  readonly test: { readonly summary: string; readonly text: string };
  readonly lost: { readonly summary: string; readonly text: string; readonly left: string };
}

export const ENGLISH_MAIL: MailWords = {
  severities: {
    info: "information",
    notice: "notice",
    warning: "warning",
    error: "error",
    critical: "critical",
  },
  whatFailed: "What happened",
  whatWasDone: "What was done",
  whatIsLeft: "What is left for you to do",
  nothingIsLeft: "Nothing.",
  recoveryGoesOn: "Nothing yet: recovery goes on by itself. A further mail tells how it ended.",
  noStepYet:
    "No step of recovery was taken so far: `solosafe explain` says what comes next, if anything.",
  nothingWasDone: "Nothing so far.",
  isRecovered: "At this moment nothing of it fails any more; it is watched whether that lasts.",
  server: "Server",
  incident: "Incident",
  written: "Written",
  more: (count) => `… and ${count} more: see \`solosafe events\`.`,
  dropped: (count) =>
    `Mails that were not sent before this one, because there was no room for more: ${count}. See \`solosafe events\`.`,
  digest: (count) => `More happened than is mailed one by one (${count} events)`,
  test: {
    summary: "Test mail",
    text: "This is a test mail. It arrived, so mails of SoloSafe reach you: nothing is left to do.",
  },
  lost: {
    summary: "The agent is lost: nothing on this server is watched or healed",
    text: "The guard ended the agent again and again, because it was silent, and it does not come back to life. Applications go on, but nobody watches or heals them. The guard goes on feeding the watchdog, and it goes on starting the agent.",
    left: "Read the agent's log and the kernel's log for what the agent waited for: often a disk. Then `systemctl restart solosafe-agent.service`.",
  },
};

/** The words of a language; those of the others are not even read. */
export async function loadMailWords(language: Language): Promise<MailWords> {
  if (language === "ja") return (await import("./mail-words-ja.ts")).JAPANESE_MAIL;
  if (language === "zh") return (await import("./mail-words-zh.ts")).CHINESE_MAIL;
  return ENGLISH_MAIL;
}
