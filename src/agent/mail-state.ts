import type { EventRecord } from "../api/answers.ts";
import type { Millis } from "../base/duration.ts";
import type { Urgency } from "../base/post.ts";

/** What of the configuration decides when something is mailed. */
export interface MailRules {
  readonly settleMs: Millis;
  readonly mailsPerHour: number;
}

/** An incident that has not ended, as far as mail knows it. */
export interface MailedIncident {
  readonly id: string;
  readonly openedWall: Millis;
  readonly scope: string;
  /** Members that fail now. */
  readonly failing: readonly string[];
  /** Mailed then; null = nothing is to be mailed. */
  readonly dueWall: Millis | null;
  /** What a person has to know at once was told since the last mail. */
  readonly urgent: EventRecord | null;
  readonly events: readonly EventRecord[];
  /** Events that are not in the list any more. */
  readonly more: number;
  readonly mails: number;
}

/** What is remembered between two events; saved, so that a restart or a reboot forgets nothing. */
export interface MailState {
  readonly v: 1;
  readonly incidents: readonly MailedIncident[];
  /** Events without an incident that wait for others of the same moment. */
  readonly notices: readonly EventRecord[];
  readonly noticesDueWall: Millis | null;
  /** When mails were sent in the last hour. */
  readonly sentWalls: readonly Millis[];
  /** What was too much for this hour. */
  readonly held: readonly EventRecord[];
  readonly heldMore: number;
}

/** One mail to be written. */
export interface MailDraft {
  readonly kind: "opened" | "escalated" | "ended" | "notice" | "digest";
  readonly urgency: Urgency;
  /** What it is about; null for a digest. */
  readonly lead: EventRecord | null;
  /** Oldest first, the lead among them. */
  readonly events: readonly EventRecord[];
  readonly more: number;
  readonly incident: MailedIncident | null;
}

export interface Decided {
  readonly state: MailState;
  readonly drafts: readonly MailDraft[];
}

export const NO_MAIL: MailState = {
  v: 1,
  incidents: [],
  notices: [],
  noticesDueWall: null,
  sentWalls: [],
  held: [],
  heldMore: 0,
};

/** Incidents that the policy does not know (any more) ended without a word, with a boot perhaps. */
export function keepOnly(state: MailState, open: ReadonlySet<string>): MailState {
  return { ...state, incidents: state.incidents.filter(({ id }) => open.has(id)) };
}
