import assert from "node:assert/strict";
import { test } from "node:test";
import type { GuardSettings } from "../../src/base/guard-message.ts";
import { play, type Setting, SETTINGS, type World } from "./guard-play.ts";

type What = (world: World) => void;
export type Happening = readonly [second: number, what: What];
/** In the stories the guard starts ten seconds after the boot. */
export const UPTIME = 10_000;
export const HALF_HOUR = 30 * 60 - UPTIME / 1000;

export const freeze: What = (world) => {
  world.prover = null;
  world.agent = null;
  world.restartAfter = null;
};
export const loseProver: What = (world) => {
  world.prover = null;
};
export const loseAgent: What = (world) => {
  world.agent = null;
};
export const stopGuard: What = (world) => {
  world.isStopped = true;
};
export const goOn: What = (world) => {
  world.isStopped = false;
};
export const tell =
  (told: Parameters<World["tell"]>[0]): What =>
  (world) =>
    world.tell(told);
export const shutdown = (isOn: boolean, isRescue = false): What =>
  tell({ is: "shutdown", isOn, isRescue });
export const settings = (change: Partial<GuardSettings>): What =>
  tell({ is: "settings", settings: { ...SETTINGS, ...change } });
export const leave = (isShutdown: boolean): What => tell({ is: "leave", isShutdown });
export const leaving = (who: "agent" | "prover", pid: number): What =>
  tell({ is: "leaving", who, by: { pid, startTime: 7 } });
/** The agent is there for moments only. */
export const flicker = (from: number, to: number): readonly Happening[] =>
  Array.from({ length: (to - from) * 2 }, (_none, half) => [
    from + half / 2,
    half % 4 === 0 ? () => {} : loseAgent,
  ]);

export interface Story {
  readonly name: string;
  readonly setting?: Setting;
  readonly seconds: number;
  readonly happenings: readonly Happening[];
  readonly done: readonly string[];
  readonly phases?: readonly string[];
  /** The last times at which it was fed. */
  readonly fed?: readonly number[];
  readonly notes?: readonly RegExp[];
}

export const ARMED = "0 arm auto 60 panic";
export const PROOFLESS = "no proof that programs run for 1m";

/** Each story is a test: what is done exactly, and phases and notes where they are given. */
export function testStories(stories: readonly Story[]): void {
  for (const story of stories) {
    test(story.name, () => {
      const played = play(story.setting ?? {}, story.seconds, story.happenings);
      assert.deepEqual(played.done, story.done);
      if (story.phases) assert.deepEqual(played.phases, story.phases);
      if (story.fed) assert.deepEqual(played.fed.slice(-story.fed.length), story.fed);
      if (!story.notes) return;
      assert.equal(played.notes.length, story.notes.length, played.notes.join("\n"));
      for (const [at, note] of story.notes.entries()) assert.match(played.notes[at] ?? "", note);
    });
  }
}
