import type { IncomingMessage, ServerResponse } from "node:http";
import type * as z from "zod/mini";
import type { Result } from "../base/result.ts";
import type { Refusal } from "./caller.ts";

export function pathOf(request: IncomingMessage): string {
  return urlOf(request).pathname;
}

/** What cannot be read is a path that nobody has. */
function urlOf({ url = "/" }: IncomingMessage): URL {
  return URL.parse(url, "http://agent") ?? new URL("http://agent/");
}

/** What came with a request, not yet compared with its schema. */
export async function readInput(
  request: IncomingMessage,
  bodyMax: number,
): Promise<Result<unknown>> {
  if (request.method === "GET") {
    return { ok: true, value: Object.fromEntries(urlOf(request).searchParams) };
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

/** As Prometheus' exposition formats want it. */
const PLAIN_TEXT = "text/plain; version=0.0.4; charset=utf-8";

/** Answers, unless somebody already did or nobody listens any more. */
export function send(response: ServerResponse, status: number, body: unknown): void {
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

/** Says why not. */
export function refuse(response: ServerResponse, refusal: Refusal | Bug): void {
  const { status, code, message, hint, retryAfterMs } = refusal;
  if (retryAfterMs !== undefined && !response.headersSent) {
    response.setHeader("retry-after", Math.ceil(retryAfterMs / 1000));
  }
  const more = {
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  send(response, status, { error: { code, message, ...more } });
}

interface Bug extends Omit<Refusal, "status"> {
  readonly status: 500;
}

/** The first things that are wrong with a request. */
export function describe(error: z.core.$ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".") || "request"}: ${issue.message}`)
    .join("; ");
}
