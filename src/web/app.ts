import { type IncomingMessage, STATUS_CODES, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import { BODY_MAX } from "../api/route.ts";
import { type Millis, MINUTE, SECOND } from "../base/duration.ts";
import { openApi } from "./open-api.ts";
import { isFromHere } from "./doors.ts";
import { type PageFile, type PageFiles, packedFor } from "./page-files.ts";
import { type PassParts, passOn, refuseStranger } from "./pass-on.ts";
import { replyFault } from "./reply-fault.ts";
import { isOurHost, isPassedOn } from "./same-origin.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

export interface AppParts extends PassParts {
  readonly version: string;
  readonly page: PageFiles;
  /** Names that this server may be called by, besides its addresses. */
  readonly names: () => ReadonlySet<string>;
  /** What may be told to everybody. */
  readonly health: () => object;
  /** How the servers of the list are, for who is signed in. */
  readonly farServers: () => object;
}

const HEADERS_LIMIT: Millis = 10 * SECOND;
/** A configuration of 4 MiB over a slow line. */
const REQUEST_LIMIT: Millis = MINUTE;
const LOOK_FOR_SLOW_EVERY: Millis = 2 * SECOND;
const HEADERS_MAX = 16 * 1024;
/** The agent takes 8 KiB with all headers. */
const ADDRESS_MAX = 4096;

/** Limits of a server that speaks HTTP, encrypted or not. */
export const SERVER_LIMITS = {
  headersTimeout: HEADERS_LIMIT,
  requestTimeout: REQUEST_LIMIT,
  connectionsCheckingInterval: LOOK_FOR_SLOW_EVERY,
  keepAliveTimeout: 5 * SECOND,
  maxHeaderSize: HEADERS_MAX,
} as const;

/** Everything that is answered; it does not listen. */
export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_MAX,
    exposeHeadRoutes: false,
    trustProxy: false,
    requestTimeout: REQUEST_LIMIT,
    keepAliveTimeout: SERVER_LIMITS.keepAliveTimeout,
    http: SERVER_LIMITS,
    clientErrorHandler: refuseNonsense,
    // An address that cannot be read reaches no hook.
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      refuse(reply.headers(SECURITY_HEADERS), error);
    },
  });
  app.removeAllContentTypeParsers();
  // The agent reads and judges it; here it only must not be longer than the route takes.
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!isOurHost(request.headers.host, parts.names())) {
      const message = "this server is not called that here";
      const hint = "Use its address, its host name, or a name of its certificate.";
      return replyFault(reply, 421, { code: "web/other-host", message, hint });
    }
    if (isFromHere(request.raw.socket) && isPassedOn(request.headers)) {
      const message = "this came through a proxy, and then nobody can tell who is on this server";
      const hint = "Do not put the page behind a proxy; it serves HTTPS by itself.";
      return replyFault(reply, 421, { code: "web/behind-proxy", message, hint });
    }
    if ((request.raw.url ?? "").length > ADDRESS_MAX) {
      return replyFault(reply, 414, { code: "web/address-too-long", message: "too long" });
    }
    return undefined;
  });
  app.setErrorHandler<FastifyError>((error, _request, reply) => refuse(reply, error));
  app.setNotFoundHandler((request, reply) => {
    const message = `there is no ${request.method} ${request.raw.url?.split("?")[0]}`;
    return replyFault(reply, 404, { code: "request/no-such-route", message });
  });
  passOn(app, parts);
  serveOwn(app, parts);
  await app.ready();
  return app;
}

/** What this program answers by itself. */
function serveOwn(app: FastifyInstance, parts: AppParts): void {
  for (const [path, file] of parts.page) {
    app.route({
      method: ["GET", "HEAD"],
      url: path,
      handler: async (request, reply) => {
        const { "if-none-match": known, "accept-encoding": accepted } = request.headers;
        return giveFile(reply, file, known ?? "", String(accepted ?? ""));
      },
    });
  }
  app.get("/health", async (_request, reply) => {
    return await reply.header("cache-control", "no-store").send(parts.health());
  });
  app.get("/servers", async (request, reply) => {
    const refused = await refuseStranger(parts, request, reply);
    return refused ?? (await reply.header("cache-control", "no-store").send(parts.farServers()));
  });
  let document: string | null = null;
  app.get("/openapi.json", async (_request, reply) => {
    document ??= JSON.stringify(openApi(parts.version));
    return await reply.type("application/json").send(document);
  });
}

function giveFile(
  reply: FastifyReply,
  file: PageFile,
  known: string,
  accepted: string,
): FastifyReply {
  reply.header("etag", file.etag).header("vary", "accept-encoding");
  // Asked for each time, and answered with "the same": a new version is seen at once.
  reply.header("cache-control", "no-cache");
  if (known.split(/\s*,\s*/).some((one) => one.replace(/^W\//, "") === file.etag)) {
    return reply.code(304).send();
  }
  const { body, encoding } = packedFor(file, accepted);
  if (encoding !== null) reply.header("content-encoding", encoding);
  return reply.type(file.type).send(body);
}

const FAULTS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "the body is too long for this route",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "the body must be application/json",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "the body is not as long as was said",
  FST_ERR_CTP_EMPTY_JSON_BODY: "the body is empty",
};

function refuse(reply: FastifyReply, error: FastifyError): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    process.stderr.write(`web: a bug: ${error.stack ?? error.message}\n`);
    const message = "the web program has a bug; its log says more";
    return replyFault(reply, 500, { code: "web/bug", message });
  }
  const message = FAULTS[error.code] ?? "this cannot be understood";
  return replyFault(reply, status, { code: "request/not-understood", message });
}

/** What is no HTTP, too long, or too slow. */
export function refuseNonsense(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const statuses: Readonly<Record<string, number>> = {
    HPE_HEADER_OVERFLOW: 431,
    ERR_HTTP_REQUEST_TIMEOUT: 408,
  };
  const status = statuses[error.code ?? ""] ?? 400;
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
  socket.end(head, () => socket.destroy());
}

/** Sends who came without encryption from elsewhere to HTTPS; nothing else is said there. */
export function sendToHttps(
  request: IncomingMessage,
  response: ServerResponse,
  names: ReadonlySet<string>,
): void {
  const { host } = request.headers;
  const isReading = request.method === "GET" || request.method === "HEAD";
  const isPath = (request.url ?? "").startsWith("/");
  const isFit = isReading && isPath && isOurHost(host, names);
  const location = isFit ? { location: `https://${host}${request.url}` } : {};
  response.writeHead(isFit ? 308 : 400, { ...location, connection: "close", "content-length": 0 });
  response.end();
}
