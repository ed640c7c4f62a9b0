import type { LoadedConfig, LoadedOrProblems } from "../config/loaded-config.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConfigFiles } from "../ports/config-files.ts";
import type { ConfigRead } from "./agent-parts.ts";
import type { ConfigEffects } from "./config-effects.ts";

export interface ConfigurationParts {
  readonly clock: Clock;
  readonly files: ConfigFiles;
  readonly load: (text: string) => Promise<LoadedOrProblems>;
  /** The configuration file, checked; a valid one is kept as the last good. */
  readonly read: () => Promise<ConfigRead>;
  readonly keepLastGood: (text: string) => void;
  readonly current: () => { readonly config: LoadedConfig; readonly isLastGood: boolean };
  readonly effects: (config: LoadedConfig, isRestarting: boolean, by: string) => ConfigEffects;
  readonly putInForce: (config: LoadedConfig, taken: Taken) => InForce;
  readonly onFault: (what: string, error: unknown) => void;
}

/** Who takes a configuration into force, as which version of the history (null: of none), and how. */
export interface Taken {
  readonly by: string;
  readonly version: number | null;
  readonly isRestarting: boolean;
}

/** What taking a configuration into force did: so many changes, and what is restarted for them. */
export interface InForce {
  readonly changes: number;
  readonly restarted: readonly string[];
}

export interface Reloaded {
  readonly changes: number;
  readonly problems: readonly string[];
}

export interface PlanRequest {
  readonly text?: string | undefined;
  readonly version?: number | undefined;
  readonly isRestarting: boolean;
  readonly isOverwriting: boolean;
}

export interface ApplyRequest {
  readonly text: string;
  readonly token: string;
  readonly message: string;
  /** The version whose text it is, when it is an older one. */
  readonly of: number | null;
}
