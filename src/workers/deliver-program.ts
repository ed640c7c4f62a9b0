import { type ChildProcess, spawn } from "node:child_process";
import type { Delivered, ProgramDispatch } from "../base/destination.ts";
import { formatDuration, type Millis } from "../base/duration.ts";
import { MarkCache } from "../host/census.ts";
import { readStat } from "../host/proc.ts";
import { DEFAULT_PATH } from "../host/script-environment.ts";
import { ProcessTree } from "../host/tree.ts";
import { killAll } from "./bounded-run.ts";
import { identityOf } from "./launch.ts";
import { oneLine } from "./one-line.ts";

/** More of what it prints is read and thrown away. */
const OUTPUT_BYTES = 4096;
/** What was printed just before the end may still be on its way. */
const DRAIN: Millis = 100;
/** Of our own environment only what says where and in which language programs live. */
const INHERITED = ["LANG", "LC_ALL", "TZ", "TMPDIR"];

type Fault = NonNullable<Delivered>;
type End = { readonly code: number | null; readonly signal: string | null } | Error | "late";

/**
 * Runs a program that takes its input from stdin. At the timeout it is killed with everything that it
 * has started; what it leaves behind when it ends well is killed too.
 */
export async function deliverProgram(
  dispatch: ProgramDispatch,
  timeoutMs: Millis,
): Promise<Delivered> {
  const identity = identityOf(dispatch.user);
  if ("code" in identity) return fault(identity.message, "Check `user`.");
  const tree = new ProcessTree(`notice/${process.pid}/${Date.now()}`, null, null, new MarkCache());
  const [program = "", ...words] = [...identity.prefix, ...dispatch.command];
  const child = spawn(program, words, {
    cwd: dispatch.directory ?? "/",
    env: environmentOf(dispatch, [...identity.environment, tree.variable]),
    // A session of its own, by which everything in it is found.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  if (child.pid !== undefined) {
    tree.add({ pid: child.pid, startTime: readStat(child.pid)?.startTime ?? 0 });
  }
  const output = new Output(child);
  // Whoever does not read what he is told may still do what he is for.
  child.stdin?.on("error", () => {});
  child.stdin?.end(dispatch.input);
  const end = await endOf(child, timeoutMs);
  if (end !== "late" && !(end instanceof Error)) await output.ended(DRAIN);
  await killAll(tree);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return judge(end, dispatch, output.text(), timeoutMs);
}

function environmentOf(
  { environment }: ProgramDispatch,
  more: readonly string[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = { PATH: DEFAULT_PATH };
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) found[name] = value;
  }
  for (const one of more) {
    const at = one.indexOf("=");
    found[one.slice(0, at)] = one.slice(at + 1);
  }
  return { ...found, ...environment };
}

async function endOf(child: ChildProcess, timeoutMs: Millis): Promise<End> {
  const { promise, resolve } = Promise.withResolvers<End>();
  const limit = setTimeout(() => resolve("late"), timeoutMs);
  child.once("error", (error) => resolve(error));
  child.once("exit", (code, signal) => resolve({ code, signal }));
  return await promise.finally(() => clearTimeout(limit));
}

function judge(
  end: End,
  { command, user, directory }: ProgramDispatch,
  said: string,
  timeoutMs: Millis,
): Delivered {
  const [program] = command;
  const text = said === "" ? "" : `: ${said}`;
  if (end === "late") {
    const why = `${program} did not end within ${formatDuration(timeoutMs)} and was killed${text}`;
    return fault(why, "Raise `timeout`, or see what it waits for.");
  }
  if (end instanceof Error) return startFault(end, program, directory);
  if (end.code === 0) return null;
  if (end.code === null)
    return fault(`${program} was ended by ${end.signal ?? "a signal"}${text}`, null);
  // What setpriv(1) cannot start, it says with this code.
  const isMissing = user !== null && (end.code === 127 || end.code === 126);
  const hint = isMissing ? `Check whether ${user} may run ${program}.` : null;
  return fault(`${program} ended with code ${end.code}${text}`, hint);
}

function startFault(error: Error, program: string, directory: string | null): Fault {
  const code: unknown = Reflect.get(error, "code");
  if (code === "ENOENT") {
    const place = directory === null ? "" : `, or ${directory} is no folder`;
    return fault(`${program} was not found${place}`, "Check `command`.");
  }
  if (code === "EACCES")
    return fault(`${program} is not executable`, `Run \`chmod +x ${program}\`.`);
  return fault(`${program} could not be started: ${error.message}`, "Check `command`.");
}

function fault(why: string, hint: string | null): Fault {
  return { step: "program", isFinal: false, why: oneLine(why), hint };
}

/** The first bytes that it prints. */
class Output {
  readonly #parts: Buffer[] = [];
  readonly #ended: Promise<unknown>;
  #size = 0;

  constructor(child: ChildProcess) {
    const streams = [child.stderr, child.stdout].filter((one) => one !== null);
    for (const stream of streams) {
      stream.on("data", (chunk: Buffer) => this.#take(chunk));
      stream.on("error", () => {});
    }
    this.#ended = Promise.all(
      streams.map((stream) => new Promise((resolve) => stream.once("close", resolve))),
    );
  }

  /** Everybody has closed it, or so long has passed. */
  async ended(limitMs: Millis): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, limitMs);
    await Promise.race([this.#ended, promise]);
    clearTimeout(limit);
  }

  text(): string {
    return oneLine(Buffer.concat(this.#parts).toString("utf8"));
  }

  #take(chunk: Buffer): void {
    const part = chunk.subarray(0, OUTPUT_BYTES - this.#size);
    if (part.length === 0) return;
    this.#parts.push(Buffer.from(part));
    this.#size += part.length;
  }
}
