import type { Announcement, BeatState } from "../base/beat.ts";
import type { DrillVerdict } from "../base/drill.ts";
import type { Millis } from "../base/duration.ts";
import type { Confidence, UnaskedEnd } from "./boot-cause.ts";
import type { DrillHindrance } from "./drill-news.ts";
import type { FinalAction, ServerAction } from "./model.ts";

/** The ladder's steps, as people read them. */
export type StepKind = "script" | "reactivation" | "group-restart" | FinalAction;

/** How an incident ended. */
export type Verdict =
  /** A step was taken and the monitors stayed ok. */
  | "cured"
  /** The monitors became ok without a step. */
  | "cured-by-itself"
  /** A person started, stopped or cleared what had failed. */
  | "ended-by-person"
  /** The monitors were removed or changed by a new configuration. */
  | "withdrawn";

/** What became of a user or a token. */
export type AccessChange =
  | "user-added"
  | "user-changed"
  | "user-removed"
  | "password-changed"
  | "token-added"
  | "token-removed";

/** Every event the policy can tell, with its fields. Texts stand in `src/events`, one file a language. */
export interface EventFields {
  "agent-started": { bootId: string; groups: number; monitors: number; mode: string };
  /** `isExact`: the agent before left in order; else nobody knows when it ended, and it is the most. */
  "agent-restarted": { plans: number; resources: number; unwatched: Millis; isExact: boolean };
  "boot-recorded": { verdict: string; counted: number; limit: number };
  /** `away` null everywhere: nothing tells when the boot before ended. */
  "rebooted-by-solosafe": { action: ServerAction; monitor: string; away: Millis | null };
  "rebooted-by-person": { isTest: boolean; confidence: Confidence; away: Millis | null };
  "rebooted-unasked": { end: UnaskedEnd; confidence: Confidence; away: Millis | null };
  "state-lost": { fault: string };
  "record-fault": { fault: string };
  "config-fault": { fault: string };
  "config-applied": { by: string; changes: number; version: string };
  "save-failed": { fault: string };
  "gap-noticed": { lost: Millis };
  "shutdown-began": Record<string, never>;
  "shutdown-ended": { lasted: Millis };
  "guard-lost": { since: Millis };
  "guard-back": { after: Millis };
  "guard-armed": { device: string; kind: "hardware" | "software"; timeout: Millis };
  "guard-uncovered": { fault: string };
  "guard-fault": { fault: string };
  "agent-was-killed": { kills: number };
  "agent-was-lost": { kills: number };
  "no-proofs": { reason: string };
  "proof-slow": { proof: string; took: Millis };

  "monitor-suspect": { monitor: string; failures: number; allowed: number; reason: string };
  "monitor-failed": { monitor: string; failures: number; reason: string };
  "monitor-still-failed": { monitor: string; reason: string };
  "monitor-recovered": { monitor: string; after: Millis };
  "monitor-cured": { monitor: string };
  "monitor-warning": { monitor: string; reason: string };
  "monitor-slow": { monitor: string; took: Millis; timeout: Millis };
  "monitor-unknown": { monitor: string; reason: string };
  "monitor-known": { monitor: string };
  "monitor-flapping": { monitor: string; changes: number };
  "monitor-settled": { monitor: string; changes: number };
  "monitor-chronic": { monitor: string; cures: number };
  "monitor-consequence": { monitor: string; of: string };
  "monitor-alert-only": { monitor: string; reason: string };
  "monitor-not-own-fault": { monitor: string; reason: string };

  "incident-opened": { scope: string; monitor: string; reason: string };
  "incident-joined": { scope: string; monitor: string; reason: string };
  "incident-ended": { scope: string; verdict: Verdict; lasted: Millis; steps: number };
  "incident-open-still": { scope: string; since: Millis; waitingFor: string };

  "step-begun": {
    step: StepKind;
    target: string;
    attempt: number;
    allowed: number;
    reason: string;
  };
  "step-finished": { step: StepKind; target: string; result: string; took: Millis };
  "evidence-kept": { resource: string; folder: string; files: number };
  "step-abandoned": { step: StepKind; target: string; because: string };
  "would-have": {
    step: StepKind;
    target: string;
    attempt: number;
    allowed: number;
    because: string;
  };
  "recovery-exhausted": { monitor: string; target: string };
  "recovery-held": { scope: string; because: string };

