import type { Millis } from "../base/duration.ts";
import { formatDuration, SECOND } from "../base/duration.ts";
import type { GuardOrder } from "../base/guard-message.ts";
import type { GuardDraft } from "./guard-draft.ts";
import {
  type Course,
  type GuardState,
  isEnforcing,
  isIrreversible,
  type Rung,
  stallHeldUntil,
  TAKEN_MAX,
} from "./guard-state.ts";
import { slowedUntil } from "./reboot-limit.ts";

/** What the kernel gets for writing out what it holds, and for making file systems read-only. */
const SYNC: Millis = 10 * SECOND;
const READ_ONLY: Millis = 5 * SECOND;
/** A panic that has not ended the boot by then did not happen. */
const CRASH: Millis = 5 * SECOND;
/** A late order (this guard was started anew) still gives systemd so long. */
const GRACE_LEAST: Millis = 10 * SECOND;
/** Panic and reset wait for nobody; the agent has had its two seconds to save the intent. */
const HASTE: Millis = 2 * SECOND;

/** Of what would run at the same time the stronger wins (recovery.md 2). */
const STRENGTH: Readonly<Record<GuardOrder["kind"], number>> = {
  reboot: 1,
  poweroff: 2,
  reset: 3,
  panic: 3,
};

/** Takes an order, once per id; says in `refusal` why not. */
export function takeOrder(d: GuardDraft, order: GuardOrder): void {
  if (d.state.taken.includes(order.id)) return;
  const refusal = refuse(d.state, order);
  if (refusal !== null) {
    d.patch({ refusal: `${order.id}: ${refusal}` });
    d.note("warning", `order ${order.id} (${order.kind}) is not taken: ${refusal}`);
    return;
  }
  d.patch({ taken: [...d.state.taken, order.id].slice(-TAKEN_MAX), refusal: null });
  begin(d, order);
}

function refuse(state: GuardState, { kind, reason }: GuardOrder): string | null {
  const { course, record, settings, ending, held } = state;
  if (settings === null) return "what is configured is not known yet";
  if (held === "container") {
    if (kind === "panic" || kind === "reset") return `a container has no ${kind} of its own`;
  } else if (!isEnforcing(state)) return "nothing is done in observe mode";
  if (ending !== null) return "the server is being shut down";
  if (course !== null && STRENGTH[kind] <= STRENGTH[course.kind]) {
    return `${course.kind} is being carried out`;
  }
  if (course !== null && (course.rung === "crash" || course.rung === "last")) {
    return "the kernel is at work";
  }
  // The agent keeps to both itself; what is decided twice by different programs loops less likely.
  if (record?.isLost === true && state.at < slowedUntil(0)) return "the record of boots is lost";
  const isLimited = record !== null && record.counted >= settings.rebootLimit;
  if (isLimited && state.at < stallHeldUntil(state)) return "the reboot limit is reached";
  return reason === "" ? "it has no reason" : null;
}

function begin(d: GuardDraft, order: GuardOrder): void {
  const { kind, reason, id } = order;
  const { course, settings } = d.state;
  const isHasty = kind === "panic" || kind === "reset";
  const most = isHasty ? HASTE : (settings?.gracefulTimeoutMs ?? 0);
  const least = isHasty ? 0 : Math.min(GRACE_LEAST, most);
  const asked = Math.min(Math.max(order.deadlineAt, d.at + least), d.at + most);
  // What is stronger is never later than what it takes the place of.
  const deadlineAt = Math.min(asked, course?.deadlineAt ?? asked);
  // The groups get one half and everything else on the server the other: neither can use up both.
  const askAt = d.at + (deadlineAt - d.at) / 2;
  const rung = course !== null && isIrreversible(course) ? course.rung : "groups";
  const isAsked = course !== null && course.rung !== "groups";
  const since = rung === "groups" ? d.at : (course?.since ?? d.at);
  d.patch({
    course: { id, kind, reason, rung, since, askAt: isAsked ? d.at : askAt, deadlineAt },
  });
  d.act({ type: "lastGasp", text: `${kind} was ordered: ${reason}` });
  d.note("emergency", `${kind} was ordered (${id}): ${reason}`);
}

