import type { Millis } from "../base/duration.ts";
import { QUEUE_NAME } from "../base/post.ts";
import type { ProcessId, ProgramRun } from "../ports/host.ts";
import type { WaitStatus } from "./libc.ts";

/** A request line is shorter than this. */
export const REQUEST_BYTES_MOST = 64 * 1024 - 1;
/** An answer may carry the output of a program. */
export const ANSWER_BYTES_MOST = 512 * 1024;
/** No program's output is kept beyond this. */
export const OUTPUT_BYTES_MOST = 64 * 1024;

/** Where a program's output goes, and how large the file may become. */
export interface OutputLog {
  readonly path: string;
  readonly maxBytes: number;
}

/** Files `<file>.run` and `<file>.end` by which a script is found again; `note` is kept in `.run`. */
export interface RunnerFile {
  readonly file: string;
  readonly note: string;
}

export interface LaunchProgram {
  readonly command: readonly [string, ...string[]];
  /** `NAME=value`. */
  readonly environment: readonly string[];
  readonly directory: string | null;
  /** Name of the account; null = the spawner's own. */
  readonly user: string | null;
}

/** Roles of our own program that do one thing and end. */
const ONE_TIME_ROLES = ["witness", "search", "report", "evidence", "kept"] as const;
export type OneTimeRole = (typeof ONE_TIME_ROLES)[number];

export type SpawnerRequest =
  /** Started in a session of its own; it outlives the spawner. */
  | (LaunchProgram & {
      readonly type: "start";
      readonly output: OutputLog | null;
      readonly runner: RunnerFile | null;
      /** `CLOCK_MONOTONIC`: not started after this; whoever asked has given it up. */
      readonly before: Millis;
    })
  /** Run to its end, or to its timeout; then nothing of it is left. */
  | (LaunchProgram & {
      readonly type: "run";
      /** Names it in `endRun`, its own for each run of a connection; null = nobody will. */
      readonly name: string | null;
      readonly timeoutMs: Millis;
      readonly maxOutputBytes: number;
    })
  /** End a run as at its timeout; nothing when it has ended. */
  | { readonly type: "endRun"; readonly name: string }
  /** Start our own program in another role; `threads`: so much of its file work may hang at once. */
  | {
      readonly type: "worker";
      readonly role: "disk";
      readonly socket: string;
      readonly threads: number;
    }
  /** Start our own program as the sender of a queue; it outlives the agent. `run`: folder of sockets. */
  | { readonly type: "sender"; readonly run: string; readonly queue: string }
  /** Run our own program in a role that does one thing and ends, as `run` does. */
  | {
      readonly type: "role";
      readonly role: OneTimeRole;
      readonly words: readonly string[];
      readonly timeoutMs: Millis;
      readonly maxOutputBytes: number;
    }
  /** How a child ended that was already reaped; null when it is not known (any more). */
  | { readonly type: "ended"; readonly pid: number; readonly startTime: number }
  /** Keep these logs small, also those of programs that an earlier spawner started. */
  | { readonly type: "logs"; readonly logs: readonly OutputLog[] }
  | { readonly type: "ping" }
  /** What was started lately; whatever was asked for before is done when this is answered. */
  | { readonly type: "started" }
  /** Leave; what was started goes on. */
  | { readonly type: "exit" };

/** A process that was started for a resource, by its mark. */
export interface StartedProcess extends ProcessId {
  readonly mark: string;
}

export interface SpawnerAnswers {
  readonly start: ProcessId;
  readonly run: ProgramRun;
  readonly endRun: Record<string, never>;
  readonly worker: ProcessId;
  readonly role: ProgramRun;
  readonly sender: ProcessId;
  readonly ended: { readonly status: WaitStatus | null };
  readonly logs: Record<string, never>;
  readonly ping: { readonly pid: number };
  readonly started: { readonly processes: readonly StartedProcess[] };
  readonly exit: Record<string, never>;
}

/** Why a request was not done: an error name (`ENOENT`) and a sentence for people. */
export interface SpawnerFault {
  readonly code: string;
  readonly message: string;
}

export type SpawnerAnswer<Type extends SpawnerRequest["type"]> =
  | { readonly ok: true; readonly value: SpawnerAnswers[Type] }
  | { readonly ok: false; readonly fault: SpawnerFault };

