import type { FastifyReply, FastifyRequest } from "fastify";
import { type Millis, SECOND } from "../base/duration.ts";
import type { AgentLink, Question } from "./agent-link.ts";
import { replyFault } from "./reply-fault.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** A reader that is so far behind is dropped; it asks again with the last number it has. */
const BEHIND_MAX = 1024 * 1024;
/** How often the agent is looked for while it is away. */
const LOOK_EVERY: Millis = 2 * SECOND;
/** What a browser waits before it connects again by itself. */
const RETRY: Millis = 3 * SECOND;

/**
 * The stream of events: as the agent's lines for a script, as server-sent events for a browser
 * (`accept: text/event-stream`). Each of these is a line of the contract's stream with the event's
 * number as its id, so a browser that was cut off goes on where it was (`last-event-id`). The stream
 * stays while the agent is away: `{"type":"agent","isUp":false}` says so, `"isUp":true` that it is
 * back, and `{"type":"signed-out"}` that the session is over, which ends it.
 */
export async function passStreamOn(
  link: AgentLink,
  question: Question,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const isForBrowser = (request.headers.accept ?? "").includes("text/event-stream");
  const stream = new Stream(reply, isForBrowser);
  if (isForBrowser) stream.lastSeq = beginOf(request);
  for (;;) {
    const ended = await link.follow(
      isForBrowser ? after(question, stream.lastSeq) : question,
      () => stream.open(),
      (line) => stream.line(line),
    );
    if (question.gone.aborted) break;
    if (!stream.isOpen) {
      if (!ended.ok) return replyFault(reply, ended.problem.status, ended.problem);
      if (ended.value === null) break;
      const { status, contentType, body } = ended.value;
      return reply.code(status).type(contentType).send(body);
    }
    if (!isForBrowser) break;
    if (ended.ok && ended.value !== null && [401, 403].includes(ended.value.status)) {
      stream.say({ type: "signed-out" });
      break;
    }
    stream.away();
    await pause(LOOK_EVERY, question.gone);
    if (question.gone.aborted) break;
  }
  stream.end();
  return reply;
}

/** Where a browser goes on from: what it was sent last, else what the page has seen. */
function beginOf(request: FastifyRequest): number | null {
  const { after: asked } = request.query as Record<string, unknown>;
  const given = request.headers["last-event-id"] ?? asked;
  return typeof given === "string" && /^\d{1,15}$/.test(given) ? Number(given) : null;
}

function after(question: Question, seq: number | null): Question {
  const path = question.path.split("?")[0] ?? question.path;
  return { ...question, path: seq === null ? path : `${path}?after=${seq}` };
}

/** What is written to the one who follows. */
class Stream {
  readonly #reply: FastifyReply;
  readonly #isForBrowser: boolean;
  #isOpen = false;
  #isAway = false;
  /** The number of the last event that was sent; null: none yet. */
  lastSeq: number | null = null;

  constructor(reply: FastifyReply, isForBrowser: boolean) {
    this.#reply = reply;
    this.#isForBrowser = isForBrowser;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    if (this.#isOpen) {
      this.#isAway = false;
      this.say({ type: "agent", isUp: true });
      return;
    }
    this.#isOpen = true;
    this.#reply.hijack();
    this.#reply.raw.writeHead(200, {
      ...SECURITY_HEADERS,
      "content-type": this.#isForBrowser ? "text/event-stream" : "application/x-ndjson",
      "cache-control": "no-store",
      // A proxy in front must not gather what is to be seen at once.
      "x-accel-buffering": "no",
      connection: "close",
    });
    if (this.#isForBrowser) this.#write(`retry: ${RETRY}\n\n`);
  }

  /** One line of the agent's stream. */
  line(line: string): void {
    if (!this.#isForBrowser) {
      this.#write(`${line}\n`);
      return;
    }
    const seq = this.#numberOf(line);
    if (seq !== null) this.lastSeq = seq;
    this.#write(`${seq === null ? "" : `id: ${seq}\n`}data: ${line}\n\n`);
  }

  away(): void {
    if (!this.#isAway) this.say({ type: "agent", isUp: false });
    // A sign of life of this program, also while it looks for the agent.
    else this.#write(": looking for the agent\n\n");
    this.#isAway = true;
  }

  say(what: object): void {
    this.#write(`data: ${JSON.stringify(what)}\n\n`);
  }

  end(): void {
    if (this.#isOpen) this.#reply.raw.end();
  }

  /**
   * Where to go on from after this line. The first heartbeat says where a stream without a past
   * begins; later ones may run ahead of events that are still to come.
   */
  #numberOf(line: string): number | null {
    try {
      const parsed = JSON.parse(line) as {
        type?: unknown;
        event?: { seq?: unknown };
        lastEvent?: unknown;
      };
      if (parsed.type === "event") return wholeNumber(parsed.event?.seq);
      const isFirst = parsed.type === "heartbeat" && this.lastSeq === null;
      return isFirst ? wholeNumber(parsed.lastEvent) : null;
    } catch {
      return null;
    }
  }

  #write(text: string): void {
    const { raw } = this.#reply;
    if (raw.destroyed || raw.writableEnded) return;
    if (raw.writableLength > BEHIND_MAX) raw.destroy();
    else raw.write(text);
  }
}

function wholeNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Ends early when `signal` is aborted. */
function pause(time: Millis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, time);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
