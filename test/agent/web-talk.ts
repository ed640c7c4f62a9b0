import { request } from "node:http";
import { join } from "node:path";
import { type Paths, WEB_SOCKET } from "../../src/base/paths.ts";

/** What the agent answers on the socket of the web program. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // What is in it depends on the route; a wrong guess fails the test that made it.
  readonly body: Record<string, never> & { readonly error?: { readonly code: string } };
}

export interface WebAsk {
  /** Null: the header is left out, as the web program does for itself. */
  readonly client?: string | null;
  readonly secret?: string;
  readonly csrf?: string;
  readonly authorization?: string;
  readonly body?: unknown;
}

export const OUTSIDE = "192.0.2.7";

/** Asks as the web program does. */
export function askWeb(
  paths: Pick<Paths, "run">,
  method: "GET" | "POST",
  path: string,
  ask: WebAsk = {},
): Promise<WebAnswer> {
  const { client = "127.0.0.1", secret, csrf, body } = ask;
  const authorization = ask.authorization ?? (secret === undefined ? null : `Bearer ${secret}`);
  const headers = {
    ...(client === null ? {} : { "x-solosafe-client": client }),
    ...(authorization === null ? {} : { authorization }),
    ...(csrf === undefined ? {} : { "x-solosafe-csrf": csrf }),
  };
  return askRaw(join(paths.run, WEB_SOCKET), method, path, headers, toText(body));
}

function toText(body: unknown): string {
  if (body === undefined) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Asks with whatever headers. */
export function askRaw(
  socketPath: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string | string[]>>,
  body: string,
): Promise<WebAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        const isJson = response.headers["content-type"] === "application/json";
        resolve({ status, headers: response.headers, body: isJson ? JSON.parse(text) : { text } });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export interface SignedIn {
  readonly secret: string;
  readonly csrf: string;
}

/** Signs in from this server; the answer must be that it worked. */
export async function signIn(
  paths: Pick<Paths, "run">,
  user: string,
  password: string,
): Promise<SignedIn> {
  const { status, body } = await askWeb(paths, "POST", "/v1/session/begin", {
    body: { user, password },
  });
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  const { secret, who } = body as unknown as { secret: string; who: { csrf: string } };
  return { secret, csrf: who.csrf };
}
