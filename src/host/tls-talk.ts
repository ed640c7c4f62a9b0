import { open } from "node:fs/promises";
import { constants } from "node:fs";
import { isIP } from "node:net";
import { fail, type Result, succeed } from "../base/result.ts";
import type { Certificate, TlsFacts, TlsHost, TlsTalk } from "../ports/tls.ts";
import { chainOf, describe, parsePem } from "./certificate.ts";
import { faultOf } from "./http-talk.ts";
import { TlsStore } from "./tls-store.ts";

const PEM_BYTES = 256 * 1024;

/** `store` is opened with the first handshake. */
export function createTlsHost(store = new TlsStore()): TlsHost {
  return {
    shakeHands: (talk, signal) => shakeHands(store, talk, signal),
    readCertificates,
  };
}

async function shakeHands(
  store: TlsStore,
  talk: TlsTalk,
  signal: AbortSignal,
): Promise<Result<TlsFacts>> {
  const context = await store.context(talk.authorities, talk.leastProtocol);
  if (!context.ok) return context;
  const place = `${talk.host}:${talk.port}`;
  const { promise, resolve } = Promise.withResolvers<Result<TlsFacts>>();
  const onAbort = (): void => {
    resolve(fail({ code: "aborted", message: `${place} did not finish the handshake in time` }));
  };
  const socket = process.getBuiltinModule("node:tls").connect({
    host: talk.host,
    port: talk.port,
    secureContext: context.value,
    minVersion: talk.leastProtocol,
    // An address is not sent as a name (RFC 6066, 3).
    servername: isIP(talk.name) === 0 ? talk.name : "",
    // What is wrong with it is to be told, so the handshake goes on; nothing is sent over it.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  socket.on("secureConnect", () => {
    const first = socket.getPeerX509Certificate();
    if (first === undefined) {
      resolve(fail({ code: "no-certificate", message: `${place} showed no certificate` }));
      return;
    }
    resolve(
      succeed({
        protocol: socket.getProtocol() ?? "",
        chain: chainOf(first).map((one) => describe(one, talk.name)),
        distrust: distrustOf(socket.authorizationError),
      }),
    );
  });
  socket.on("error", (error) => resolve(fail(faultOf(error, place))));
  socket.on("end", () => {
    resolve(fail({ code: "ended", message: `${place} closed the connection in the handshake` }));
  });
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const facts = await promise;
  signal.removeEventListener("abort", onAbort);
  socket.destroy();
  return facts;
}

/** Node's types say `Error`, its documentation and the value say text. */
function distrustOf(error: unknown): string | null {
  if (error === null || error === undefined) return null;
  return typeof error === "string" ? error : faultOf(error, "").code;
}

async function readCertificates(
  path: string,
  name: string | null,
): Promise<Result<readonly Certificate[]>> {
  try {
    // A FIFO with no writer would hold the opening thread for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(PEM_BYTES);
      const { bytesRead } = await file.read(buffer, 0, PEM_BYTES, 0);
      const found = parsePem(buffer.toString("latin1", 0, bytesRead));
      return succeed(found.map((one) => describe(one, name)));
    } finally {
      await file.close();
    }
  } catch (error) {
    return fail(faultOf(error, path));
  }
}
