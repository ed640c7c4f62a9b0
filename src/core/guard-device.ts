import type { Millis } from "../base/duration.ts";
import { MINUTE, SECOND } from "../base/duration.ts";
import type { GuardDevice, GuardSettings } from "../base/guard-message.ts";
import type { GuardDraft } from "./guard-draft.ts";
import {
  type Asked,
  type DeviceState,
  type GuardState,
  isEnforcing,
  isIrreversible,
  isStarving,
} from "./guard-state.ts";

/** The device is fed so often, or four times within its timeout where that is short. */
const FEED_EVERY: Millis = 5 * SECOND;
/** No agent has spoken since the guard's start: it is armed without a charged record. */
const ARM_WITHOUT_AGENT: Millis = MINUTE;
/** An agent has spoken, but the boot cannot be marked: a disk that hangs must not keep it open. */
const ARM_WITHOUT_MARK: Millis = 5 * MINUTE;
const RETRY_EVERY: Millis = MINUTE;
/** How a device is fed of which nobody has said how it is wanted. */
const UNTOLD: Asked = { timeoutMs: MINUTE, onStall: "reset", device: "auto" };
/** Where nobody said it. */
const SHUTDOWN: Millis = 10 * MINUTE;
/** The shortest time that is left when the device is handed to the end of a shutdown. */
const LEFT_LEAST: Millis = 10 * SECOND;

/** Opens, sets and closes the device as it is wanted now. */
export function pursueDevice(d: GuardDraft): void {
  const { device, settings, ending, course } = d.state;
  // While this boot is being ended nothing is begun: devices and modules go away then.
  if (ending !== null || isIrreversible(course)) return;
  if (settings === null) return feedInherited(d);
  const asked = askedFor(settings);
  if (!isEnforcing(d.state)) return standDown(d);
  if (device.is === "open") {
    // Another device: this one is closed, and the next tick opens that.
    if (device.asked.device !== asked.device) return standDown(d);
    const { timeoutMs, onStall } = device.asked;
    if (timeoutMs === asked.timeoutMs && onStall === asked.onStall) return;
    d.patch({ device: { ...device, asked } });
    d.act({ type: "arm", ...asked });
    return;
  }
  const isDue = device.is === "closed" ? mayArm(d.state) : isToBeTriedAgain(device, d.at);
  if (!isDue) return;
  if (device.is === "closed") judgeFromNow(d);
  open(d, asked);
}

/** Nobody has said yet what is wanted here; what counts already must not bite for that. */
function feedInherited(d: GuardDraft): void {
  const { device, isInherited, held } = d.state;
  if (isInherited && held === null && device.is === "closed") open(d, UNTOLD);
}

function open(d: GuardDraft, asked: Asked): void {
  d.patch({ device: { is: "opening" } });
  d.act({ type: "arm", ...asked });
}

/** Nothing was asked of anybody while nothing was guarded. */
export function judgeFromNow(d: GuardDraft): void {
  if (d.state.prover.dueSince !== null) d.patchProver({ dueSince: d.at });
  if (d.state.agent.dueSince !== null) d.patchAgent({ dueSince: d.at });
}

function askedFor(settings: GuardSettings): Asked {
  const { timeoutMs, stallAction, device } = settings;
  return { timeoutMs, onStall: stallAction, device: device ?? "auto" };
}

function isToBeTriedAgain(device: DeviceState, at: Millis): boolean {
  return device.is === "refused" && at >= device.retryAt;
}

/** One that cannot be stopped is fed on. */
function standDown(d: GuardDraft): void {
  const { device } = d.state;
  if (device.is === "closed" || device.is === "opening") return;
  // What systemd was asked for goes on, and the device with it.
  if (d.state.course !== null || (device.is === "open" && device.device.isNowayout)) return;
  d.patch({ device: { is: "closed" }, deviceFault: null, fedAt: null });
  d.act({ type: "disarm" });
}

function mayArm({ at, startedAt, record, hasHeardAgent, isInherited }: GuardState): boolean {
  if (isInherited || (record !== null && (record.isCharged || record.isLost))) return true;
  return at - startedAt >= (hasHeardAgent ? ARM_WITHOUT_MARK : ARM_WITHOUT_AGENT);
}

/** What became of opening it; or it was lost while it was open. */
export function deviceAnswered(
  d: GuardDraft,
  device: GuardDevice | null,
  fault: string | null,
): void {
  if (device !== null) {
    const { settings } = d.state;
    d.patch({
      device: { is: "open", device, asked: settings === null ? UNTOLD : askedFor(settings) },
      deviceFault: fault,
      fedAt: d.at,
    });
    return;
  }
  if (d.state.deviceFault !== fault) {
    d.note(
      "warning",
      `a frozen kernel or guard is not covered: ${fault ?? "there is no watchdog"}`,
    );
  }
  d.patch({
    device: { is: "refused", retryAt: d.at + RETRY_EVERY },
    deviceFault: fault ?? "there is no watchdog",
    fedAt: null,
  });
}

/** Feeds when it is due. What is meant to bite is not fed, and nothing else withholds it. */
export function feedWhenDue(d: GuardDraft): void {
  const { device, fedAt, course } = d.state;
  if (device.is !== "open" || isStarving(course)) return;
  const every = Math.min(FEED_EVERY, device.device.timeoutMs / 4);
  if (fedAt !== null && d.at - fedAt < every) return;
  d.patch({ fedAt: d.at });
  d.act({ type: "feed" });
}

/**
 * Somebody asks the guard to leave. At the end of a shutdown the device stays armed and covers what
 * is left of it; else it is closed. Only PID 1 tells the one from the other for certain: the agent's
 * word may be older than a shutdown that was given up.
 */
export function leave(d: GuardDraft, isShutdown: boolean): void {
  const { device, course, settings } = d.state;
  // In a moment the kernel ends this boot; whoever asks would be rid of that, too.
  if (isIrreversible(course)) return;
  if (device.is === "open" && isShutdown) {
    d.act({ type: "setTimeout", timeoutMs: timeLeft(d.state) });
    d.act({ type: "feed" });
  } else if (device.is === "open" && device.device.isNowayout) {
    d.note("warning", "the watchdog cannot be stopped: whoever comes next has to feed it");
    d.act({ type: "setTimeout", timeoutMs: settings?.shutdownTimeoutMs ?? SHUTDOWN });
    d.act({ type: "feed" });
  } else if (device.is !== "closed") {
    d.patch({ device: { is: "closed" }, fedAt: null });
    d.act({ type: "disarm" });
  }
  d.patch({ isGone: true });
  d.act({ type: "exit" });
}

/** Until what runs has to be over. */
function timeLeft({ at, ending, course, settings }: GuardState): Millis {
  const whole = settings?.shutdownTimeoutMs ?? SHUTDOWN;
  const shutdownLeft = ending === null ? whole : ending.since + whole - at;
  const courseLeft = course === null ? whole : course.deadlineAt - at;
  return Math.max(LEFT_LEAST, Math.min(shutdownLeft, courseLeft));
}
