import { DAY, type Millis, SECOND } from "../base/duration.ts";
import type { Draft } from "./draft.ts";

/** What is known of the guard, as far as it concerns people and the policy. */
export interface GuardFacts {
  /** It was heard of a moment ago. */
  readonly isThere: boolean;
  /** It carries out orders now. */
  readonly canAct: boolean;
  /** What acts when the guard cannot; `unarmed`: nothing is to act now. */
  readonly cover: "hardware" | "software" | "none" | "unarmed";
  /** `iTCO_wdt (/dev/watchdog0)`; empty where nothing is armed. */
  readonly device: string;
  /** What the device is set to; 0 where there is none. */
  readonly timeoutMs: Millis;
  /** Why it is not as sure as it could be; null = it is. */
  readonly fault: string | null;
  /** This boot is durably marked as open: what ends it unasked is counted by the next one. */
  readonly isCharged: boolean;
  /** How often it killed a silent agent in the last ten minutes. */
  readonly agentKills: number;
  readonly isAgentLost: boolean;
  /** Why nobody proved for a minute that user space lives; null = somebody does. */
  readonly noProof: string | null;
  /** The proof that came near to being a stall; null = none did. */
  readonly slow: { readonly proof: string; readonly tookMs: Millis } | null;
}

export interface GuardState {
  readonly facts: GuardFacts;
  /** It was not heard of since then; null = it is there. */
  readonly goneSince: Millis | null;
  readonly isLossTold: boolean;
}

/** What was told of a missing watchdog: the next boot finds the same, and nobody needs a mail of each. */
export interface UncoveredTold {
  readonly fault: string;
  readonly wall: Millis;
}

/** It is told again after so long, while nothing else is known of it. */
const REMIND_AFTER: Millis = 30 * DAY;

/** PID 1 has so long to bring it back (recovery.md 4). */
export const GUARD_PATIENCE: Millis = 15 * SECOND;

/** What the guard told, when it changed. Everything but its presence is for people only. */
export function takeGuard(d: Draft, facts: GuardFacts): void {
  const before = d.state.guard;
  const goneSince = facts.isThere ? null : (before?.goneSince ?? d.at);
  const isLossTold = before?.isLossTold === true;
  d.patch({
    hasGuard: facts.isThere && facts.canAct,
    guard: { facts, goneSince, isLossTold: isLossTold && !facts.isThere },
  });
  if (!facts.isThere) return;
  if (isLossTold) d.tell("guard-back", { after: d.at - (before?.goneSince ?? d.at) });
  tellCover(d, facts, before?.facts ?? null);
  tellWork(d, facts, before?.facts ?? null);
}

function tellCover(d: Draft, facts: GuardFacts, before: GuardFacts | null): void {
  const { cover, device, timeoutMs: timeout } = facts;
  if (cover === "none") return remindOfCover(d);
  const isOther = cover !== before?.cover || device !== before.device;
  const isFaulty = facts.fault !== null && facts.fault !== before?.fault;
  if (isOther && cover !== "unarmed") {
    d.patch({ uncoveredTold: null });
    d.tell("guard-armed", { device, kind: cover, timeout });
  }
  if (isFaulty) d.tell("guard-fault", { fault: facts.fault });
}

/** No watchdog is armed: told once for each cause, over boots too, and seldom while it stays so. */
export function remindOfCover(d: Draft): void {
  const facts = d.state.guard?.facts;
  if (facts?.cover !== "none" || !facts.isThere) return;
  const told = d.state.uncoveredTold;
  const fault = facts.fault ?? "";
  const age = told === null ? 0 : d.wall - told.wall;
  if (told?.fault === fault && age >= 0 && age < REMIND_AFTER) return;
  d.patch({ uncoveredTold: { fault, wall: d.wall } });
  d.tell("guard-uncovered", { fault });
}

function tellWork(d: Draft, facts: GuardFacts, before: GuardFacts | null): void {
  const { agentKills: kills, isAgentLost, noProof, slow } = facts;
  if (kills > (before?.agentKills ?? 0)) d.tell("agent-was-killed", { kills });
  if (isAgentLost && before?.isAgentLost !== true) d.tell("agent-was-lost", { kills });
  if (noProof !== null && (before?.noProof ?? null) === null) {
    d.tell("no-proofs", { reason: noProof });
  }
  if (slow !== null && (before?.slow ?? null) === null) {
    d.tell("proof-slow", { proof: slow.proof, took: slow.tookMs });
  }
}

/** Told once while it stays away. */
export function missGuard(d: Draft): void {
  const { guard } = d.state;
  if (guard === null || guard.goneSince === null || guard.isLossTold) return;
  if (d.at - guard.goneSince < GUARD_PATIENCE) return;
  d.patch({ guard: { ...guard, isLossTold: true } });
  d.tell("guard-lost", { since: d.at - guard.goneSince });
}

/** Everything is stopped that an order waits for: the guard need not wait for its deadline. */
export function tellStopped(d: Draft): void {
  const { order, plans } = d.state;
  if (order === null || order.saveOp !== null || order.areGroupsStopped) return;
  if (order.kind === "reset" || order.kind === "panic") return;
  if (plans.some((plan) => plan.toStop.length > 0)) return;
  d.patch({ order: { ...order, areGroupsStopped: true } });
  d.act({ type: "groupsStopped", id: order.id });
}
