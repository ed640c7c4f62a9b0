import type { Millis } from "../base/duration.ts";
import type { ProcessId } from "./host.ts";

/** Mirrors `OperationResult` of the core, which ports may not import. */
export type DriverResult = "done" | "failed" | "timed-out" | "still-populated";

export interface OperationEnd {
  readonly result: DriverResult;
  /** One sentence for people: what ended it. */
  readonly reason: string;
}

export interface OperationRequest {
  /** Id of the operation; the runner of its script is found again by it after an agent's restart. */
  readonly op: string;
  readonly resource: string;
  readonly event: "START" | "STOP" | "RECOVER";
  readonly attempt: number;
  readonly reason: string;
  readonly timeoutMs: Millis;
}

/** What a resource's tree is tracked by (product.md G2); shown in `status`. */
export type Tracking = "systemd unit" | "systemd scope" | "cgroup" | "session and mark";

export type ObservedTree =
  | { readonly is: "running" }
  | { readonly is: "busy"; readonly op: string }
  | { readonly is: "ended"; readonly how: string }
  /** Not active, and somebody else's doing as far as can be told: it did not fail, nor end by itself. */
  | { readonly is: "stoppedOutside" }
  | { readonly is: "empty" };

export interface TreeFacts {
  readonly tracking: Tracking;
  readonly main: ProcessId | null;
  readonly pids: readonly number[];
}

/**
 * Starts, stops and watches the trees of resources. Every operation ends exactly once, within its
 * timeout (a stop: timeout + 10 s for the KILL to be proved); none throws for what a program can do.
 */
export interface ResourceDriver<Params = ResourceParams> {
  /**
   * Proves the tree empty (else `still-populated` and nothing is started), starts the program, and
   * ends `done` when it is launched: one-shot = ended with a success code; resident = its program
   * runs, or its ready check succeeded where there is one. From `done` on its end is told by
   * `onEnded`; an end before that is `failed`.
   */
  start(request: OperationRequest): Promise<OperationEnd>;
  /**
   * Stop script (or TERM), `timeoutMs`, KILL of the tree, 10 s; `done` only when the tree is proved
   * empty, else `still-populated`. Supersedes a start that runs: the start ends as `failed`.
   */
  stop(request: OperationRequest): Promise<OperationEnd>;
  /** Waits for an operation that an earlier agent began and whose runner still runs or has ended. */
  resume(op: string, timeoutMs: Millis): Promise<OperationEnd>;
  /** The operation's script is ended with its tree; its promise ends as `failed`. */
  abandon(op: string): void;
  /** Finds every resource again after a restart of the agent, and takes up watching. */
  observe(): Promise<ReadonlyMap<string, ObservedTree>>;
  tree(resource: string): TreeFacts;
  /** The one listener for the end of a launched resident resource that no `stop` of ours caused. */
  onEnded(listener: (resource: string, how: string) => void): void;
  /** The resources in force changed: new ones may be started, removed ones are still stopped. */
  configure(resources: ReadonlyMap<string, Params>): void;
}

/** The drivers of all types of resources as one, with what a supervisor of its own may do to some. */
export interface AgentDriver extends ResourceDriver {
  /** Somebody else stopped it on purpose, or it came back. */
  onStoppedOutside(listener: (resource: string, isStopped: boolean) => void): void;
  /** Its own supervisor restarted it; `count`: how often since somebody last started it. */
  onRestartedOutside(listener: (resource: string, count: number) => void): void;
}

export interface ReadyCheck {
  readonly command: readonly [string, ...string[]] | null;
  readonly tcpPort: number | null;
  readonly intervalMs: Millis;
}

/** What it takes to run a resource; the rest of its configuration is the policy's. */
export type ResourceParams = ExecParams | ServiceParams;

/** A systemd unit. */
export interface ServiceParams {
  readonly type: "service";
  readonly id: string;
  readonly kind: "resident";
  /** With its suffix: `nginx.service`. */
  readonly unit: string;
}

/** Programs of our own. */
export interface ExecParams {
  readonly type: "exec";
  readonly id: string;
  readonly kind: "one-shot" | "resident";
  readonly start: readonly [string, ...string[]];
  /** Null: TERM to the tree. */
  readonly stop: readonly [string, ...string[]] | null;
  readonly user: string | null;
  readonly workingDirectory: string | null;
  readonly environment: Readonly<Record<string, string>>;
  /** Exit codes that mean success; OCF codes are understood in the reason. */
  readonly successCodes: readonly number[];
  readonly ready: ReadyCheck | null;
  /** Output log: rotated once when it is this large; the last bytes are kept. */
  readonly logMaxBytes: number;
  /** Names of the older commercial product for the environment variables, too. */
  readonly hasAliases: boolean;
}
