import { type IncomingMessage, request } from "node:http";
import { connect, isIP } from "node:net";
import {
  connect as encrypt,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import * as z from "zod/mini";
import { type Millis, SECOND } from "../base/duration.ts";

/** One server of the list, as its administrator wrote it down. */
export const farServer = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(100)),
  /** `https://` and where its page is. */
  address: z.string().check(z.regex(/^https:\/\/[^/?#@\s]{1,260}\/?$/)),
  /** Of a script there, with the role viewer. */
  token: z.string().check(z.regex(/^[\w.~+/=-]{8,512}$/)),
  /** SHA-256 of its certificate, as `solosafe web status` prints it there. */
  fingerprint: z.string().check(z.regex(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)),
});
export type FarServer = z.infer<typeof farServer>;

/** What another server said of itself, or why it did not. Names of things are its own. */
export type FarAnswer =
  | {
      readonly state: "well" | "ill" | "suspended";
      readonly title: string;
      readonly incidents: number;
      /** Monitors that have failed, the first ones. */
      readonly failed: readonly string[];
    }
  | {
      readonly state: "silent" | "refused" | "other-certificate";
      readonly why: string;
    };

const DEADLINE: Millis = 6 * SECOND;
const ANSWER_MAX = 4 * 1024 * 1024;
const FAILED_MAX = 5;
const WHY_MAX = 200;

/** What is read of a status; an older or newer server may say more or less. */
const status = z.object({
  isHealthy: z.boolean(),
  server: z.string(),
  incidents: z.array(z.unknown()),
  suspensions: z.array(z.object({ scope: z.string() })),
  monitors: z.array(z.object({ name: z.string(), status: z.string() })),
});

/** Asks one server. Never rejects, and ends within the deadline whatever it does. */
export async function askFarServer(server: FarServer): Promise<FarAnswer> {
  const signal = AbortSignal.timeout(DEADLINE);
  try {
    const socket = await open(server, signal);
    // Before anything is sent: the token is for that server alone.
    if (socket.getPeerCertificate().fingerprint256 !== server.fingerprint) {
      socket.destroy();
      const why = "its certificate is another one than in the list";
      return { state: "other-certificate", why };
    }
    const response = await ask(server, socket, signal);
    if (response.status === 401 || response.status === 403) {
      return { state: "refused", why: `it answered with ${response.status}` };
    }
    const said = response.status === 200 ? z.safeParse(status, JSON.parse(response.text)) : null;
    if (said?.success === true) return answerOf(said.data);
    return { state: "silent", why: `it answered with ${response.status}` };
  } catch (error) {
    const why = signal.aborted ? "no answer in time" : String(error).slice(0, WHY_MAX);
    return { state: "silent", why };
  }
}

function answerOf(said: z.infer<typeof status>): FarAnswer {
  const failed = said.monitors.filter((one) => one.status === "failed").map(({ name }) => name);
  const isSuspended = said.suspensions.some(({ scope }) => scope === "all");
  return {
    state: said.isHealthy ? (isSuspended ? "suspended" : "well") : "ill",
    title: said.server,
    incidents: said.incidents.length,
    failed: failed.slice(0, FAILED_MAX),
  };
}

/** Made once: it costs more than a handshake. */
let context: SecureContext | null = null;

/** A dead server costs a connection, and nothing of what encryption needs. */
function open({ address }: FarServer, signal: AbortSignal): Promise<TLSSocket> {
  const { hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const plain = connect({ host, port: Number(port === "" ? 443 : port) });
    const giveUp = (): void => {
      plain.destroy();
    };
    signal.addEventListener("abort", giveUp);
    plain.on("error", reject);
    plain.once("close", () => {
      signal.removeEventListener("abort", giveUp);
      reject(new Error("the connection was closed"));
    });
    plain.once("connect", () => {
      context ??= createSecureContext();
      const socket = encrypt({
        socket: plain,
        secureContext: context,
        // Nobody signed it but itself: its fingerprint is what counts.
        rejectUnauthorized: false,
        ...(isIP(host) === 0 ? { servername: host } : {}),
      });
      socket.once("secureConnect", () => resolve(socket));
      socket.on("error", reject);
    });
  });
}

function ask(
  { address, token }: FarServer,
  socket: TLSSocket,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { host: new URL(address).host, authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const outgoing = request({
      createConnection: () => socket,
      path: "/v1/status",
      headers: { ...headers, connection: "close" },
      signal,
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      read(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    outgoing.end();
  });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_MAX) throw new Error("it said too much");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
