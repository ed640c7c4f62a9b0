import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { formatDuration, HOUR, type Millis, SECOND } from "../../base/duration.ts";
import type { Context } from "../context.ts";
import type { Keeper } from "./keeper.ts";
import { findMarked, identify, isAlive, type KnownProcess, signal } from "./process-facts.ts";
import type { Screen } from "./screen.ts";

export interface StopParts {
  readonly context: Context;
  readonly screen: Screen;
  readonly agent: Keeper;
  readonly spawner: Keeper;
  readonly keepsApps: boolean;
  /** The second Ctrl-C: do not wait for anybody. */
  readonly forced: AbortSignal;
}

/** Stopping in order may take as long as the stop scripts; a person can force it at any time. */
const STOP_LIMIT: Millis = HOUR;
/** How often a person who waits is told for what. */
const REMIND_EVERY: Millis = 10 * SECOND;
const WAITING_SHOWN = 5;
/** How long the agent and the spawner may take to leave when asked. */
const LEAVE_LIMIT: Millis = 10 * SECOND;
/** How long KILL may take until a process is gone; only a hung disk takes longer. */
const KILL_LIMIT: Millis = 10 * SECOND;

/**
 * Ends everything this run started: groups in reverse order through the agent, then the agent and
 * the spawner; then looks for processes that are left. Gives back the exit code.
 */
export async function stopEverything(parts: StopParts): Promise<number> {
  const { screen, agent, spawner, keepsApps, forced } = parts;
  const known = await knownProcesses(parts);
  agent.release();
  if (keepsApps) {
    screen.say("Leaving; the applications go on.");
    await leave(agent, spawner);
    return tellKept(parts, known);
  }
  screen.say("Stopping the groups in reverse order. Ctrl-C again ends them by force.");
  const isAsked = await askToStop(parts);
  const isOrderly = isAsked && !forced.aborted && (await agent.waitForEnd(LEAVE_LIMIT));
  if (!isOrderly) {
    screen.say(
      forced.aborted
        ? "Forced: sending KILL to everything that is left."
        : "No agent stopped them; sending KILL to what is left, if anything is.",
    );
    agent.kill();
  }
  const killed = await killLeft(parts, known);
  await leave(agent, spawner);
  return tellGone(parts, isOrderly, killed);
}

/** Processes of the applications as the agent knows them, besides those that carry our mark. */
async function knownProcesses(parts: StopParts): Promise<KnownProcess[]> {
  const { client } = parts.context;
  if (parts.agent.process === null) return [];
  const status = await client.call("status", {}, 2 * SECOND);
  if (!status.ok) return [];
  return status.value.groups
    .flatMap((group) => group.resources.flatMap((one) => one.pids))
    .map(identify)
    .filter((one) => one !== null);
}

/** True when the agent stopped all groups; false when it could not be asked, or was not waited for. */
async function askToStop(parts: StopParts): Promise<boolean> {
  if (parts.agent.process === null) return false;
  const { promise: isForced, resolve } = Promise.withResolvers<null>();
  const onForced = (): void => resolve(null);
  parts.forced.addEventListener("abort", onForced);
  const asked = parts.context.client.call("stopAll", { waitMs: STOP_LIMIT });
  const gone = parts.agent.waitForEnd(STOP_LIMIT).then(() => "gone" as const);
  const reminder = setInterval(() => void tellWaiting(parts), REMIND_EVERY);
  const first = await Promise.race([asked, gone, isForced]);
  clearInterval(reminder);
  parts.forced.removeEventListener("abort", onForced);
  if (first === null) return false;
  // The agent leaves when everything is stopped: its end is an answer, too.
  return first === "gone" || first.ok || parts.agent.process === null;
}

/** A stop script may take its stop-timeout, half an hour by default: say what is waited for. */
async function tellWaiting(parts: StopParts): Promise<void> {
  const status = await parts.context.client.call("status", {}, 2 * SECOND);
  if (!status.ok || parts.forced.aborted) return;
  const waiting = status.value.groups
    .flatMap((group) => group.resources)
    .filter((one) => one.phase === "stopping")
    .map((one) => `\`${one.id}\` (pid ${one.pids.join(", ")}, for ${formatDuration(one.lastsMs)})`);
  if (waiting.length === 0) return;
  const who = waiting.slice(0, WAITING_SHOWN).join(", ");
  parts.screen.say(
    `Still stopping ${who}: its \`stop-timeout\` is not over. Ctrl-C again ends it by force.`,
  );
}

async function leave(agent: Keeper, spawner: Keeper): Promise<void> {
  await agent.end(LEAVE_LIMIT);
  await spawner.end(LEAVE_LIMIT);
}

/** Sends KILL to what is left, again and again while new ones appear; gives back how many. */
async function killLeft(parts: StopParts, known: readonly KnownProcess[]): Promise<number> {
  const hit = new Set<number>();
  const until = performance.now() + KILL_LIMIT;
  for (;;) {
    const left = findLeft(parts.context, known);
    if (left.length === 0 || performance.now() > until) return hit.size;
    for (const one of left) {
      hit.add(one.pid);
      signal(one, "SIGKILL");
    }
    await delay(50);
  }
}

function findLeft(context: Context, known: readonly KnownProcess[]): KnownProcess[] {
  const stateId = readStateId(context);
  const marked = stateId === null ? [] : findMarked(stateId);
  const others = known.filter((one) => isAlive(one) && !marked.some(({ pid }) => pid === one.pid));
  return [...marked, ...others];
}

/** The name by which processes of this folder are marked; null when the agent never came so far. */
function readStateId(context: Context): string | null {
  try {
    const id = readFileSync(join(context.paths.state, "id"), "utf8").trim();
    return id === "" ? null : id;
  } catch {
    return null;
  }
}

function tellKept(parts: StopParts, known: readonly KnownProcess[]): number {
  const pids = findLeft(parts.context, known).map((one) => one.pid);
  const who = pids.length === 0 ? "none are running" : `pid ${pids.join(", ")}`;
  parts.screen.say(`The agent and the spawner have ended. Applications left running: ${who}.`);
  return 0;
}

function tellGone(parts: StopParts, isOrderly: boolean, killed: number): number {
  const left = findLeft(parts.context, []);
  const own = [parts.agent.process, parts.spawner.process].filter((one) => one !== null);
  const pids = [...left, ...own].map((one) => one.pid);
  if (pids.length > 0) {
    parts.screen.say(
      `Left in spite of KILL: pid ${pids.join(", ")}. They hang, probably on a disk.`,
    );
    return 5;
  }
  const how = isOrderly ? " in order" : killed > 0 ? " by force" : "";
  const hit = killed === 0 ? "" : ` ${killed} of the applications' processes got KILL.`;
  parts.screen.say(`Everything was ended${how}; no process is left.${hit}`);
  return 0;
}
