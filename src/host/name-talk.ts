import { type Millis, SECOND } from "../base/duration.ts";
import type { NameAnswer, NameQuestion, NameServer } from "../ports/name.ts";
import { faultOf } from "./http-talk.ts";
import { decodeAnswer, encodeQuestion, nameOfAddress } from "./name-message.ts";

/** A lost packet is no silence: the question is sent again after so long. */
const AGAIN_AFTER: Millis = SECOND;
const MESSAGE_MOST = 65_535;

/**
 * Asks one server one question: over UDP, and over TCP when the answer was cut (RFC 7766).
 *
 * Not `node:dns`: each of its resolvers reads resolv.conf, nsswitch.conf and two more files below
 * /etc, synchronously, on whatever disk they lie (seen with strace, Node 24.21).
 */
export async function askName(question: NameQuestion, signal: AbortSignal): Promise<NameAnswer> {
  const { server, record, timeoutMs } = question;
  const name = record === "PTR" ? (nameOfAddress(question.name) ?? question.name) : question.name;
  const id = process.getBuiltinModule("node:crypto").randomInt(65_536);
  const message = encodeQuestion(id, name, record);
  if (message === null) return { kind: "noSuchName" };
  const begin = performance.now();
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const decode = (bytes: Buffer) => decodeAnswer(bytes, message, record);
  let answer = await overUdp(server, message, decode, timeout);
  if (answer === "cut") answer = await overTcp(server, message, decode, timeout);
  return answer.kind === "answered" ? { ...answer, tookMs: performance.now() - begin } : answer;
}

type Decode = (bytes: Buffer) => NameAnswer | "cut" | null;

async function overUdp(
  server: NameServer,
  message: Buffer,
  decode: Decode,
  signal: AbortSignal,
): Promise<NameAnswer | "cut"> {
  if (signal.aborted) return { kind: "silent" };
  const { promise, resolve } = Promise.withResolvers<NameAnswer | "cut">();
  const isSix = server.address.includes(":");
  const socket = process.getBuiltinModule("node:dgram").createSocket({
    type: isSix ? "udp6" : "udp4",
    // It is an address already; the default would load node:dns, which reads files.
    lookup: (address, _options, callback) => callback(null, address, isSix ? 6 : 4),
  });
  const onFault = (error: unknown): void => resolve(unreachable(error, server));
  const onEnd = (): void => resolve({ kind: "silent" });
  const again = setInterval(() => socket.send(message), AGAIN_AFTER);
  socket.on("error", onFault);
  socket.on("message", (bytes) => {
    const answer = decode(bytes);
    if (answer !== null) resolve(answer);
  });
  // Connected, it hears nobody else, and a port where nobody listens is told.
  socket.connect(server.port, server.address, (error?: unknown) => {
    if (error === undefined || error === null) socket.send(message);
    else onFault(error);
  });
  signal.addEventListener("abort", onEnd, { once: true });
  const answer = await promise;
  signal.removeEventListener("abort", onEnd);
  clearInterval(again);
  socket.close();
  return answer;
}

async function overTcp(
  server: NameServer,
  message: Buffer,
  decode: Decode,
  signal: AbortSignal,
): Promise<NameAnswer> {
  if (signal.aborted) return { kind: "silent" };
  const { promise, resolve } = Promise.withResolvers<NameAnswer>();
  const { address: host, port } = server;
  const socket = process.getBuiltinModule("node:net").connect({ host, port });
  const onEnd = (): void => resolve({ kind: "silent" });
  let read = Buffer.alloc(0);
  socket.on("error", (error) => resolve(unreachable(error, server)));
  socket.on("connect", () => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.write(Buffer.concat([length, message]));
  });
  socket.on("data", (chunk: Buffer) => {
    read = Buffer.concat([read, chunk]).subarray(0, MESSAGE_MOST + 2);
    if (read.length < 2 || read.length < 2 + read.readUInt16BE(0)) return;
    const answer = decode(read.subarray(2, 2 + read.readUInt16BE(0)));
    resolve(answer === null || answer === "cut" ? { kind: "garbled" } : answer);
  });
  socket.on("end", () => resolve({ kind: "garbled" }));
  signal.addEventListener("abort", onEnd, { once: true });
  const answer = await promise;
  signal.removeEventListener("abort", onEnd);
  socket.destroy();
  return answer;
}

function unreachable(error: unknown, { address, port }: NameServer): NameAnswer {
  const place = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return { kind: "unreachable", problem: faultOf(error, place) };
}