/** Reads a request that came over the socket; a sentence when it is not one. */
export function parseRequest(
  line: unknown,
): { readonly id: number; readonly request: SpawnerRequest } | string {
  if (!isRecord(line) || typeof line["id"] !== "number") return "a request needs a number `id`";
  const { id } = line;
  if (typeof id !== "number") return "a request needs a number `id`";
  switch (line["type"]) {
    case "ping":
    case "started":
    case "exit":
      return { id, request: { type: line["type"] } };
    case "endRun": {
      const { name } = line;
      if (typeof name !== "string") return "`endRun` needs a `name`";
      return { id, request: { type: "endRun", name } };
    }
    case "worker": {
      const { role, socket, threads } = line;
      if (role !== "disk" || typeof socket !== "string") return "`worker` needs `role`, `socket`";
      if (typeof threads !== "number" || !(threads > 0)) return "`threads` must be above 0";
      return { id, request: { type: "worker", role, socket, threads } };
    }
    case "sender": {
      const { run, queue } = line;
      if (typeof run !== "string" || !run.startsWith("/")) return "`sender` needs a folder";
      if (typeof queue !== "string" || !QUEUE_NAME.test(queue)) return "`sender` needs a queue";
      return { id, request: { type: "sender", run, queue } };
    }
    case "role":
      return parseRole(id, line);
    case "ended":
      return parseEnded(id, line);
    case "logs":
      return parseLogs(id, line);
    case "start":
    case "run":
      return parseLaunch(id, line["type"], line);
    default:
      return `no such request: ${JSON.stringify(line["type"])}`;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseRole(id: number, line: Fields): ReturnType<typeof parseRequest> {
  const { timeoutMs, maxOutputBytes } = line;
  const words = strings(line["words"]);
  const role = ONE_TIME_ROLES.find((one) => one === line["role"]);
  if (role === undefined || !words) return "`role` needs a known role and `words`";
  if (typeof timeoutMs !== "number" || !(timeoutMs > 0)) return "`timeoutMs` must be above 0";
  if (typeof maxOutputBytes !== "number") return "`maxOutputBytes` must be a number";
  return { id, request: { type: "role", role, words, timeoutMs, maxOutputBytes } };
}

function parseEnded(id: number, line: Fields): ReturnType<typeof parseRequest> {
  const { pid, startTime } = line;
  if (typeof pid !== "number" || typeof startTime !== "number") return "`ended` needs a process";
  return { id, request: { type: "ended", pid, startTime } };
}

function parseLogs(id: number, line: Fields): ReturnType<typeof parseRequest> {
  const logs = line["logs"];
  if (!Array.isArray(logs)) return "`logs` needs a list";
  const found: OutputLog[] = [];
  for (const one of logs) {
    const log = parseLog(one);
    if (!log) return "a log needs `path` and `maxBytes`";
    found.push(log);
  }
  return { id, request: { type: "logs", logs: found } };
}

function parseLog(value: unknown): OutputLog | null {
  if (!isRecord(value)) return null;
  const { path, maxBytes } = value;
  if (typeof path !== "string" || !path.startsWith("/")) return null;
  if (typeof maxBytes !== "number" || !(maxBytes > 0)) return null;
  return { path, maxBytes };
}

function parseLaunch(
  id: number,
  type: "start" | "run",
  line: Fields,
): ReturnType<typeof parseRequest> {
  const { directory, user } = line;
  const [program, ...rest] = strings(line["command"]) ?? [];
  const environment = strings(line["environment"]);
  if (program === undefined || program === "") return "`command` must be a list of words";
  if (!environment) return "`environment` must be a list of NAME=value";
  if (directory !== null && typeof directory !== "string") return "`directory` must be a path";
  if (user !== null && typeof user !== "string") return "`user` must be a name";
  const launch: LaunchProgram = { command: [program, ...rest], environment, directory, user };
  if (type === "run") {
    const { name, timeoutMs, maxOutputBytes } = line;
    if (name !== null && typeof name !== "string") return "`name` must be a text";
    if (typeof timeoutMs !== "number" || !(timeoutMs > 0)) return "`timeoutMs` must be above 0";
    if (typeof maxOutputBytes !== "number") return "`maxOutputBytes` must be a number";
    return { id, request: { ...launch, type, name, timeoutMs, maxOutputBytes } };
  }
  const output = line["output"] === null ? null : parseLog(line["output"]);
  if (output === null && line["output"] !== null) return "`output` needs `path` and `maxBytes`";
  const runner = parseRunner(line["runner"]);
  if (runner === undefined) return "`runner` needs `file` and `note`";
  const { before } = line;
  if (typeof before !== "number") return "`before` must be a time";
  return { id, request: { ...launch, type, output, runner, before } };
}

function parseRunner(value: unknown): RunnerFile | null | undefined {
  if (value === null) return null;
  if (!isRecord(value)) return undefined;
  const { file, note } = value;
  return typeof file === "string" && typeof note === "string" ? { file, note } : undefined;
}

/** A word with a zero byte would be cut by the kernel in silence: refused. */
function strings(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  const words: string[] = [];
  for (const word of value) {
    if (typeof word !== "string" || word.includes("\0")) return null;
    words.push(word);
  }
  return words;
}
