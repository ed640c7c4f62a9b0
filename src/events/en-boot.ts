import type { StatementFields, StatementId } from "../api/statements.ts";
import type { Confidence, UnaskedEnd } from "../core/boot-cause.ts";
import type { Texts } from "./en-server.ts";
import { quote, span, verb } from "./words-en.ts";

type BootTexts = Pick<Texts, Extract<keyof Texts, `rebooted-${string}`>>;
type BootStatements = {
  readonly [Id in Extract<StatementId, `end-${string}`>]: (fields: StatementFields[Id]) => string;
};

const SURE: Readonly<Record<Confidence, string>> = {
  certain: "",
  likely: ", most likely",
  guess: ", as far as can be told",
};
const ENDS: Readonly<Record<UnaskedEnd, string>> = {
  "watchdog-reset": "its watchdog reset it",
  panic: "its kernel panicked",
  "power-loss": "it lost power or was reset by hand",
  unknown: "nothing tells why",
};
const TO_DO: Readonly<Record<UnaskedEnd, string>> = {
  "watchdog-reset":
    "User space or the kernel stood still: look at the end of the log of that boot and at its load.",
  panic: "Read the kernel's last words; they name the driver or the memory at fault.",
  "power-loss": "Look at the power supply and its log, and ask who was at the server.",
  unknown:
    "Keep the journal over reboots (`Storage=persistent`), so that the next time tells more.",
};

function gone(away: number | null): string {
  return away === null ? "" : ` It was away for ${span(away)}.`;
}

/** How the boot before ended: what happened, what was done, what is left to do. */
export const BOOT_TEXTS: BootTexts = {
  "rebooted-by-solosafe": (f) =>
    `SoloSafe ended the boot before: it decided to ${verb(f.action)} the server${f.monitor === "" ? "" : ` because of ${quote(f.monitor)}`}.${gone(f.away)} Whether it helped is judged by what failed.`,
  "rebooted-by-person": (f) =>
    f.isTest
      ? `A person tested the watchdog, and it reset the server.${gone(f.away)} Nothing is left to do.`
      : `The server was shut down or rebooted by a person or a program${SURE[f.confidence]}.${gone(f.away)} Nothing is left to do.`,
  "rebooted-unasked": (f) =>
    `The server went down although nobody asked for it: ${ENDS[f.end]}${f.end === "unknown" ? "" : SURE[f.confidence]}.${gone(f.away)} ${TO_DO[f.end]}`,
};

/** What speaks for it. */
export const BOOT_STATEMENTS: BootStatements = {
  "end-ordered": (f) =>
    `The record of boots holds the order (${f.action})${f.monitor === "" ? "" : `, given because of ${quote(f.monitor)}`}.`,
  "end-record-closed": () => "The record of boots was closed by a clean shutdown.",
  "end-record-open": (f) =>
    `The record of boots was left open: after ${span(f.lasted)} that boot ended without a shutdown.`,
  "end-record-missing": () => "The record of boots says nothing about that boot.",
  "end-guard-word": (f) => `The guard's last word in the kernel's log: ${quote(f.text)}.`,
  "end-panic": (f) => `The kernel's last words (kept in ${quote(f.path)}): ${quote(f.text)}.`,
  "end-crash-dump": (f) => `The kernel that crashed left its memory in ${quote(f.path)}.`,
  "end-watchdog": () => "The watchdog device says that it reset the server.",
  "end-asked": (f) => `The journal says who asked: ${quote(f.text)}.`,
  "end-shutdown": (f) => `The journal says that a shutdown began: ${quote(f.text)}.`,
  "end-journal-closed": () => "The journal of that boot was closed in order.",
  "end-journal-cut": () => "The journal of that boot ends in the middle.",
  "end-journal-missing": () => "No journal of that boot was kept.",
  "end-login-record": (f) =>
    f.isShutDown ? "The login records hold a shutdown." : "The login records hold no shutdown.",
  "end-clock": (f) =>
    `The clock went back by ${span(f.back)}, so nobody can say how long it was away.`,
};
