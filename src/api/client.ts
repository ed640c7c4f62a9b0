import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import { type Fault, fail, type Result, succeed } from "../base/result.ts";
import {
  type RequestOf,
  type ResponseOf,
  ROUTES,
  type RouteName,
  type StreamLine,
  streamLine,
} from "./contract.ts";
import { errorAnswer } from "./error-answer.ts";
import { HEARTBEAT_MS } from "./route.ts";
import { socketAddress } from "./socket-path.ts";

/** Why a call was not answered with what it asked for; each has one exit code (decisions.md). */
export type CallProblemKind =
  | "not-running"
  | "no-permission"
  | "usage"
  | "refused"
  | "failed"
  | "bug";

export interface CallProblem extends Fault {
  readonly kind: CallProblemKind;
}

/** Exit codes of the command line for a call that failed. */
export const EXIT_CODES: Readonly<Record<CallProblemKind, number>> = {
  "not-running": 3,
  "no-permission": 4,
  usage: 2,
  refused: 4,
  failed: 5,
  bug: 70,
};

export interface Client {
  /** Asks one route; `deadlineMs` (default 10 s) is added to a request's own `waitMs`. */
  call<Name extends Exclude<RouteName, "eventStream">>(
    name: Name,
    request: RequestOf<Name>,
    deadlineMs?: number,
  ): Promise<Result<ResponseOf<Name>, CallProblem>>;
  /**
   * Follows the events until `signal` is aborted (ok) or the agent goes (a problem: ask again with
   * the last `seq`). Silence for three heartbeats counts as gone.
   */
  follow(
    request: RequestOf<"eventStream">,
    onLine: (line: StreamLine) => void,
    signal: AbortSignal,
  ): Promise<Result<null, CallProblem>>;
}

const DEADLINE_MS = 10_000;
const ANSWER_MAX = 64 * 1024 * 1024;
const LINE_MAX = 1024 * 1024;

/** A client of the agent that listens on the unix socket `socket`. Holds no connection open. */
export function createClient(socket: string): Client {
  return {
    call: (name, request, deadlineMs = DEADLINE_MS) => call(socket, name, request, deadlineMs),
    follow: (request, onLine, signal) => follow(socket, request, onLine, signal),
  };
}

async function call<Name extends RouteName>(
  socket: string,
  name: Name,
  request: RequestOf<Name>,
  deadlineMs: number,
): Promise<Result<ResponseOf<Name>, CallProblem>> {
  const parsed = z.safeParse(ROUTES[name].request, request);
  if (!parsed.success) return fail(usage(parsed.error));
  const limit = AbortSignal.timeout(deadlineMs + waitOf(parsed.data));
  const opened = await open(socket, name, parsed.data, limit);
  if (!opened.ok) return opened;
  const body = await readBody(opened.value, ANSWER_MAX);
  if (body === null) return fail(limit.aborted ? tooLate() : cutOff());
  return answerOf(name, opened.value.statusCode ?? 0, body);
}

function answerOf<Name extends RouteName>(
  name: Name,
  status: number,
  body: string,
): Result<ResponseOf<Name>, CallProblem> {
  const json = ROUTES[name].isText && status === 200 ? body : parseJson(body);
  if (status !== 200) return fail(problemOf(status, json));
  const answer = z.safeParse(ROUTES[name].response, json);
  if (answer.success) return succeed(answer.data as ResponseOf<Name>);
  return fail({
    kind: "bug",
    code: "agent/answer-not-understood",
    message: `the agent's answer to ${name} is not what the contract says`,
    hint: "Agent and command line are of different versions: restart the agent.",
  });
}

async function follow(
  socket: string,
  request: RequestOf<"eventStream">,
  onLine: (line: StreamLine) => void,
  signal: AbortSignal,
): Promise<Result<null, CallProblem>> {
  const parsed = z.safeParse(ROUTES.eventStream.request, request);
  if (!parsed.success) return fail(usage(parsed.error));
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), 3 * HEARTBEAT_MS);
  const opened = await open(
    socket,
    "eventStream",
    parsed.data,
    AbortSignal.any([signal, silence.signal]),
  );
  try {
    if (!opened.ok) return signal.aborted ? succeed(null) : opened;
    const response = opened.value;
    if (response.statusCode !== 200) {
      const body = (await readBody(response, LINE_MAX)) ?? "";
      return fail(problemOf(response.statusCode ?? 0, parseJson(body)));
    }
    await readLines(response, (line) => {
      timer.refresh();
      const answer = z.safeParse(streamLine, parseJson(line));
      // A newer agent may say things this program does not know; they are passed over.
      if (answer.success) onLine(answer.data);
    });
    return signal.aborted ? succeed(null) : fail(cutOff());
  } finally {
    clearTimeout(timer);
  }
}

