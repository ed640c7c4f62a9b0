import type { EventRecord } from "../api/answers.ts";
import { HOUR, type Millis, MINUTE, SECOND } from "../base/duration.ts";
import type { Urgency } from "../base/post.ts";
import { CATALOGUE, isAboutMail, isEventId } from "../events/catalogue.ts";
import type { EventEntry } from "../events/entry.ts";
import type { Decided, MailDraft, MailedIncident, MailRules, MailState } from "./mail-state.ts";

/** What happens at once is told in one mail. */
const FOLD: Millis = 10 * SECOND;
const INCIDENTS_MOST = 100;
const EVENTS_MOST = 60;
/** The beginning of an incident is kept, however long it lasts. */
const FIRST_KEPT = 20;
const HELD_MOST = 60;
/** A clock that was set back keeps nothing waiting. */
const WAIT_MOST: Millis = HOUR + MINUTE;

const FAILED = new Set([
  "incident-opened",
  "incident-joined",
  "monitor-failed",
  "monitor-still-failed",
]);
const WELL = new Set(["monitor-recovered", "monitor-cured", "resource-ready", "resource-back"]);
/** Restarts of one resource are everyday work; what is wider is told while it happens. */
const WIDE_STEPS = new Set(["group-restart", "stop-group", "stop-agent", "stop-resource"]);

/** An event has happened. */
export function takeEvent(
  state: MailState,
  rules: MailRules,
  record: EventRecord,
  wall: Millis,
): Decided {
  const entry = isEventId(record.id) ? CATALOGUE[record.id] : null;
  if (entry === null || isAboutMail(record.id)) return { state, drafts: [] };
  const heard = { ...state, incidents: state.incidents.map((one) => withoutWell(one, record)) };
  if (record.incident === null) {
    const next = entry.needsPerson ? withNotice(heard, record, wall) : heard;
    return takeTime(next, rules, wall);
  }
  const known = heard.incidents.find(({ id }) => id === record.incident);
  const incident = changed(known ?? begun(record, wall), rules, record, entry, wall);
  const others = heard.incidents.filter(({ id }) => id !== record.incident);
  if (record.id !== "incident-ended") {
    const incidents = [...others, incident].slice(-INCIDENTS_MOST);
    return takeTime({ ...heard, incidents }, rules, wall);
  }
  const rest = { ...heard, incidents: others };
  if (!isWorthAnEnd(incident, record)) return takeTime(rest, rules, wall);
  const draft = draftOf("ended", incident, record, "information");
  return after(emit(rest, rules, draft, wall), (next) => takeTime(next, rules, wall));
}

/** Time has passed: what is due is mailed. */
export function takeTime(state: MailState, rules: MailRules, wall: Millis): Decided {
  // Before anything new takes the room.
  let decided = mailHeld(state, rules, wall);
  for (const { id, dueWall } of state.incidents) {
    if (!isDue(dueWall, wall)) continue;
    decided = after(decided, (now) => mailIncident(now, rules, id, wall));
  }
  if (isDue(state.noticesDueWall, wall)) {
    decided = after(decided, (now) => mailNotices(now, rules, wall));
  }
  return decided;
}

