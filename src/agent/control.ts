import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import * as z from "zod/mini";
import {
  type ParsedRequest,
  type ResponseOf,
  ROUTES,
  type RouteName,
  type StreamLine,
} from "../api/contract.ts";
import { HEARTBEAT_MS, hasRight, type Role } from "../api/route.ts";
import { socketAddress } from "../api/socket-path.ts";
import type { Fault, Result } from "../base/result.ts";
import { type Clock, repeatOnGrid } from "../ports/clock.ts";

/** Who asks, and what they may. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

export interface Refusal extends Fault {
  /** 404: no such thing; 409: not now, or not at all; 400: not understood; 507: a disk or a program failed. */
  readonly status: 400 | 404 | 409 | 507;
}

export type Handlers = {
  readonly [Name in Exclude<RouteName, "eventStream">]: (
    request: ParsedRequest<Name>,
    caller: Caller,
  ) => Promise<Result<ResponseOf<Name>, Refusal>>;
};

export interface ControlParts {
  readonly socket: string;
  readonly handlers: Handlers;
  /** Sends what a stream carries until `stop` is called. */
  readonly follow: (
    request: ParsedRequest<"eventStream">,
    send: (line: StreamLine) => void,
  ) => { readonly stop: () => void };
  readonly lastEvent: () => number;
  readonly clock: Pick<Clock, "now" | "at">;
  /** Null when nobody may be assumed: the connection is refused. */
  readonly identify: (socket: Socket) => Caller | null;
  /** A handler broke: a bug of ours. */
  readonly onBug: (error: unknown, route: string) => void;
}

export interface Control {
  /** No new connections; ends those that wait, after what was answered has been sent. */
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 64;
const STREAMS_MAX = 16;
/** A reader that is so far behind is dropped: it asks again with the last `seq` it has. */
const STREAM_BUFFER_MAX = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 5000;
const CLOSE_GRACE_MS = 300;

/**
 * Serves the contract on the unix socket. The socket file is readable and writable for the agent's
 * user and group only; who connects is told by the kernel. Rejects when it cannot listen.
 */
export async function serveControl(parts: ControlParts): Promise<Control> {
  const http = process.getBuiltinModule("node:http");
  const fs = process.getBuiltinModule("node:fs");
  let streams = 0;
  const server = http.createServer(
    { maxHeaderSize: 8192, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 10_000 },
    (request, response) => {
      void answer(parts, request, response, {
        begin: () => {
          if (streams >= STREAMS_MAX) return false;
          streams += 1;
          return true;
        },
        end: () => {
          streams -= 1;
        },
      });
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.keepAliveTimeout = 1000;
  // The folder is ours alone (its lock is held), so a socket that is there is a dead agent's.
  fs.rmSync(parts.socket, { force: true });
  const address = socketAddress(parts.socket);
  const before = process.umask(0o117);
  try {
    await listen(server, address.path);
  } finally {
    process.umask(before);
  }
  return {
    close: async () => {
      await close(server);
      // Node takes the socket file away by this address when it closes.
      address.release();
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, 64, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}

interface StreamCount {
  readonly begin: () => boolean;
  readonly end: () => void;
}

async function answer(
  parts: ControlParts,
  request: IncomingMessage,
  response: ServerResponse,
  streams: StreamCount,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://agent");
  const name = findRoute(request.method ?? "", url.pathname);
  try {
    if (name === null) {
      refuse(response, 404, "request/no-such-route", `no route ${request.method} ${url.pathname}`);
      return;
    }
    const caller = parts.identify(request.socket);
    if (caller === null || !hasRight(caller.role, ROUTES[name].role)) {
      refuse(response, 403, "request/no-permission", "you may not do this");
      return;
    }
    const input = await readInput(request, url, ROUTES[name].bodyMax);
    if (!input.ok) {
      refuse(response, 400, input.problem.code, input.problem.message);
      return;
    }
    const parsed = z.safeParse(ROUTES[name].request, input.value);
    if (!parsed.success) {
      refuse(response, 400, "request/not-valid", describe(parsed.error));
      return;
    }
    if (name === "eventStream")
      follow(parts, parsed.data as ParsedRequest<"eventStream">, response, streams);
    else await handle(parts, name, parsed.data, caller, response);
  } catch (error) {
    parts.onBug(error, name ?? url.pathname);
    refuse(response, 500, "agent/bug", "the agent has a bug; its log says more");
  }
}

async function handle(
  parts: ControlParts,
  name: Exclude<RouteName, "eventStream">,
  request: unknown,
  caller: Caller,
  response: ServerResponse,
): Promise<void> {
  // The request was parsed with the schema of this very route.
  const handler = parts.handlers[name] as (
    request: unknown,
    caller: Caller,
  ) => Promise<Result<unknown, Refusal>>;
  const result = await handler(request, caller);
  if (result.ok) {
    send(response, 200, result.value);
    return;
  }
  const { status, code, message, hint } = result.problem;
  refuse(response, status, code, message, hint);
}

function findRoute(method: string, path: string): RouteName | null {
  for (const route of Object.values(ROUTES)) {
    if (route.method === method && route.path === path) return route.name as RouteName;
  }
  return null;
}

async function readInput(
  request: IncomingMessage,
  url: URL,
  bodyMax: number,
): Promise<Result<unknown>> {
  if (request.method === "GET") {
    return { ok: true, value: Object.fromEntries(url.searchParams) };
  }
  const body = await readBody(request, bodyMax);
  if (body === null) {
    const message = `the request's body is longer than ${bodyMax} bytes, or was cut off`;
    return { ok: false, problem: { code: "request/body", message } };
  }
  try {
    return { ok: true, value: JSON.parse(body === "" ? "{}" : body) };
  } catch {
    return { ok: false, problem: { code: "request/not-json", message: "the body is not JSON" } };
  }
}

/** Null when it is too long or did not come whole. */
function readBody(request: IncomingMessage, bodyMax: number): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyMax) resolve(null);
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
    request.on("close", () => resolve(null));
    request.on("error", () => resolve(null));
  });
}

function follow(
  parts: ControlParts,
  request: ParsedRequest<"eventStream">,
  response: ServerResponse,
  streams: StreamCount,
): void {
  if (!streams.begin()) {
    refuse(response, 409, "request/too-many-streams", `${STREAMS_MAX} streams are open already`);
    return;
  }
  response.writeHead(200, { "content-type": "application/x-ndjson", connection: "close" });
  const write = (line: StreamLine): void => {
    if (response.writableLength > STREAM_BUFFER_MAX) response.destroy();
    else response.write(`${JSON.stringify(line)}\n`);
  };
  const beat = (): void => write({ type: "heartbeat", lastEvent: parts.lastEvent() });
  // At once, too: the reader knows that it is connected.
  beat();
  const beating = repeatOnGrid(parts.clock, HEARTBEAT_MS, beat);
  const following = parts.follow(request, write);
  response.on("close", () => {
    beating.cancel();
    following.stop();
    streams.end();
  });
}

/** As Prometheus' exposition formats want it. */
const PLAIN_TEXT = "text/plain; version=0.0.4; charset=utf-8";

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  // Only a route of plain text answers with a text.
  const isPlain = typeof body === "string";
  const text = isPlain ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": isPlain ? PLAIN_TEXT : "application/json",
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  response.end(text);
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  hint?: string,
): void {
  send(response, status, { error: { code, message, ...(hint === undefined ? {} : { hint }) } });
}

function describe(error: z.core.$ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".") || "request"}: ${issue.message}`)
    .join("; ");
}
