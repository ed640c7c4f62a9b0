import type { NOTES } from "../../../src/api/answers.ts";
import type { BootReport } from "../../../src/api/boot-answers.ts";
import type { Role } from "../../../src/api/route.ts";
import type { Count, One, Pair, Table, Three, Two, ViewTexts } from "./texts-views.ts";

/** Everything that has a shape and a word of its own. */
export const STATES = [
  "ok",
  "warning",
  "failed",
  "suspect",
  "unknown",
  "waiting",
  "active",
  "inactive",
  "starting",
  "stopping",
  "stop-failed",
  "partly-active",
  "blocked",
  "suspended",
  "disabled",
  "rehearsed",
  "recovering",
  "well",
  "ill",
] as const;
export type ShownState = (typeof STATES)[number];

/** The five buttons. */
export type ButtonName = "alerts" | "logs" | "reload" | "settings" | "service";

/** What the page itself says; each language has all of it, or the build breaks. */
export interface PageTexts extends ViewTexts {
  readonly buttons: Table<ButtonName>;
  readonly frame: Table<
    | "skip"
    | "overview"
    | "functions"
    | "language"
    | "theme"
    | "signOut"
    | "shortcuts"
    | "close"
    | "back"
    | "cancel"
    | "loading"
    | "retry"
    | "copy"
    | "copied"
    | "thisServer"
  > & {
    readonly themes: Table<"auto" | "light" | "dark">;
    readonly roles: Table<Role>;
    readonly signedInAs: Two;
    readonly version: One;
  };
  readonly live: Table<
    "live" | "connecting" | "lostNever" | "retrying" | "agentDown" | "agentDownSays" | "agentDownDo"
  > & { readonly fresh: One; readonly lost: One; readonly asOf: One };
  readonly headline: Table<
    | "nothingWatched"
    | "nothingWatchedSays"
    | "nothingWatchedDo"
    | "suspended"
    | "serverFailed"
    | "recoveringServer"
    | "settlingServer"
    | "needsYouServer"
    | "shutdown"
    | "now"
    | "next"
    | "why"
  > &
    Readonly<
      Record<
        | "wellSince"
        | "groupFailed"
        | "monitorFailed"
        | "recovering"
        | "settling"
        | "needsYou"
        | "waits",
        One
      >
    > & { readonly others: Count; readonly runs: Three };
  readonly banner: Table<"resume" | "rebooted" | "facts" | "seen"> & {
    readonly began: One;
    readonly sure: Table<BootReport["confidence"]>;
  };
  readonly notes: Table<(typeof NOTES)[number]>;
  readonly tree: Table<
    | "title"
    | "filter"
    | "illOnly"
    | "nothingFound"
    | "nothingIll"
    | "server"
    | "group"
    | "resource"
    | "monitor"
    | "chooseOne"
  > & { readonly counts: Pair };
  readonly states: Table<ShownState>;
  readonly details: DetailTexts;
  readonly availability: Table<
    "title" | "server" | "up" | "down" | "planned" | "unwatched" | "nothing" | "note"
  > & { readonly since: One; readonly failures: Count };
}

type DetailTexts = Table<
  | "says"
  | "facts"
  | "type"
  | "processes"
  | "none"
  | "tracking"
  | "starts"
  | "after"
  | "recovers"
  | "interval"
  | "timeout"
  | "retries"
  | "lastProbe"
  | "neverProbed"
  | "cannotDetect"
  | "parameters"
  | "ladder"
  | "nextRung"
  | "exhausted"
  | "noLadder"
  | "proven"
  | "never"
  | "isOld"
  | "groupResources"
  | "watchedBy"
  | "notWatched"
  | "incidents"
  | "agent"
  | "mode"
  | "configuration"
  | "reboots"
  | "flapping"
  | "chronic"
  | "byPerson"
  | "byOthers"
> & {
  readonly kinds: Table<"one-shot" | "resident">;
  readonly modes: Table<"enforce" | "observe">;
  readonly for: One;
  readonly ago: One;
  readonly openFor: One;
  readonly consequenceOf: One;
  readonly agentSays: Three;
  readonly taken: Pair;
  readonly rebootsSays: Pair;
};
