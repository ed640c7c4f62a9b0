import type { VERSION_KINDS } from "../../../src/api/config-answers.ts";
import type { Verdict } from "../../../src/core/event.ts";
import type { EventModule, Severity } from "../../../src/events/entry.ts";

/** A text for each of these. */
export type Table<Key extends string> = Readonly<Record<Key, string>>;
/** Texts with something in them. */
export type One = (what: string) => string;
export type Two = (first: string, second: string) => string;
export type Three = (first: string, second: string, third: string) => string;
export type Count = (count: number) => string;
export type Pair = (first: number, second: number) => string;

/** What the views beside the main one say. */
export interface ViewTexts {
  readonly alerts: AlertTexts;
  readonly incident: Table<
    | "timeline"
    | "isOpen"
    | "evidence"
    | "noEvidence"
    | "opened"
    | "ended"
    | "lasted"
    | "of"
    | "none"
  > & {
    readonly title: One;
    readonly evidenceSays: Two;
    readonly verdicts: Table<Verdict>;
  };
  readonly logs: Table<"title" | "says" | "command" | "afterwards" | "only">;
  readonly settings: Table<
    | "title"
    | "inForce"
    | "path"
    | "lastGood"
    | "history"
    | "isInForce"
    | "noHistory"
    | "edit"
    | "forAdministrators"
  > & {
    readonly version: Count;
    readonly by: One;
    readonly kinds: Table<(typeof VERSION_KINDS)[number]>;
  };
  readonly service: ServiceTexts;
  readonly confirm: Table<"stops" | "stopsNothing" | "restarts" | "name"> & {
    readonly typeName: One;
    readonly doIt: One;
    readonly and: Count;
  };
  readonly told: Table<"noAnswer" | "notAllowed" | "cannotLoad"> & {
    readonly done: One;
    readonly accepted: One;
    readonly failed: Two;
    readonly refused: One;
  };
  readonly access: Table<
    | "title"
    | "name"
    | "password"
    | "signIn"
    | "withCode"
    | "withPassword"
    | "code"
    | "codeSays"
    | "wrong"
    | "wrongCode"
    | "firstTitle"
    | "firstSays"
    | "firstThen"
    | "ended"
    | "signingIn"
  > & { readonly server: One; readonly locked: One };
  readonly keys: Table<
    "title" | "move" | "open" | "first" | "find" | "overview" | "help" | "single" | "singleSays"
  >;
}

type AlertTexts = Table<
  | "title"
  | "newest"
  | "all"
  | "words"
  | "wordsHint"
  | "severity"
  | "anySeverity"
  | "module"
  | "anyModule"
  | "from"
  | "until"
  | "clear"
  | "none"
  | "noneFound"
  | "older"
> & {
  readonly severities: Table<Severity>;
  readonly modules: Table<EventModule>;
  readonly found: (count: number, hasMore: boolean) => string;
  readonly newer: Count;
};

type ServiceTexts = Table<
  | "title"
  | "viewer"
  | "groups"
  | "groupsSays"
  | "what"
  | "start"
  | "stop"
  | "restart"
  | "clear"
  | "clearSays"
  | "suspension"
  | "suspensionSays"
  | "scope"
  | "everything"
  | "until"
  | "endTime"
  | "suspend"
  | "resume"
  | "suspendedNow"
  | "nothingSuspended"
  | "untilResumed"
  | "agent"
  | "restartAgent"
  | "restartAgentSays"
  | "stopAll"
  | "stopAllSays"
  | "server"
  | "reboot"
  | "shutDown"
  | "rebootSays"
  | "shutDownSays"
  | "endTimePast"
> & {
  readonly spans: Table<"minutes30" | "hours2" | "hours8" | "days1" | "date" | "person">;
  readonly ofGroup: One;
  readonly ofMonitor: One;
  readonly left: One;
};
