import type { Millis } from "../base/duration.ts";
import type { At, Input } from "../core/input.ts";
import type { Model } from "../core/model.ts";
import type { Answers } from "./answers.ts";
import type { Timeline } from "./timeline.ts";
import type { Trees } from "./trees.ts";

/** An input without its times: the world adds them. */
export type InputBody = Input extends infer One
  ? One extends At
    ? Omit<One, "at" | "wall">
    : never
  : never;

/** What the parts of a simulated server share: its clock, its future, and who decides. */
export interface Shell {
  readonly timeline: Timeline;
  readonly answers: Answers;
  readonly trees: Trees;
  readonly model: Model;
  /** Since the beginning of the scenario. */
  readonly now: Millis;
  /** Gives the policy one input; nothing happens while no agent runs. */
  feed(body: InputBody, cause: string): void;
}
