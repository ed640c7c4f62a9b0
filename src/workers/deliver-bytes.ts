import { createSocket } from "node:dgram";
import { connect, isIP, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { BytesDispatch, Delivered } from "../base/destination.ts";
import { formatDuration, type Millis } from "../base/duration.ts";
import { faultOf } from "../host/http-talk.ts";
import { TlsStore } from "../host/tls-store.ts";
import { deliverDatagram } from "./deliver-datagram.ts";
import { oneLine } from "./one-line.ts";
import { addressesOf } from "./sender-names.ts";
import { trustWords } from "./trust-words.ts";

/** The network says within this time that nobody is there, or never. */
const REFUSAL: Millis = 100;
/** Who was sent everything and does not close: what was refused would have been reset by then. */
const CLOSE: Millis = 500;
const ANSWER_BYTES = 1024;
const LEAST_TLS = "TLSv1.2";

type Fault = NonNullable<Delivered>;

/** Sends some bytes to whoever listens, on a connection of its own, within `timeoutMs`. */
export async function deliverBytes(dispatch: BytesDispatch, timeoutMs: Millis): Promise<Delivered> {
  const { by, host, port, text } = dispatch;
  if (by === "unix") {
    return await deliverDatagram(host, Buffer.from(text), "syslog on this server", timeoutMs);
  }
  const addresses = await addressesOf({ host, timeoutMs });
  if ("step" in addresses) return addresses;
  const [address = host] = addresses;
  if (by === "udp") return await sendUdp(address, port, text);
  const opened = await open(dispatch, address);
  return "why" in opened ? opened : await talk(opened, dispatch, timeoutMs);
}

async function sendUdp(address: string, port: number, text: string): Promise<Delivered> {
  const socket = createSocket(isIP(address) === 6 ? "udp6" : "udp4");
  const failed = Promise.withResolvers<Error>();
  socket.on("error", failed.resolve);
  try {
    socket.connect(port, address, () => {
      socket.send(text, (error) => {
        if (error) failed.resolve(error);
      });
    });
    const error = await Promise.race([failed.promise, wait(REFUSAL)]);
    return error instanceof Error ? explain(error, false, false) : null;
  } finally {
    socket.close();
  }
}

async function open(
  { by, host, port, ca, isVerified }: BytesDispatch,
  address: string,
): Promise<Socket | Fault> {
  if (by === "tcp") return connect({ host: address, port });
  const named = isIP(host) === 0 ? { servername: host } : {};
  const tls = process.getBuiltinModule("node:tls");
  if (!isVerified) {
    return tls.connect({
      host: address,
      port,
      ...named,
      minVersion: LEAST_TLS,
      rejectUnauthorized: false,
    });
  }
  const context = await new TlsStore().context(ca, LEAST_TLS);
  if (!context.ok) {
    return fault("tls", context.problem.message, "Name a file of them with `ca`.");
  }
  return tls.connect({ host: address, port, ...named, secureContext: context.value });
}

async function talk(
  socket: Socket,
  { by, text, answer }: BytesDispatch,
  timeoutMs: Millis,
): Promise<Delivered> {
  const { promise, resolve } = Promise.withResolvers<Delivered>();
  let isConnected = false;
  let said = "";
  const limit = setTimeout(() => resolve(late(isConnected, timeoutMs)), timeoutMs);
  let closing: NodeJS.Timeout | undefined;
  socket.on("error", (error) => resolve(explain(error, isConnected, by === "tls")));
  socket.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(0, ANSWER_BYTES);
    if (answer !== null && said.length >= answer.length) resolve(judge(said, answer));
  });
  socket.on("close", () => resolve(judge(said, answer)));
  socket.once(by === "tls" ? "secureConnect" : "connect", () => {
    isConnected = true;
    if (answer !== null) return void socket.write(text);
    socket.end(text, () => {
      closing = setTimeout(() => resolve(null), CLOSE);
    });
  });
  const delivered = await promise;
  clearTimeout(limit);
  clearTimeout(closing);
  socket.destroy();
  return delivered;
}

function judge(said: string, answer: string | null): Delivered {
  if (answer === null || said.startsWith(answer)) return null;
  const why = said === "" ? "it closed the connection without an answer" : `it answers: ${said}`;
  return fault("message", why, null);
}

function late(isConnected: boolean, timeoutMs: Millis): Fault {
  const span = formatDuration(timeoutMs);
  return isConnected
    ? fault("message", `it did not answer within ${span}`, null)
    : fault("connect", `no answer within ${span}`, "Check the address, and the firewalls between.");
}

function explain(error: Error, isConnected: boolean, isTls: boolean): Fault {
  const { code, message } = faultOf(error, "the connection");
  const trust = trustWords(code, message);
  if (trust !== null) return { step: "tls", isFinal: false, ...trust };
  if (code === "ECONNREFUSED") {
    const hint = "Check host and port, and whether the service runs.";
    return fault("connect", "nobody listens there (connection refused)", hint);
  }
  const isBroken = isTls && !isConnected && code === "ECONNRESET";
  if (isBroken || /SSL|TLS|EPROTO/.test(code)) {
    return fault("tls", message, "Check whether it speaks TLS on this port.");
  }
  return fault(isConnected ? "message" : "connect", message, null);
}

function fault(step: Fault["step"], why: string, hint: string | null): Fault {
  return { step, isFinal: false, why: oneLine(why), hint };
}