  "server-action-ordered": {
    action: ServerAction;
    monitor: string;
    reason: string;
    count: number;
    limit: number;
  };
  "server-action-simulated": { action: ServerAction; monitor: string; reason: string };
  "server-action-blocked": {
    action: ServerAction;
    monitor: string;
    because: string;
    count: number;
    limit: number;
  };
  "reboot-did-not-help": { monitor: string; action: ServerAction; willRepeat: boolean };
  "reboots-cleared": { by: string };

  "resource-started": { resource: string; took: Millis };
  "resource-ready": { resource: string; took: Millis };
  "resource-not-ready": { resource: string; waited: Millis; monitors: string };
  "resource-start-failed": { resource: string; attempt: number; allowed: number; reason: string };
  "resource-start-stalled": { resource: string; timeout: Millis };
  "resource-stopped": { resource: string; took: Millis };
  "resource-stop-failed": { resource: string; reason: string };
  "resource-blocked": { resource: string; reason: string };
  "resource-ended": { resource: string; how: string };
  "resource-stopped-outside": { resource: string };
  "resource-stopped-outside-still": { resource: string; since: Millis };
  "resource-back": { resource: string };
  "resource-restarted-outside": { resource: string; count: number };
  "resource-adopted": { resource: string };

  "group-activated": { group: string; took: Millis };
  "group-deactivated": { group: string; took: Millis };
  "group-start-failed": { group: string; resource: string; action: FinalAction };
  "group-waits": { group: string; for: string; limit: Millis };
  "group-wait-over": { group: string; for: string };

  "person-started": { name: string; by: string };
  "person-stopped": { name: string; by: string };
  "person-restarted": { name: string; by: string };
  "person-ordered": { action: ServerAction; by: string };
  "person-cleared": { name: string; by: string };
  "window-opened": { window: string; scopes: string; lasts: Millis };
  "window-closed": { window: string; because: "end" | "configuration" };
  "not-proven": { monitors: string; count: number; days: number };
  suspended: { scope: string; by: string; lasts: Millis | null };
  "suspension-reminder": { scope: string; since: Millis };
  resumed: { scope: string; by: string };
  "rehearsal-begun": { monitor: string; by: string };
  "rehearsal-ended": { monitor: string; by: string };
  "drill-begun": { drill: number; target: string; by: string; fault: string };
  "drill-ended": {
    drill: number;
    target: string;
    verdict: DrillVerdict;
    detectedBy: string;
    detected: Millis | null;
    recovered: Millis | null;
  };
  "drill-failed": { drill: number; target: string; verdict: DrillVerdict; detectedBy: string };
  "drill-not-undone": { drill: number; target: string; tries: number; fault: string };
  "drill-skipped": {
    drill: string;
    target: string;
    window: string;
    because: DrillHindrance["because"];
    name: string;
  };
  "mail-sent": { subject: string; to: string; server: string };
  "mail-delayed": { subject: string; reason: string };
  "mail-works": { after: Millis };
  "heartbeat-fails": { to: string; reason: string };
  "heartbeat-works": { after: Millis };
  /** `since` and `state` null: it was never heard. */
  "server-silent": {
    server: string;
    since: Millis | null;
    state: BeatState | null;
    failed: string;
    announced: Announcement | null;
  };
  "server-heard-again": {
    server: string;
    after: Millis | null;
    state: BeatState;
    failed: string;
    isRebooted: boolean;
  };
  "mail-refused": { subject: string; to: string; reason: string };
  "mails-dropped": { count: number };
  "destination-fails": { destination: string; place: string; reason: string };
  "destination-works": { destination: string; after: Millis };
  "destination-refused": { destination: string; event: string; reason: string };
  "destination-dropped": { destination: string; count: number };
  "access-changed": { what: AccessChange; name: string; by: string };
  "sign-in-locked": { user: string; from: string; lasts: Millis };
  "access-lost": { fault: string; kept: string };
  "page-opened": { by: string; port: number };
  "page-closed": { by: string };
  "package-work-began": Record<string, never>;
  "package-work-ended": { took: Millis };
  "package-work-long": { lasts: Millis };
}

export type EventId = keyof EventFields;

/** An event is an id and fields, never prose; `incident` is the incident it belongs to. */
export type Event = {
  [Id in EventId]: {
    readonly id: Id;
    readonly incident: string | null;
    readonly fields: EventFields[Id];
  };
}[EventId];
