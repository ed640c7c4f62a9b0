import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { SecureContext, TLSSocket } from "node:tls";
import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import { type Fault, fail, type Result, succeed } from "../base/result.ts";
import type { HttpsUpload, Uploading } from "../base/upload.ts";
import { faultOf } from "./http-talk.ts";
import { TlsStore } from "./tls-store.ts";

/** So long nothing may happen. */
const STILL_MOST: Millis = MINUTE;
/** A server that does not know what is asked first says nothing (RFC 9110, 10.1.1). */
const GO_AHEAD_WITHIN: Millis = 2 * SECOND;
const TOKEN_BYTES_MOST = 8192;
/** Of what a server says about a refusal. */
const WORDS_MOST = 300;

/** Sends a file to a web server whose certificate is checked; any answer from 200 to 299 will do. */
export async function uploadByHttps(
  upload: HttpsUpload,
  archive: Uploading,
): Promise<Result<null>> {
  const token = await readToken(upload.tokenFile);
  if (!token.ok) return token;
  const context = await new TlsStore().context(upload.ca, "TLSv1.2");
  if (!context.ok) return fail({ ...context.problem, hint: HINTS.certificate });
  const limit = AbortSignal.timeout(upload.timeoutMs);
  const signal = AbortSignal.any([limit, archive.signal]);
  const https = process.getBuiltinModule("node:https");
  const address = addressOf(upload, archive.name);
  const request = https.request(address, {
    method: upload.method,
    createConnection: () => connect(address, context.value),
    signal,
    headers: {
      "content-type": "application/gzip",
      "content-length": archive.bytes,
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(archive.name)}`,
      connection: "close",
      expect: "100-continue",
      ...(token.value === null ? {} : { authorization: `Bearer ${token.value}` }),
    },
  });
  request.setTimeout(STILL_MOST, () => request.destroy(new Error("nothing happened for a minute")));
  try {
    return await judge(await converse(request, archive));
  } catch (error) {
    if (archive.signal.aborted) return fail({ code: "aborted", message: "it was interrupted" });
    if (limit.aborted) return fail({ code: "aborted", message: "it took longer than `timeout`" });
    return fail(faultFor(error, upload.to));
  } finally {
    request.destroy();
  }
}

function connect({ hostname, port }: URL, secureContext: SecureContext): TLSSocket {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  // An address is no name to be asked for (RFC 6066, 3); it has to be in the certificate all the same.
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const tls = process.getBuiltinModule("node:tls");
  return tls.connect({ host, port: Number(port || 443), secureContext, ...servername });
}

/** The file's name is added to what ends with a `/`. */
function addressOf({ to }: HttpsUpload, name: string): URL {
  const address = new URL(to);
  if (address.pathname.endsWith("/")) address.pathname += encodeURIComponent(name);
  return address;
}

async function readToken(file: string | null): Promise<Result<string | null>> {
  if (file === null) return succeed(null);
  try {
    const text = (await readFile(file, "utf8")).trim();
    if (text.length > 0 && text.length <= TOKEN_BYTES_MOST && /^[\x21-\x7e]+$/.test(text)) {
      return succeed(text);
    }
    return fail({ code: "no-token", message: `\`${file}\` holds no token` });
  } catch (error) {
    return fail({
      code: "no-token",
      message: `the token cannot be read: ${faultOf(error, file).message}`,
    });
  }
}

/**
 * The server's answer. The file is sent when the server wants it, or says nothing: who is refused
 * hears why, instead of a connection that is closed in the middle of the file.
 */
async function converse(request: ClientRequest, archive: Uploading): Promise<IncomingMessage> {
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
  // Who fails before it is waited for is heard below.
  answer.catch(() => {});
  const mayBegin = new Promise<void>((resolve) => {
    request.once("continue", resolve);
    request.once("socket", (socket) => {
      const begin = (): void => void setTimeout(resolve, GO_AHEAD_WITHIN).unref();
      socket.once("secureConnect", begin);
    });
  });
  request.flushHeaders();
  const early = await Promise.race([answer, mayBegin]);
  if (early !== undefined) return early;
  let sent = 0;
  const count = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      sent += chunk.length;
      archive.onProgress(sent);
      done(null, chunk);
    },
  });
  const sending = pipeline(createReadStream(archive.path), count, request);
  // An answer that comes meanwhile says more than a broken connection.
  const failed = sending.then(
    () => answer,
    (error: unknown) => new Promise<never>((_resolve, reject) => setImmediate(() => reject(error))),
  );
  return await Promise.race([answer, failed]);
}

async function judge(response: IncomingMessage): Promise<Result<null>> {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return succeed(null);
  const said = await firstWords(response);
  const words = said === "" ? "" : `: ${said}`;
  const message = `the server answered ${status}${words}`;
  const where = response.headers.location;
  if (status >= 300 && status < 400 && where !== undefined) {
    const hint = `It is said to be at ${where}: write that as \`logs.upload.to\` if you trust it.`;
    return fail({ code: "refused", message, hint });
  }
  if (status === 401 || status === 403)
    return fail({ code: "refused", message, hint: HINTS.token });
  if (status === 413) return fail({ code: "refused", message, hint: HINTS.large });
  return fail({ code: "refused", message });
}

/** One line of plain text; a page says nothing to anybody here. */
async function firstWords(response: IncomingMessage): Promise<string> {
  if (!/^text\/plain|json/.test(response.headers["content-type"] ?? "")) return "";
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > WORDS_MOST) break;
  }
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.slice(0, WORDS_MOST);
}

const HINTS = {
  certificate: "Name the authority that signed its certificate with `logs.upload.ca`.",
  token: "See what stands in the file of `logs.upload.token`.",
  large: "Collect less: `--pattern NAMES`, `--since TIME`.",
};

function faultFor(error: unknown, to: string): Fault {
  const { code, message } = faultOf(error, new URL(to).host);
  const isCertificate = /CERT|ISSUER|SELF_SIGNED|ALTNAME|SIGNATURE/.test(code);
  return { code, message, ...(isCertificate ? { hint: HINTS.certificate } : {}) };
}
