/**
 * Every statement `explain` can make, with its fields. Spans are milliseconds. Texts are made
 * outside, in the reader's language.
 */
export interface StatementFields {
  "monitor-is": { monitor: string; status: string; lasts: number; reason: string };
  "monitor-last-probe": {
    monitor: string;
    outcome: string;
    reason: string;
    took: number;
    ago: number;
  };
  /** `because`: disabled, suspended, inactive (what it goes with is not active: `place`), shutdown. */
  "monitor-not-probed": { monitor: string; because: string; place: string };
  "monitor-next-probe": { monitor: string; wait: number };
  "monitor-suspect": { monitor: string; failures: number; allowed: number };
  "monitor-rehearsed": { monitor: string };
  /** Its probe hangs in the kernel; no other is made before it ends. */
  "monitor-stuck": { monitor: string };
  "monitor-not-own-fault": { monitor: string };
  "monitor-consequence": { monitor: string; of: string };
  "monitor-awaits": { monitor: string; monitors: string[] };
  "monitor-flapping": { monitor: string; changes: number };
  "monitor-chronic": { monitor: string; cures: number };
  "monitor-cured-in": { monitor: string; wait: number };
  /** One for each rung that is configured: `taken` of `allowed`. */
  "ladder-rung": { monitor: string; step: string; target: string; taken: number; allowed: number };
  "ladder-next": { monitor: string; step: string; target: string };
  "ladder-exhausted": { monitor: string };
  "resource-is": { resource: string; phase: string; lasts: number; reason: string };
  "resource-tree": { resource: string; tracking: string; pids: string[] };
  "resource-awaits": { resource: string; monitors: string[]; wait: number };
  "resource-after": { resource: string; waitsFor: string[] };
  "resource-blocked": { resource: string; reason: string };
  "resource-stopped-by-person": { resource: string };
  "resource-stopped-outside": { resource: string; lasts: number };
  "group-is": { group: string; phase: string; goal: string; lasts: number };
  "group-by-person": { group: string; goal: string };
  "group-waits": { group: string; for: string[]; wait: number };
  "plan-runs": { target: string; kind: string; reason: string; lasts: number; left: string[] };
  "incident-open": { incident: string; scope: string; cause: string; lasts: number; steps: number };
  "incident-held": { incident: string; because: string };
  /** `left` null: until a person says so. */
  suspended: { scope: string; by: string; left: number | null };
  /** A planned window suspends it. */
  "window-open": { window: string; left: number };
  "server-is": {
    mode: string;
    groups: number;
    monitors: number;
    failed: number;
    incidents: number;
  };
  "server-record": { counted: number; limit: number };
  "server-actions-simulated": Record<string, never>;
  /** What speaks for the verdict on the end of the boot before; spans are milliseconds. */
  "end-ordered": { action: string; monitor: string };
  "end-record-closed": Record<string, never>;
  "end-record-open": { lasted: number };
  "end-record-missing": Record<string, never>;
  "end-guard-word": { text: string };
  "end-panic": { text: string; path: string };
  "end-crash-dump": { path: string };
  "end-watchdog": Record<string, never>;
  "end-asked": { text: string };
  "end-shutdown": { text: string };
  "end-journal-closed": Record<string, never>;
  "end-journal-cut": Record<string, never>;
  "end-journal-missing": Record<string, never>;
  "end-login-record": { isShutDown: boolean };
  "end-clock": { back: number };
  "guard-feeds": { device: string; kind: string; timeout: number };
  "guard-uncovered": { fault: string };
  "guard-unarmed": Record<string, never>;
  "guard-gone": { since: number };
  "guard-fault": { fault: string };
}

export type StatementId = keyof StatementFields;