/** When `takeTime` has something to do at the earliest; null = not before the next event. */
export function nextDue({ incidents, notices, noticesDueWall, held, sentWalls }: MailState) {
  const dues = incidents.map(({ dueWall }) => dueWall);
  if (notices.length > 0) dues.push(noticesDueWall);
  if (held.length > 0) dues.push((sentWalls[0] ?? 0) + HOUR);
  const known = dues.filter((one) => one !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function begun(record: EventRecord, wall: Millis): MailedIncident {
  const scope = typeof record.fields["scope"] === "string" ? record.fields["scope"] : "";
  return {
    id: record.incident ?? "",
    openedWall: wall,
    scope,
    failing: [],
    dueWall: null,
    urgent: null,
    events: [],
    more: 0,
    mails: 0,
  };
}

function changed(
  before: MailedIncident,
  rules: MailRules,
  record: EventRecord,
  { needsPerson }: EventEntry,
  wall: Millis,
): MailedIncident {
  const { monitor, step } = record.fields;
  const hasFailed = FAILED.has(record.id) && typeof monitor === "string";
  const failing = hasFailed ? [...new Set([...before.failing, monitor])] : before.failing;
  const isWide = record.id === "step-begun" && WIDE_STEPS.has(String(step)) && before.mails > 0;
  const isUrgent = needsPerson || isWide || record.id === "server-action-ordered";
  const settles =
    hasFailed && before.mails === 0 ? (before.dueWall ?? wall + rules.settleMs) : null;
  const { events, more } = withEvent(before, record);
  // Who orders the end of the boot has no time to wait for what belongs to it.
  const urgentWall = record.id === "server-action-ordered" ? wall : wall + FOLD;
  const due = settles ?? before.dueWall;
  return {
    ...before,
    failing,
    events,
    more,
    urgent: isUrgent && isWorse(record, before.urgent) ? record : before.urgent,
    dueWall: isUrgent ? Math.min(due ?? urgentWall, urgentWall) : due,
  };
}

function withEvent({ events, more }: MailedIncident, record: EventRecord) {
  if (events.length < EVENTS_MOST) return { events: [...events, record], more };
  const kept = [...events.slice(0, FIRST_KEPT), ...events.slice(FIRST_KEPT + 1)];
  return { events: [...kept, record], more: more + 1 };
}

function withoutWell(incident: MailedIncident, { id, fields }: EventRecord): MailedIncident {
  if (!WELL.has(id)) return incident;
  const failing = incident.failing.filter(
    (one) => one !== fields["monitor"] && one !== fields["resource"],
  );
  return failing.length === incident.failing.length ? incident : { ...incident, failing };
}

function withNotice(state: MailState, record: EventRecord, wall: Millis): MailState {
  const notices = [...state.notices, record];
  return {
    ...state,
    notices: notices.slice(0, EVENTS_MOST),
    heldMore: state.heldMore + Math.max(0, notices.length - EVENTS_MOST),
    noticesDueWall: state.noticesDueWall ?? wall + FOLD,
  };
}

/** A person who ended it himself before he was told knows. */
function isWorthAnEnd({ mails }: MailedIncident, { fields }: EventRecord): boolean {
  return mails > 0 || !["ended-by-person", "withdrawn"].includes(String(fields["verdict"]));
}

function isDue(dueWall: Millis | null, wall: Millis): boolean {
  return dueWall !== null && (dueWall <= wall || dueWall > wall + WAIT_MOST);
}

function mailIncident(state: MailState, rules: MailRules, id: string, wall: Millis): Decided {
  const incident = state.incidents.find((one) => one.id === id);
  if (incident === undefined) return { state, drafts: [] };
  const { urgent, failing, mails } = incident;
  const put = (next: MailState, change: Partial<MailedIncident>): MailState => ({
    ...next,
    incidents: next.incidents.map((one) => (one.id === id ? { ...one, ...change } : one)),
  });
  const waiting = put(state, { dueWall: null, urgent: null });
  // It has recovered by itself or by a first step: its end tells the whole story.
  const isQuiet = urgent === null && (failing.length === 0 || mails > 0);
  if (isQuiet) return { state: waiting, drafts: [] };
  const opening = incident.events.find((one) => one.id === "incident-opened");
  const lead = urgent ?? opening ?? incident.events[0] ?? null;
  const draft = draftOf(urgent === null ? "opened" : "escalated", incident, lead, "alert");
  const told = emit(waiting, rules, draft, wall);
  return told.drafts.length === 0
    ? told
    : { ...told, state: put(told.state, { mails: mails + 1 }) };
}

function mailNotices(state: MailState, rules: MailRules, wall: Millis): Decided {
  const [first] = state.notices;
  const rest = { ...state, notices: [], noticesDueWall: null };
  if (first === undefined) return { state: rest, drafts: [] };
  const events = state.notices;
  const lead = events.find(isCritical) ?? first;
  const urgency = isCritical(lead)
    ? "critical"
    : severityOf(lead) === "notice"
      ? "information"
      : "alert";
  return emit(
    rest,
    rules,
    { kind: "notice", urgency, lead, events, more: 0, incident: null },
    wall,
  );
}

/** As soon as there is room again, everything that was too much becomes one mail. */
function mailHeld(state: MailState, rules: MailRules, wall: Millis): Decided {
  if (state.held.length === 0) return { state, drafts: [] };
  const { held: events, heldMore: more } = state;
  const urgency = events.some(isCritical) ? "critical" : "alert";
  const draft = { kind: "digest", urgency, lead: null, events, more, incident: null } as const;
  if (recent(state, wall).length >= roomFor("alert", rules)) return { state, drafts: [] };
  return emit({ ...state, held: [], heldMore: 0 }, rules, draft, wall);
}

function draftOf(
  kind: MailDraft["kind"],
  incident: MailedIncident,
  lead: EventRecord | null,
  least: Urgency,
): MailDraft {
  const { events, more } = incident;
  const urgency = kind !== "ended" && lead !== null && isCritical(lead) ? "critical" : least;
  return { kind, urgency, lead, events, more, incident };
}

/** A mail, or, when this hour has had its share, lines for the next digest. */
function emit(state: MailState, rules: MailRules, draft: MailDraft, wall: Millis): Decided {
  const sentWalls = recent(state, wall);
  if (sentWalls.length < roomFor(draft.urgency, rules)) {
    return { state: { ...state, sentWalls: [...sentWalls, wall] }, drafts: [draft] };
  }
  const told = new Set(state.held.map(({ seq }) => seq));
  const lines = draft.kind === "notice" ? draft.events : draft.lead === null ? [] : [draft.lead];
  const held = [...state.held, ...lines.filter(({ seq }) => !told.has(seq))];
  const heldMore = state.heldMore + Math.max(0, held.length - HELD_MOST);
  return { state: { ...state, sentWalls, held: held.slice(-HELD_MOST), heldMore }, drafts: [] };
}

function recent({ sentWalls }: MailState, wall: Millis): readonly Millis[] {
  return sentWalls.filter((at) => at <= wall && wall - at < HOUR);
}

/** A quarter of the hour's mails is kept for what is critical. */
function roomFor(urgency: Urgency, { mailsPerHour }: MailRules): number {
  return urgency === "critical" ? mailsPerHour : Math.max(1, Math.floor(0.75 * mailsPerHour));
}

function severityOf({ id }: EventRecord): EventEntry["severity"] | null {
  return isEventId(id) ? CATALOGUE[id].severity : null;
}

function isCritical(record: EventRecord): boolean {
  return severityOf(record) === "critical";
}

function isWorse(record: EventRecord, before: EventRecord | null): boolean {
  return before === null || isCritical(record) || !isCritical(before);
}

function after(before: Decided, work: (state: MailState) => Decided): Decided {
  const { state, drafts } = work(before.state);
  return { state, drafts: [...before.drafts, ...drafts] };
}
