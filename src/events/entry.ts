import { SEVERITIES, type Severity } from "../base/severity.ts";

export { SEVERITIES, type Severity };

export function isSeverity(text: string): text is Severity {
  return SEVERITIES.some((one) => one === text);
}

/** The parts of the product that events are about. */
export const MODULES = [
  "agent",
  "monitor",
  "incident",
  "recovery",
  "server-action",
  "resource",
  "group",
  "drill",
  "person",
] as const;
export type EventModule = (typeof MODULES)[number];

/** What is the same for all events of one kind. */
export interface EventEntry {
  readonly module: EventModule;
  readonly severity: Severity;
  /** It does not end well without a person. */
  readonly needsPerson: boolean;
  /** What the event means, as one sentence. */
  readonly meaning: string;
  /** What a person can do, as one sentence; "Nothing." where nothing is to be done. */
  readonly whatToDo: string;
}
