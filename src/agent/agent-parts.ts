import type { AgentFacts, EventRecord } from "../api/answers.ts";
import type { Millis } from "../base/duration.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { BootFacts, Input } from "../core/input.ts";
import type { Clock } from "../ports/clock.ts";
import type { VersionFiles } from "../ports/config-files.ts";
import type { AgentDriver } from "../ports/driver.ts";
import type { Host, ProgramRun } from "../ports/host.ts";
import type { News } from "../ports/news.ts";
import type { OpenPost } from "../ports/post.ts";
import type { HistoryFiles, StateFiles } from "../ports/store.ts";
import type { ConfigurationParts } from "./configuration-parts.ts";
import type { FaultParts } from "./drill-faults.ts";
import type { Policy } from "./engine.ts";
import type { GuardDutyParts } from "./guard-duty.ts";
import type { Codec, LoadedState } from "./saved-state.ts";

/** What the agent says about a decision or a fault of its own, for its log. */
export interface AgentLog {
  event(record: EventRecord): void;
  fault(what: string, error: unknown): void;
}

/** The part of `Host` that the agent knows by itself. */
export type OwnKnowledge = Pick<Host, "resourceTree" | "monitorStatuses" | "lastMessage">;

export type ConfigRead =
  | { readonly ok: true; readonly config: LoadedConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Everything the agent needs from outside; a test puts fakes in place of the ports. */
export interface AgentParts {
  readonly clock: Clock;
  readonly driver: AgentDriver;
  readonly news: News;
  readonly createHost: (own: OwnKnowledge) => Host;
  readonly policy: Policy;
  readonly codec: Codec;
  readonly stateFiles: StateFiles;
  /** For one more copy of the record of boots, on another file system; null where there is none. */
  readonly farFiles: StateFiles | null;
  readonly guard: GuardDutyParts;
  readonly historyFiles: HistoryFiles;
  readonly saved: LoadedState;
  readonly config: LoadedConfig;
  /** The file did not parse and the last good configuration is in force. */
  readonly configFault: string | null;
  readonly boot: Pick<
    BootFacts,
    "bootId" | "machineId" | "uptimeMs" | "hasWatchdogStatus" | "hasPanicRecord"
  >;
  readonly facts: Pick<AgentFacts, "version" | "pid" | "stateFolder">;
  /** Written reports of drills, and of how boots ended. */
  readonly drillFiles: VersionFiles;
  readonly bootFiles: VersionFiles;
  /** Runs our own program in a role that does one thing and ends; see `workers/main.ts`. */
  readonly runRole: (
    role: "witness" | "search" | "report" | "evidence" | "kept",
    words: readonly string[],
    timeoutMs: Millis,
    maxOutputBytes: number,
  ) => Promise<ProgramRun>;
  /** Where evidence is kept, and where the output of programs is. */
  readonly evidencePlaces: { readonly folder: string; readonly logs: string };
  /** Queues of what is to be sent, and who sends it. */
  readonly openPost: OpenPost;
  readonly signal: FaultParts["signal"];
  /** Watches a process of a resource's tree under a name; false when it is not in the tree. */
  readonly adopt: (resource: string, name: string, pid: number) => boolean;
  /** What a monitor type is blind to. */
  readonly cannotDetect: (type: string) => string;
  readonly readConfig: () => Promise<ConfigRead>;
  readonly configuration: Pick<ConfigurationParts, "files" | "load" | "keepLastGood">;
  readonly logLinesLost: () => number;
  readonly log: AgentLog;
  /** The policy wants the agent to leave. */
  readonly onLeave: (reason: string) => void;
  /** A broken invariant: the program must end with an error. */
  readonly onBroken: (error: unknown, input: Input | null) => void;
}
