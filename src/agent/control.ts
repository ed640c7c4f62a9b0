import type { IncomingMessage, Server, ServerResponse } from "node:http";
import * as z from "zod/mini";
import {
  type ParsedRequest,
  type ResponseOf,
  ROUTES,
  type RouteName,
  type StreamLine,
} from "../api/contract.ts";
import { HEARTBEAT_MS } from "../api/route.ts";
import { socketAddress } from "../api/socket-path.ts";
import type { Result } from "../base/result.ts";
import { type Clock, repeatOnGrid } from "../ports/clock.ts";
import { type Caller, type Identify, type Refusal, whyNot } from "./caller.ts";
import { describe, pathOf, readInput, refuse, send } from "./control-http.ts";

export type Handlers = {
  readonly [Name in Exclude<RouteName, "eventStream">]: (
    request: ParsedRequest<Name>,
    caller: Caller,
  ) => Promise<Result<ResponseOf<Name>, Refusal>>;
};

/** A request that was answered; `result` is `done`, or the code of the refusal. */
export interface Asked {
  readonly route: RouteName;
  readonly caller: Caller;
  readonly request: unknown;
  readonly result: string;
}

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
  readonly identify: Identify;
  /** The agent's group may not connect either. */
  readonly isOwnersAlone?: boolean;
  /** Told of everything that was asked for to change something, and what became of it. */
  readonly audit: (asked: Asked) => void;
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
 * Serves the contract on a unix socket. The socket file is readable and writable for the agent's
 * user and group only. Rejects when it cannot listen.
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
  const before = process.umask(parts.isOwnersAlone === true ? 0o177 : 0o117);
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
  const name = findRoute(request);
  if (name === null) {
    refuse(response, noSuchRoute(request));
    return;
  }
  try {
    const identified = await parts.identify(request, name);
    if (!identified.ok) {
      refuse(response, identified.problem);
      return;
    }
    await answerTo(parts, { name, caller: identified.value, request, response }, streams);
  } catch (error) {
    parts.onBug(error, name);
    refuse(response, BUG);
  }
}

interface Call {
  readonly name: RouteName;
  readonly caller: Caller;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answerTo(parts: ControlParts, call: Call, streams: StreamCount): Promise<void> {
  const { name, caller, request, response } = call;
  const audit = (asked: unknown, result: string): void => {
    if (ROUTES[name].method !== "GET") parts.audit({ route: name, caller, request: asked, result });
  };
  const refused = whyNot(caller, name, request);
  if (refused !== null) {
    audit({}, refused.code);
    refuse(response, refused);
    return;
  }
  const input = await readInput(request, ROUTES[name].bodyMax);
  if (!input.ok) {
    refuse(response, { status: 400, ...input.problem });
    return;
  }
  const parsed = z.safeParse(ROUTES[name].request, input.value);
  if (!parsed.success) {
    const message = describe(parsed.error);
    refuse(response, { status: 400, code: "request/not-valid", message });
    return;
  }
  if (name === "eventStream") {
    follow(parts, parsed.data as ParsedRequest<"eventStream">, { caller, response }, streams);
    return;
  }
  const result = await handle(parts, name, parsed.data, caller);
  audit(parsed.data, result.ok ? "done" : result.problem.code);
  if (result.ok) send(response, 200, result.value);
  else refuse(response, result.problem);
}

async function handle(
  parts: ControlParts,
  name: Exclude<RouteName, "eventStream">,
  request: unknown,
  caller: Caller,
): Promise<Result<unknown, Refusal>> {
  // The request was parsed with the schema of this very route.
  const handler = parts.handlers[name] as (
    request: unknown,
    caller: Caller,
  ) => Promise<Result<unknown, Refusal>>;
  return await handler(request, caller);
}

function findRoute(request: IncomingMessage): RouteName | null {
  const path = pathOf(request);
  for (const route of Object.values(ROUTES)) {
    if (route.method === request.method && route.path === path) return route.name as RouteName;
  }
  return null;
}

function noSuchRoute(request: IncomingMessage): Refusal {
  const message = `no route ${request.method} ${pathOf(request)}`;
  return { status: 404, code: "request/no-such-route", message };
}

function follow(
  parts: ControlParts,
  request: ParsedRequest<"eventStream">,
  { caller, response }: Pick<Call, "caller" | "response">,
  streams: StreamCount,
): void {
  if (!streams.begin()) {
    const message = `${STREAMS_MAX} streams are open already`;
    refuse(response, { status: 409, code: "request/too-many-streams", message });
    return;
  }
  response.writeHead(200, { "content-type": "application/x-ndjson", connection: "close" });
  const write = (line: StreamLine): void => {
    const isOver = caller.remote?.isOver() === true;
    if (isOver || response.writableLength > STREAM_BUFFER_MAX) response.destroy();
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

const BUG = {
  status: 500,
  code: "agent/bug",
  message: "the agent has a bug; its log says more",
} as const;
