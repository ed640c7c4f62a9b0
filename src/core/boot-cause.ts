import type { BootWitness } from "../base/boot-witness.ts";
import type { Millis } from "../base/duration.ts";
import type { EventFields, EventId } from "./event.ts";
import type { ServerAction } from "./model.ts";
import { isServerAction } from "./reboot-limit.ts";

/** An end that nobody asked for. */
export type UnaskedEnd =
  | "watchdog-reset"
  | "panic"
  /** Power was lost, or somebody pressed reset: neither leaves a trace. */
  | "power-loss"
  | "unknown";

/** Why the boot before ended. */
export type BootEnd =
  /** SoloSafe ended it: the policy by an order, or the guard by itself. */
  | "by-solosafe"
  /** A person, or a program of the server, shut it down or rebooted it. */
  | "by-person"
  | UnaskedEnd;

/** `certain`: a witness of the end itself. `likely`: it follows from what is missing. */
export type Confidence = "certain" | "likely" | "guess";

/** What the record of boots said before this boot was written into it. */
export interface RecordWitness {
  readonly mark: "open" | "closed";
  /** The server-level action that was on its way, and who asked for it. */
  readonly intent: { readonly kind: string; readonly monitor: string | null } | null;
  readonly uptimeMs: Millis;
  /** Calendar time at which the agent saved its state last. */
  readonly savedWall: Millis;
}

/** One thing that speaks for the verdict; its text stands in `src/events`. */
export type BootFact =
  | { readonly id: "end-ordered"; readonly action: string; readonly monitor: string }
  | { readonly id: "end-record-closed" }
  | { readonly id: "end-record-open"; readonly lasted: Millis }
  | { readonly id: "end-record-missing" }
  | { readonly id: "end-guard-word"; readonly text: string }
  | { readonly id: "end-panic"; readonly text: string; readonly path: string }
  | { readonly id: "end-watchdog" }
  | { readonly id: "end-crash-dump"; readonly path: string }
  | { readonly id: "end-asked"; readonly text: string }
  | { readonly id: "end-shutdown"; readonly text: string }
  | { readonly id: "end-journal-closed" }
  | { readonly id: "end-journal-cut" }
  | { readonly id: "end-journal-missing" }
  | { readonly id: "end-login-record"; readonly isShutDown: boolean }
  | { readonly id: "end-clock"; readonly back: Millis };

/** What is told of it, as an event with its fields. */
export type BootEndEvent =
  | Told<"rebooted-by-solosafe">
  | Told<"rebooted-by-person">
  | Told<"rebooted-unasked">;
interface Told<Id extends EventId> {
  readonly id: Id;
  readonly fields: EventFields[Id];
}

export interface BootCause {
  readonly verdict: BootEnd;
  readonly confidence: Confidence;
  readonly event: BootEndEvent;
  /** Between the last sign of life and the beginning of this boot; null where it is not known. */
  readonly awayMs: Millis | null;
  readonly facts: readonly BootFact[];
}

/**
 * Says why the boot before ended. The first witness is the record, then the kernel, then the
 * journal; a later one never overrules an earlier one. `bootedWall`: calendar time at which this
 * boot began.
 */
export function judgeBootEnd(
  record: RecordWitness | null,
  witness: BootWitness,
  bootedWall: Millis,
): BootCause {
  const alive = Math.max(lastSaved(record), witness.journal?.lastWall ?? 0);
  const gap = bootedWall - alive;
  const away = alive > 0 && gap >= 0 ? gap : null;
  const clock: readonly BootFact[] = alive > 0 && gap < 0 ? [{ id: "end-clock", back: -gap }] : [];
  const judged = judge(record, witness);
  return {
    verdict: judged.end,
    confidence: judged.confidence,
    event: eventOf(judged, away),
    awayMs: away,
    facts: [
      ...recordFacts(record),
      ...kernelFacts(witness),
      ...systemFacts(record, witness),
      ...clock,
    ],
  };
}

/** While nothing happens the state is saved every ten minutes only: that tells no end. */
function lastSaved(record: RecordWitness | null): Millis {
  if (record === null || (record.mark === "open" && record.intent === null)) return 0;
  return record.savedWall;
}

type Judged = { readonly confidence: Confidence } & (
  | { readonly end: "by-solosafe"; readonly action: ServerAction; readonly monitor: string | null }
  | { readonly end: "by-person"; readonly isTest: boolean }
  | { readonly end: UnaskedEnd }
);