function open(
  socket: string,
  name: RouteName,
  request: object,
  signal: AbortSignal,
): Promise<Result<IncomingMessage, CallProblem>> {
  const http = process.getBuiltinModule("node:http");
  const { method, path } = ROUTES[name];
  return new Promise((resolve) => {
    let address: ReturnType<typeof socketAddress>;
    try {
      address = socketAddress(socket);
    } catch (error) {
      resolve(fail(problemOfConnect(error, signal)));
      return;
    }
    const body = method === "GET" ? "" : JSON.stringify(request);
    const outgoing = http.request({
      socketPath: address.path,
      method,
      path: method === "GET" ? path + queryOf(request) : path,
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      signal,
      agent: false,
    });
    outgoing.on("response", (response) => resolve(succeed(response)));
    outgoing.on("error", (error) => resolve(fail(problemOfConnect(error, signal))));
    outgoing.on("socket", (connection) => {
      connection.once("connect", address.release);
      connection.once("error", address.release);
    });
    outgoing.end(body);
  });
}

function queryOf(request: object): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(request)) {
    if (value !== undefined) query.set(key, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Null when it was cut off or grew too long. */
function readBody(response: IncomingMessage, max: number): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > max) response.destroy();
    });
    response.on("end", () => resolve(Buffer.concat(chunks).toString()));
    response.on("error", () => resolve(null));
    response.on("close", () => resolve(null));
  });
}

/** Ends when the stream ends, however it does. */
function readLines(response: IncomingMessage, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    let rest = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
      if (rest.length > LINE_MAX) response.destroy();
    });
    response.on("error", () => resolve());
    response.on("close", () => resolve());
  });
}

function waitOf(request: object): number {
  return "waitMs" in request && typeof request.waitMs === "number" ? request.waitMs : 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function usage(error: z.core.$ZodError): CallProblem {
  const issue = error.issues[0];
  const place = issue?.path.join(".") ?? "";
  return {
    kind: "usage",
    code: "request/not-valid",
    message: `${place === "" ? "the request" : place}: ${issue?.message ?? "not valid"}`,
  };
}

function problemOf(status: number, body: unknown): CallProblem {
  const kind = kindOf(status);
  const answer = z.safeParse(errorAnswer, body);
  if (!answer.success) {
    return { kind, code: "agent/odd-answer", message: `the agent answered with status ${status}` };
  }
  const { code, message, hint } = answer.data.error;
  return hint === undefined ? { kind, code, message } : { kind, code, message, hint };
}

function kindOf(status: number): CallProblemKind {
  if (status === 400 || status === 404) return "usage";
  if (status === 401 || status === 403) return "no-permission";
  if (status === 409 || status === 429 || status === 503) return "refused";
  return status === 500 ? "bug" : "failed";
}

function problemOfConnect(error: unknown, signal: AbortSignal): CallProblem {
  if (signal.aborted) return tooLate();
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "EACCES" || code === "EPERM") {
    return {
      kind: "no-permission",
      code: "agent/no-permission",
      message: "you may not talk to the agent",
      hint: "Only root and the agent's own user may; try with sudo.",
    };
  }
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTDIR") {
    return {
      kind: "not-running",
      code: "agent/not-running",
      message: "the agent is not running",
      hint: "Start it: `solosafe run`, or `systemctl start solosafe` where it is installed.",
    };
  }
  return cutOff();
}

function tooLate(): CallProblem {
  return { kind: "failed", code: "agent/no-answer", message: "the agent did not answer in time" };
}

function cutOff(): CallProblem {
  return {
    kind: "failed",
    code: "agent/cut-off",
    message: "the connection to the agent ended before the answer was complete",
    hint: "The agent may have been stopped; see `solosafe status`.",
  };
}
