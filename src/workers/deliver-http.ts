import { createHmac } from "node:crypto";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { SecureContext } from "node:tls";
import type { Delivered, HttpDispatch } from "../base/destination.ts";
import { formatDuration, type Millis, SECOND } from "../base/duration.ts";
import { faultOf } from "../host/http-talk.ts";
import { TlsStore } from "../host/tls-store.ts";
import { oneLine } from "./one-line.ts";
import { withoutSecrets } from "./read-secret.ts";
import { trustWords } from "./trust-words.ts";

/** A certificate is asked for with nothing older. */
const LEAST_TLS = "TLSv1.2" as const;
const ANSWER_BYTES = 4096;
const SIGNATURE = "x-solosafe-signature";
/** These say that what was sent is not understood: it will not be, another time. */
const FINAL: ReadonlySet<number> = new Set([400, 413, 415, 422]);

type Fault = NonNullable<Delivered>;

const store = new TlsStore();

/**
 * One request on a connection of its own, within `timeoutMs`; redirections are not followed, because
 * they would carry what is told, and the signature, to somebody else.
 */
export async function deliverHttp(dispatch: HttpDispatch, timeoutMs: Millis): Promise<Delivered> {
  const url = new URL(dispatch.url);
  const isSafe = url.protocol === "https:";
  let secureContext: SecureContext | undefined;
  if (isSafe && dispatch.isVerified) {
    const context = await store.context(dispatch.ca, LEAST_TLS);
    if (!context.ok) {
      return fault("tls", context.problem.message, "Name a file of them with `ca`.");
    }
    secureContext = context.value;
  }
  const signal = AbortSignal.timeout(timeoutMs);
  const options = {
    method: dispatch.method,
    headers: headersOf(dispatch),
    agent: false,
    signal,
    ...(isSafe
      ? { secureContext, minVersion: LEAST_TLS, rejectUnauthorized: dispatch.isVerified }
      : {}),
  } as const;
  const delivered = await talk(
    () => {
      const sent = isSafe
        ? process.getBuiltinModule("node:https").request(url, options)
        : process.getBuiltinModule("node:http").request(url, options);
      sent.end(dispatch.body ?? undefined);
      return sent;
    },
    dispatch.answer,
    timeoutMs,
  );
  if (delivered === null) return null;
  // The path of an address may be all that is secret about it.
  const paths = [`${url.pathname}${url.search}`, url.pathname, url.password].filter(
    (one) => one.length > 1,
  );
  return { ...delivered, why: withoutSecrets(delivered.why, paths) };
}

function headersOf({ headers, body, signWith }: HttpDispatch): Readonly<Record<string, string>> {
  const length = body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return { connection: "close", ...headers, ...length, ...signatureOf(body ?? "", signWith) };
}

/** Of the time and the body, so that nobody can say it again later. */
function signatureOf(body: string, key: string | null): Readonly<Record<string, string>> {
  if (key === null) return {};
  const time = Math.floor(Date.now() / SECOND);
  const sum = createHmac("sha256", key).update(`${time}.${body}`).digest("hex");
  return { [SIGNATURE]: `t=${time},v1=${sum}` };
}

async function talk(
  send: () => ClientRequest,
  answer: string | null,
  timeoutMs: Millis,
): Promise<Delivered> {
  const { promise, resolve } = Promise.withResolvers<Delivered>();
  let isConnected = false;
  try {
    const sent = send();
    sent.on("socket", (socket) => {
      socket.once("connect", () => (isConnected = true));
    });
    sent.on("response", (response) => {
      void read(response, answer !== null).then((said) => {
        resolve(judge(response, said, answer));
        sent.destroy();
      });
    });
    sent.on("error", (error) => resolve(explain(error, isConnected, timeoutMs)));
  } catch (error) {
    // An address or a header that Node refuses.
    resolve(fault("message", faultOf(error, "this request").message, null));
  }
  return await promise;
}

/** The beginning of what it says; that it says it is enough. */
async function read(response: IncomingMessage, isHeard: boolean): Promise<string> {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300 && !isHeard) return "";
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      const part: Buffer = chunk;
      parts.push(part);
      size += part.length;
      if (size > ANSWER_BYTES) break;
    }
  } catch {
    // What was said until then is what there is.
  }
  return Buffer.concat(parts).subarray(0, ANSWER_BYTES).toString("utf8");
}

function judge(response: IncomingMessage, said: string, answer: string | null): Delivered {
  const status = response.statusCode ?? 0;
  const text = oneLine(said);
  if (status >= 200 && status < 300) {
    if (answer === null || text.startsWith(answer)) return null;
    return fault("message", `it answers: ${text === "" ? "nothing" : text}`, null);
  }
  const why = `it answers ${status}${text === "" ? "" : `: ${text}`}`;
  const found = fault("message", why, hintOf(status));
  const retryAfterMs = pauseOf(response.headers["retry-after"]);
  return {
    ...found,
    isFinal: FINAL.has(status),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

function hintOf(status: number): string | null {
  if (status >= 300 && status < 400) {
    return "Write the address to which it redirects; redirections are not followed.";
  }
  if (status === 401 || status === 403 || status === 407) {
    return "Check the address, and what it wants as a proof of who sends.";
  }
  if (status === 404 || status === 410) {
    return "Check the address; a webhook that was deleted there has to be made anew.";
  }
  if (FINAL.has(status)) return "Check `template`: it does not understand what is sent.";
  return null;
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function pauseOf(text: string | undefined): Millis | null {
  if (text === undefined) return null;
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
  const span = seconds === null ? Date.parse(text) - Date.now() : seconds * SECOND;
  return Number.isFinite(span) && span > 0 ? span : null;
}

function explain(error: Error, isConnected: boolean, timeoutMs: Millis): Fault {
  const { code, message } = faultOf(error, "the connection");
  const trust = trustWords(code, message);
  if (trust !== null) return { step: "tls", isFinal: false, ...trust };
  if (error.name === "AbortError" || error.name === "TimeoutError") {
    const unknown = isConnected ? "; whether it took the notice is not known" : "";
    return isConnected
      ? fault("message", `it did not answer within ${formatDuration(timeoutMs)}${unknown}`, null)
      : fault("connect", `no answer within ${formatDuration(timeoutMs)}`, FIREWALL);
  }
  if (code === "ECONNREFUSED") {
    const hint = "Check the address, and whether the service runs.";
    return fault("connect", "nobody listens there (connection refused)", hint);
  }
  if (code === "ENOTFOUND") {
    return fault("connect", "nobody knows this name", "Check the address, and the name servers.");
  }
  if (/SSL|TLS|EPROTO/.test(code)) {
    return fault("tls", message, "Check whether it speaks TLS there: `https://` or `http://`.");
  }
  return fault(isConnected ? "message" : "connect", message, null);
}

const FIREWALL = "Check the address, and the firewalls between.";

function fault(step: Fault["step"], why: string, hint: string | null): Fault {
  return { step, isFinal: false, why: oneLine(why), hint };
}
