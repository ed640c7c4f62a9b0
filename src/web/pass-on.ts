import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ROUTES } from "../api/contract.ts";
import { ACCESS_ROUTES, CSRF_HEADER } from "../api/contract-access.ts";
import type { Needed, Reach } from "../api/route.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import type { Fault } from "../base/result.ts";
import type { AgentLink, Answer, LaneName, Question } from "./agent-link.ts";
import { type Credentials, credentialsOf, type Reached, sessionCookie } from "./credentials.ts";
import type { Pace } from "./pace.ts";
import { clientOf } from "./doors.ts";
import { replyFault } from "./reply-fault.ts";
import { foreignOrigin } from "./same-origin.ts";
import { passStreamOn } from "./event-stream.ts";

/** What of an entry of the contract matters here. */
export interface PassedRoute {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly role: Needed;
  readonly reach: Reach;
  readonly isStream: boolean;
  readonly bodyMax: number;
}

/** Everything that a person or a script may ask for. */
export const PASSED: readonly PassedRoute[] = Object.values({ ...ROUTES, ...ACCESS_ROUTES }).filter(
  ({ reach }) => reach === "everywhere",
);

const DEADLINE: Millis = 15 * SECOND;
/** Who waits for longer asks again: a connection that is silent for minutes is cut somewhere. */
const WAIT_MAX: Millis = 60 * SECOND;

export interface PassParts {
  readonly link: AgentLink;
  readonly pace: Pace;
}

/** Passes every route of the contract on to the agent, which alone knows who may do what. */
export function passOn(app: FastifyInstance, parts: PassParts): void {
  for (const route of PASSED) {
    app.route({
      method: route.method,
      url: route.path,
      bodyLimit: route.bodyMax,
      handler: async (request, reply) => await pass(route, parts, request, reply),
    });
  }
}

async function pass(
  route: PassedRoute,
  parts: PassParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const question = admit(route, parts, request, reply);
  if (question === null) return reply;
  if (route.isStream) {
    await passStreamOn(parts.link, question, request, reply);
    if (reply.statusCode === 401) parts.pace.refused(question.client ?? "", performance.now());
    return reply;
  }
  const answer = await ask(route, parts, question, request, reply);
  return answer === null ? reply : give(route, answer, reachedBy(request), reply);
}

/**
 * For what this program answers itself: the agent says whether somebody is signed in. Null: yes;
 * otherwise the reply, which was sent.
 */
export async function refuseStranger(
  parts: PassParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | null> {
  const route = ACCESS_ROUTES.whoAmI;
  const question = admit(route, parts, request, reply);
  if (question === null) return reply;
  const answer = await ask(route, parts, question, request, reply);
  if (answer === null) return reply;
  return answer.status === 200 ? null : give(route, answer, reachedBy(request), reply);
}

/** The question to the agent; null when there is none to be asked, and the reply was sent. */
function admit(
  route: PassedRoute,
  { pace }: PassParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Question | null {
  const reached = reachedBy(request);
  const foreign = route.method === "GET" ? null : foreignOrigin(request.headers, reached.isSecure);
  if (foreign !== null) {
    replyFault(reply, 403, foreign);
    return null;
  }
  const credentials = credentialsOf(request.headers, reached);
  const isStranger = credentials.ok && credentials.value.authorization === null;
  if (!credentials.ok || (isStranger && route.role !== "anyone")) {
    notSignedIn(reply, request, credentials.ok ? NOT_SIGNED_IN : credentials.problem);
    return null;
  }
  const wait = pace.waitOf(clientOf(request.raw.socket), performance.now());
  if (wait > 0) {
    const message = "too many wrong credentials came from this address";
    const error = { code: "web/too-many-refusals", message, retryAfterMs: Math.ceil(wait) };
    reply.header("retry-after", Math.ceil(wait / SECOND));
    reply.code(429).send({ error });
    return null;
  }
  return questionOf(route, request, reply, credentials.value);
}

const NOT_SIGNED_IN: Fault = { code: "access/not-signed-in", message: "sign in first" };

/** The agent's answer; null when there is none, and the reply was sent. */
async function ask(
  route: PassedRoute,
  { link, pace }: PassParts,
  question: Question,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Answer | null> {
  const answer = await link.ask(laneOf(route, question), question);
  if (!answer.ok) {
    replyFault(reply, answer.problem.status, answer.problem);
    return null;
  }
  if (answer.value.status === 401) {
    pace.refused(question.client ?? "", performance.now());
    if (request.headers.authorization === undefined) forget(reply, reachedBy(request));
  }
  return answer.value;
}

/** Plain HTTP is served on loopback only, so what is encrypted is all that need be known. */
export function reachedBy({ raw }: FastifyRequest): Reached {
  return { isSecure: "encrypted" in raw.socket, port: raw.socket.localPort ?? 0 };
}

function questionOf(
  route: PassedRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  credentials: Credentials,
): Question {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const body = route.method === "GET" ? null : bodyOf(request);
  const waitMs = waitOf(request, body);
  const csrf = request.headers[CSRF_HEADER];
  return {
    method: route.method,
    path: route.path + queryOf(request.raw.url ?? ""),
    body,
    // Nobody's word but his own lets somebody in.
    authorization: route.role === "anyone" ? null : credentials.authorization,
    csrf: typeof csrf === "string" ? csrf : null,
    client: clientOf(request.raw.socket),
    deadline: DEADLINE + Math.min(waitMs, WAIT_MAX),
    gone: gone.signal,
  };
}

function queryOf(url: string): string {
  const at = url.indexOf("?");
  return at < 0 ? "" : url.slice(at);
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) && request.body.length > 0
    ? request.body
    : Buffer.from("{}");
}

/** What a request says of `waitMs`; 0 when it says nothing that can be understood. */
function waitOf(request: FastifyRequest, body: Buffer | null): Millis {
  try {
    const given: unknown = body === null ? request.query : JSON.parse(body.toString());
    if (typeof given !== "object" || given === null || !("waitMs" in given)) return 0;
    const wait = Number(given.waitMs);
    return Number.isFinite(wait) && wait > 0 ? wait : 0;
  } catch {
    // The agent says what is wrong with it.
    return 0;
  }
}

function laneOf(route: PassedRoute, question: Question): LaneName {
  if (route.role === "anyone") return "entry";
  return question.deadline > DEADLINE ? "long" : "call";
}

function notSignedIn(reply: FastifyReply, request: FastifyRequest, fault: Fault): FastifyReply {
  // A challenge makes a browser ask for a password in a window of its own, over our page.
  const isTool = request.headers["sec-fetch-mode"] === undefined;
  if (isTool) reply.header("www-authenticate", 'Basic realm="SoloSafe", charset="UTF-8"');
  return replyFault(reply, 401, fault);
}

function forget(reply: FastifyReply, reached: Reached): void {
  reply.header("set-cookie", sessionCookie(null, reached));
}

/** Sends the agent's answer; of a session that began the secret stays in the cookie. */
function give(
  route: PassedRoute,
  { status, contentType, body }: Answer,
  reached: Reached,
  reply: FastifyReply,
): FastifyReply {
  reply.code(status).header("cache-control", "no-store");
  if (route.name === "sessionEnd") forget(reply, reached);
  const isBegin = route.name === "sessionBegin" || route.name === "sessionByCode";
  if (!isBegin || status !== 200) return reply.type(contentType).send(body);
  const begun = JSON.parse(body.toString()) as Record<string, unknown>;
  reply.header("set-cookie", sessionCookie(String(begun["secret"]), reached));
  return reply.send({ ...begun, secret: "" });
}