function eventOf(judged: Judged, away: Millis | null): BootEndEvent {
  const { end, confidence } = judged;
  if (end === "by-solosafe") {
    const { action, monitor } = judged;
    return { id: "rebooted-by-solosafe", fields: { action, monitor: monitor ?? "", away } };
  }
  if (end === "by-person") {
    return { id: "rebooted-by-person", fields: { isTest: judged.isTest, confidence, away } };
  }
  return { id: "rebooted-unasked", fields: { end, confidence, away } };
}

function judge(record: RecordWitness | null, witness: BootWitness): Judged {
  const intent = record?.intent ?? null;
  if (intent !== null && isServerAction(intent.kind)) {
    const { kind, monitor } = intent;
    return { end: "by-solosafe", confidence: "certain", action: kind, monitor };
  }
  if (witness.guardWord !== null) return judgeGuardWord(witness.guardWord);
  if (witness.panic !== null) return { end: "panic", confidence: "certain" };
  if (witness.crashDump !== null) return { end: "panic", confidence: "likely" };
  if (witness.hasWatchdogStatus) return { end: "watchdog-reset", confidence: "certain" };
  return judgeSystem(record, witness);
}

/** What the guard says before it ends a boot: `core/guard-course.ts`. */
function judgeGuardWord(word: string): Judged {
  const kind = /^(reboot|poweroff|panic|reset)\b/.exec(word)?.[1];
  if (kind !== undefined && isServerAction(kind)) {
    return { end: "by-solosafe", confidence: "certain", action: kind, monitor: null };
  }
  return { end: "by-person", confidence: "certain", isTest: true };
}

/** Nobody of ours and nothing in the kernel: was it shut down, or did it just end? */
function judgeSystem(record: RecordWitness | null, { journal, loginRecord }: BootWitness): Judged {
  const byPerson = { end: "by-person", isTest: false } as const;
  if (journal !== null && (journal.asked !== null || journal.shutdown !== null)) {
    return { ...byPerson, confidence: "certain" };
  }
  const isShutDown =
    record?.mark === "closed" ||
    journal?.isClosed === true ||
    (loginRecord?.isShutDown === true && isOfThatBoot(record, loginRecord.wall));
  if (isShutDown) return { ...byPerson, confidence: "likely" };
  if (journal !== null) return { end: "power-loss", confidence: "likely" };
  if (record !== null || loginRecord !== null) return { end: "power-loss", confidence: "guess" };
  return { end: "unknown", confidence: "guess" };
}

/** Login records that the disk had not taken yet end with a shutdown of an earlier boot. */
function isOfThatBoot(record: RecordWitness | null, wall: Millis): boolean {
  return record === null || wall >= record.savedWall;
}

function recordFacts(record: RecordWitness | null): BootFact[] {
  if (record === null) return [{ id: "end-record-missing" }];
  const { intent, mark, uptimeMs } = record;
  if (intent !== null) {
    return [{ id: "end-ordered", action: intent.kind, monitor: intent.monitor ?? "" }];
  }
  if (mark === "closed") return [{ id: "end-record-closed" }];
  return [{ id: "end-record-open", lasted: uptimeMs }];
}

function kernelFacts({ guardWord, panic, crashDump, hasWatchdogStatus }: BootWitness): BootFact[] {
  const facts: BootFact[] = [];
  if (guardWord !== null) facts.push({ id: "end-guard-word", text: guardWord });
  if (panic !== null) facts.push({ id: "end-panic", text: panic.line, path: panic.path });
  if (crashDump !== null) facts.push({ id: "end-crash-dump", path: crashDump });
  if (hasWatchdogStatus) facts.push({ id: "end-watchdog" });
  return facts;
}

function systemFacts(
  record: RecordWitness | null,
  { journal, loginRecord }: BootWitness,
): BootFact[] {
  const facts: BootFact[] = [];
  if (journal === null) facts.push({ id: "end-journal-missing" });
  else {
    if (journal.asked !== null) facts.push({ id: "end-asked", text: journal.asked });
    if (journal.shutdown !== null) facts.push({ id: "end-shutdown", text: journal.shutdown });
    facts.push({ id: journal.isClosed ? "end-journal-closed" : "end-journal-cut" });
  }
  if (loginRecord !== null && isOfThatBoot(record, loginRecord.wall)) {
    facts.push({ id: "end-login-record", isShutDown: loginRecord.isShutDown });
  }
  return facts;
}
