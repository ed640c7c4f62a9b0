import { type ClientRequest, type IncomingMessage, request as ask } from "node:http";
import { CLIENT_HEADER, CSRF_HEADER } from "../api/contract-access.ts";
import { socketAddress } from "../api/socket-path.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { type Fault, fail, type Result, succeed } from "../base/result.ts";
import { Lane } from "./lane.ts";

/** One question to the agent, for a person or, without `client`, for this program itself. */
export interface Question {
  readonly method: "GET" | "POST";
  /** With its query. */
  readonly path: string;
  readonly body: Buffer | null;
  readonly authorization: string | null;
  readonly csrf: string | null;
  /** Address of who asks; null: this program. */
  readonly client: string | null;
  /** From the beginning of the wait for a free connection to the end of the answer. */
  readonly deadline: Millis;
  /** Who asked has gone. */
  readonly gone: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface LinkFault extends Fault {
  readonly status: 502 | 503 | 504;
}

/** `entry`: who is not signed in yet; `long`: who waits for the end of a command. */
export type LaneName = "call" | "entry" | "long" | "program";

/**
 * So many connections to the agent at a time, however many people and programs ask: its own limit is
 * never reached, and those who only knock take nothing from those who are in.
 */
const LANES: Readonly<Record<LaneName, readonly [number, number]>> = {
  call: [6, 64],
  entry: [2, 16],
  long: [4, 4],
  program: [1, 1],
};
const STREAMS_MAX = 12;
/** Longer than any answer of the contract is meant to be. */
const ANSWER_MAX = 16 * 1024 * 1024;
const LINE_MAX = 1024 * 1024;
/** Three heartbeats of the agent. */
const SILENCE_MAX: Millis = 30 * SECOND;

/** The way to the agent: its second unix socket, on which nobody is trusted for who connects. */
export class AgentLink {
  readonly #socket: string;
  readonly #lanes: Readonly<Record<LaneName, Lane>>;
  #streams = 0;

  constructor(socket: string) {
    this.#socket = socket;
    const lane = (name: LaneName): Lane => new Lane(...LANES[name]);
    this.#lanes = {
      call: lane("call"),
      entry: lane("entry"),
      long: lane("long"),
      program: lane("program"),
    };
  }

  /** The whole answer, read at the agent's pace and not at that of who asked. */
  async ask(lane: LaneName, question: Question): Promise<Result<Answer, LinkFault>> {
    const limit = AbortSignal.timeout(question.deadline);
    const signal = AbortSignal.any([limit, question.gone]);
    if (!(await this.#lanes[lane].enter(signal))) return fail(limit.aborted ? LATE : BUSY);
    try {
      const opened = await this.#open(question, signal);
      if (!opened.ok) return opened;
      const body = await readAll(opened.value);
      if (body === null) return fail(limit.aborted ? LATE : CUT_OFF);
      return succeed(answerOf(opened.value, body));
    } finally {
      this.#lanes[lane].leave();
    }
  }

  /**
   * Follows a stream of lines until `question.gone`, or until the agent goes, which is a fault. An
   * answer that is no stream, such as a refusal, is given back as it is. `deadline` is for its begin.
   */
  async follow(
    question: Question,
    onOpen: () => void,
    onLine: (line: string) => void,
  ): Promise<Result<Answer | null, LinkFault>> {
    if (this.#streams >= STREAMS_MAX) return fail(BUSY);
    this.#streams += 1;
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), question.deadline);
    try {
      const signal = AbortSignal.any([question.gone, silence.signal]);
      const opened = await this.#open(question, signal);
      if (!opened.ok) return opened;
      if (opened.value.statusCode !== 200) {
        const body = await readAll(opened.value);
        return body === null ? fail(CUT_OFF) : succeed(answerOf(opened.value, body));
      }
      clearTimeout(timer);
      onOpen();
      await readLines(opened.value, onLine);
      return question.gone.aborted ? succeed(null) : fail(DOWN);
    } finally {
      clearTimeout(timer);
      this.#streams -= 1;
    }
  }

  #open(question: Question, signal: AbortSignal): Promise<Result<IncomingMessage, LinkFault>> {
    return new Promise((resolve) => {
      const outgoing = this.#send(question, signal);
      if (outgoing === null) {
        resolve(fail(DOWN));
        return;
      }
      outgoing.on("response", (response) => resolve(succeed(response)));
      outgoing.on("error", (error) => resolve(fail(faultOf(error, signal))));
    });
  }

  /** Null: its folder is not there. */
  #send(question: Question, signal: AbortSignal): ClientRequest | null {
    let address: ReturnType<typeof socketAddress>;
    try {
      address = socketAddress(this.#socket);
    } catch {
      return null;
    }
    const { method, path, body } = question;
    const headers = headersOf(question);
    const outgoing = ask({ socketPath: address.path, method, path, headers, signal, agent: false });
    outgoing.on("socket", (connection) => {
      connection.once("connect", address.release);
      connection.once("error", address.release);
    });
    outgoing.end(body ?? undefined);
    return outgoing;
  }
}

function headersOf({ body, authorization, csrf, client }: Question): Record<string, string> {
  return {
    ...(body === null
      ? {}
      : { "content-type": "application/json", "content-length": String(body.length) }),
    ...(authorization === null ? {} : { authorization }),
    ...(csrf === null ? {} : { [CSRF_HEADER]: csrf }),
    ...(client === null ? {} : { [CLIENT_HEADER]: client }),
  };
}

function answerOf(response: IncomingMessage, body: Buffer): Answer {
  const contentType = response.headers["content-type"] ?? "application/json";
  return { status: response.statusCode ?? 502, contentType, body };
}

/** Null when it was cut off or grew too long. */
function readAll(response: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > ANSWER_MAX) response.destroy();
    });
    response.on("end", () => resolve(response.complete ? Buffer.concat(chunks) : null));
    response.on("error", () => resolve(null));
    response.on("close", () => resolve(null));
  });
}

/** Ends when the stream ends, however it does, or is silent for too long. */
function readLines(response: IncomingMessage, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const silence = setTimeout(() => response.destroy(), SILENCE_MAX);
    let rest = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      silence.refresh();
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
      if (rest.length > LINE_MAX) response.destroy();
    });
    response.on("error", () => {});
    response.on("close", () => {
      clearTimeout(silence);
      resolve();
    });
  });
}

function faultOf(error: Error, signal: AbortSignal): LinkFault {
  if (signal.aborted) return LATE;
  const code = "code" in error ? String(error.code) : "";
  if (code === "EACCES" || code === "EPERM") return FORBIDDEN;
  return ["ENOENT", "ECONNREFUSED", "ENOTDIR"].includes(code) ? DOWN : CUT_OFF;
}

const DOWN: LinkFault = {
  status: 503,
  code: "agent/not-running",
  message: "the agent is not running",
  hint: "On the server, `solosafe status` and `systemctl status solosafe-agent` say more.",
};
const FORBIDDEN: LinkFault = {
  status: 503,
  code: "agent/no-permission",
  message: "the web program may not talk to the agent",
  hint: "It has to run as the user for whom the agent opens its socket; see its unit.",
};
const BUSY: LinkFault = {
  status: 503,
  code: "web/busy",
  message: "too many ask at the same time; try again in a second",
};
const LATE: LinkFault = {
  status: 504,
  code: "agent/no-answer",
  message: "the agent did not answer in time",
};
const CUT_OFF: LinkFault = {
  status: 502,
  code: "agent/cut-off",
  message: "the connection to the agent ended before the answer was complete",
};
