import type { Millis } from "../base/duration.ts";
import type { Result } from "../base/result.ts";
import type { Soon } from "../base/soon.ts";
import type { ResourcesHost } from "./resources.ts";
import type { DiskHost } from "./disk.ts";
import type { LinkHost } from "./link.ts";
import type { NameHost } from "./name.ts";
import type { PingHost } from "./ping.ts";
import type { TlsHost } from "./tls.ts";
import type { UnitHost } from "./unit.ts";

/** A process that cannot be mistaken for another: a pid is reused, a pid with its start time is not. */
export interface ProcessId {
  readonly pid: number;
  /** Field 22 of /proc/pid/stat: clock ticks since the boot. */
  readonly startTime: number;
}

export interface ProcessFacts extends ProcessId {
  readonly parent: number;
  readonly session: number;
  /** One letter of the kernel: R, S, D, T, Z, … */
  readonly state: string;
  /** At most 15 bytes: what the kernel calls it. */
  readonly name: string;
  /** argv[0] and the rest, empty for kernel threads; null when it could not be read. */
  readonly command: readonly string[] | null;
  /** Path of the program; null when it could not be read. */
  readonly executable: string | null;
}

/** A program to run: an argument list, never a shell string. */
export interface Program {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string | null;
  /** Name of the account; null = the agent's own. */
  readonly user: string | null;
}

export type ProgramRun =
  | { readonly kind: "exited"; readonly code: number; readonly output: string }
  | { readonly kind: "signaled"; readonly signal: string; readonly output: string }
  | { readonly kind: "timedOut"; readonly output: string }
  /** It could not be started: not found, not executable, no such user, no processes left. */
  | { readonly kind: "notStarted"; readonly code: string; readonly message: string };

export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Check the certificate of an https address. */
  readonly verifyTls: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The first bytes as text; `isCut` when there were more. */
  readonly body: string;
  readonly isCut: boolean;
}

export interface TcpTalk {
  readonly host: string;
  readonly port: number;
  readonly send: string | null;
  /** Stop reading when the answer matches or is this long. */
  readonly expect: RegExp | null;
  readonly maxBytes: number;
}

/** Who asks. A signal costs more than some answers: it is made when somebody looks at it. */
export interface Asker {
  readonly signal: AbortSignal;
}

/**
 * What a probe may use. Every call is bounded by the probe's own deadline (`signal`): when it is
 * aborted the call is abandoned, never waited for. Nothing here throws for what a server can do;
 * it throws only for a bug. What can be had without waiting is there at once.
 */
export interface Host
  extends DiskHost,
    NameHost,
    LinkHost,
    TlsHost,
    UnitHost,
    PingHost,
    ResourcesHost {
  /** All processes whose kernel name or executable path or argv[0] base name is `name`. */
  findProcesses(name: string): Promise<readonly ProcessFacts[]>;
  /**
   * Null when there is none. `known`, from an earlier call, makes it cheap: it comes back as it was
   * while exactly this process runs.
   */
  readProcess(pid: number, known?: ProcessFacts): Soon<ProcessFacts | null>;
  /** A small file as text, at most `maxBytes`; a fault when it cannot be read. */
  readFile(path: string, maxBytes: number): Soon<Result<string>>;
  http(request: HttpRequest, maxBytes: number, signal: AbortSignal): Promise<Result<HttpResponse>>;
  tcp(talk: TcpTalk, asker: Asker): Soon<Result<string>>;
  /** Runs a program under the spawner; its whole tree is ended at the timeout, or by the signal. */
  runProgram(
    program: Program,
    timeoutMs: Millis,
    maxOutputBytes: number,
    signal?: AbortSignal,
  ): Promise<ProgramRun>;
  /** Whether the tree of one of our own resources is alive, with its processes. */
  resourceTree(
    resource: string,
  ): Promise<{ readonly isAlive: boolean; readonly pids: readonly number[] }>;
  /** Status of other monitors, for `multi`. */
  monitorStatuses(): ReadonlyMap<
    string,
    "ok" | "warning" | "failed" | "suspect" | "unknown" | "waiting"
  >;
  /** The last word of an outside tool on a `message` monitor; null when it said nothing yet. */
  lastMessage(
    monitor: string,
  ): { readonly outcome: "ok" | "failed"; readonly text: string; readonly ageMs: Millis } | null;
}
