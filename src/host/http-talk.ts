import type { ClientRequest, IncomingMessage } from "node:http";
import { type Fault, fail, type Result, succeed } from "../base/result.ts";
import type { HttpRequest, HttpResponse } from "../ports/host.ts";

/**
 * One request on a connection of its own. Reads at most `maxBytes` of the body, follows nothing, and
 * is given up when `signal` says so. A fault's code is the system's (`ECONNREFUSED`) or `aborted`.
 */
export function talkHttp(
  request: HttpRequest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Result<HttpResponse>> {
  const { promise, resolve } = Promise.withResolvers<Result<HttpResponse>>();
  if (signal.aborted) return Promise.resolve(fail(ABORTED));
  let sent: ClientRequest;
  try {
    sent = open(request, signal);
  } catch (error) {
    // An address or header that Node refuses: the configuration let it through.
    return Promise.resolve(fail(faultOf(error, request.url)));
  }
  sent.on("response", (response) => {
    readBody(response, maxBytes, (body, isCut) => {
      const status = response.statusCode ?? 0;
      resolve(succeed({ status, headers: flatten(response), body, isCut }));
      sent.destroy();
    });
    response.on("error", (error) => resolve(fail(faultOf(error, request.url))));
  });
  sent.on("error", (error) => {
    resolve(fail(signal.aborted ? ABORTED : faultOf(error, request.url)));
  });
  sent.end(request.body ?? undefined);
  return promise;
}

const ABORTED: Fault = { code: "aborted", message: "there was no answer in time" };

function open(request: HttpRequest, signal: AbortSignal): ClientRequest {
  const { method, headers } = request;
  // A kept connection would say nothing about whether a new client is served.
  const options = { method, headers: { connection: "close", ...headers }, agent: false, signal };
  if (!request.url.startsWith("https:")) {
    return process.getBuiltinModule("node:http").request(request.url, options);
  }
  // Loaded with the first https address: it costs 8 MiB.
  const https = process.getBuiltinModule("node:https");
  return https.request(request.url, { ...options, rejectUnauthorized: request.verifyTls });
}

function readBody(
  response: IncomingMessage,
  maxBytes: number,
  done: (body: string, isCut: boolean) => void,
): void {
  const parts: Buffer[] = [];
  let size = 0;
  const finish = (isCut: boolean): void => {
    response.removeAllListeners("data");
    done(Buffer.concat(parts).subarray(0, maxBytes).toString("utf8"), isCut);
  };
  response.on("data", (chunk: Buffer) => {
    parts.push(chunk);
    size += chunk.length;
    if (size > maxBytes) finish(true);
  });
  response.on("end", () => finish(false));
}

function flatten(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

/** The system's code and a sentence; several addresses of one name fail as one. */
export function faultOf(error: unknown, place: string): Fault {
  const first: unknown =
    error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
  if (!(first instanceof Error)) return { code: "fault", message: String(first) };
  const code: unknown = Reflect.get(first, "code");
  const message = first.message === "" ? "it failed without a reason" : first.message;
  return { code: typeof code === "string" ? code : "fault", message: `${place}: ${message}` };
}