/** The guard's own decision: nobody is waited for and nothing is asked. */
export function beginAtOnce(d: GuardDraft, kind: "panic" | "reset", reason: string): void {
  const { at } = d;
  const course: Course = {
    id: null,
    kind,
    reason,
    rung: "groups",
    since: at,
    askAt: at,
    deadlineAt: at,
  };
  d.patch({ course });
  d.act({ type: "lastGasp", text: `${kind}: ${reason}` });
  d.note("emergency", `${kind}: ${reason}`);
}

/** A person wants to see that the device bites: nothing else is done. */
export function starve(d: GuardDraft, id: string): void {
  const { taken, device, ending, course } = d.state;
  if (taken.includes(id)) return;
  const isPossible = isEnforcing(d.state) && device.is === "open";
  if (!isPossible || ending !== null || course !== null) {
    d.patch({ refusal: `${id}: there is no armed watchdog, or this boot is being ended` });
    return;
  }
  d.patch({
    taken: [...taken, id].slice(-TAKEN_MAX),
    refusal: null,
    course: {
      id,
      kind: "reset",
      reason: "a person tests the watchdog",
      rung: "last",
      since: d.at,
      askAt: d.at,
      deadlineAt: d.at,
    },
  });
  d.note("emergency", `the watchdog is not fed any more: a person tests it (${id})`);
}

/** Whoever asked for it has to ask again, under another id. */
export function dropCourse(d: GuardDraft, why: string): void {
  const { course } = d.state;
  if (course === null) return;
  d.patch({ course: null });
  d.note("warning", `${course.kind} (${course.id ?? "own"}) is not carried out: ${why}`);
}

/** The agent has stopped what it could: systemd is asked with the next tick. */
export function groupsStopped(d: GuardDraft, id: string): void {
  const { course } = d.state;
  if (course?.id !== id || course.rung !== "groups") return;
  d.patch({ course: { ...course, askAt: Math.min(course.askAt, d.at) } });
}

/** Takes the rung that is due; at most one at a time. */
export function pursueCourse(d: GuardDraft): void {
  const { course } = d.state;
  if (course === null) return;
  switch (course.rung) {
    case "groups":
    case "init":
      pursueGracefully(d, course);
      return;
    case "sync":
      // What was a reboot may have become a reset meanwhile.
      if (isForced(course)) force(d, course);
      else if (d.at - course.since >= SYNC) climb(d, course, "read-only", "u");
      return;
    case "read-only":
      if (isForced(course) || d.at - course.since >= READ_ONLY) force(d, course);
      return;
    case "crash":
      if (d.at - course.since >= CRASH) climb(d, course, "last", "b");
      return;
    case "last":
      return;
  }
}

function pursueGracefully(d: GuardDraft, course: Course): void {
  if (isForced(course)) {
    if (d.at >= course.deadlineAt) force(d, course);
    return;
  }
  if (course.rung === "groups" && d.at >= course.askAt) {
    d.patch({ course: { ...course, rung: "init", since: d.at } });
    d.note("warning", `systemd is asked for a ${course.kind}`);
    d.act({ type: "askInit", kind: course.kind === "poweroff" ? "poweroff" : "reboot" });
    return;
  }
  if (d.at < course.deadlineAt) return;
  // Beyond init a container has nothing that is its own.
  if (d.state.held === "container") dropCourse(d, "init did not end the container in time");
  else climb(d, course, "sync", "s");
}

function isForced({ kind }: Course): boolean {
  return kind === "panic" || kind === "reset";
}

/** The rungs after which nothing of this boot goes on. */
function force(d: GuardDraft, course: Course): void {
  if (course.kind !== "panic") {
    climb(d, course, "last", course.kind === "poweroff" ? "o" : "b");
    return;
  }
  const { device, settings, hasCrashKernel } = d.state;
  if (hasCrashKernel && device.is === "open" && settings !== null) {
    // The crash kernel writes the dump under the same clock, and nobody feeds it there.
    d.act({ type: "setTimeout", timeoutMs: settings.dumpTimeoutMs });
    d.act({ type: "feed" });
    d.patch({ fedAt: d.at });
  }
  climb(d, course, "crash", "c");
}

function climb(d: GuardDraft, course: Course, rung: Rung, key: "s" | "u" | "b" | "o" | "c"): void {
  const took = formatDuration(d.at - course.since);
  d.patch({ course: { ...course, rung, since: d.at } });
  d.note("emergency", `sysrq ${key} for the ${course.kind}, ${took} after the rung before`);
  d.act({ type: "sysrq", key });
}
