import type { Millis } from "../base/duration.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { Model } from "../core/model.ts";
import type { State } from "../core/state.ts";
import type { TreeFacts } from "../ports/driver.ts";
import type { LastProbe } from "./schedule-row.ts";

/** What an answer is made of: one moment of the agent. */
export interface View {
  readonly at: Millis;
  readonly wall: number;
  readonly model: Model;
  readonly state: State;
  readonly config: LoadedConfig;
  readonly tree: (resource: string) => TreeFacts;
  readonly lastProbe: (monitor: string) => LastProbe | null;
  /** How long until the next probe; null when none is planned. */
  readonly nextProbeMs: (monitor: string) => Millis | null;
}
