import { isIPv6 } from "node:net";
import type netSnmp from "net-snmp";
import type {
  Delivered,
  SenderPlaces,
  SnmpDispatch,
  SnmpUser,
  SnmpVarbind,
} from "../base/destination.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { oneLine } from "./one-line.ts";
import { addressesOf } from "./sender-names.ts";
import { type EngineClock, engineTime, readEngineClock } from "./snmp-engine.ts";

type Snmp = typeof netSnmp;
type Session = ReturnType<Snmp["createSession"]>;
type Varbind = Parameters<Session["trap"]>[1][number];

/** An inform that is not confirmed is repeated so often within its time. */
const REPEATS = 2;
/** `sysUpTime` counts hundredths of a second, and begins again after 497 days. */
const TICKS = 2 ** 32;

/** One notification; an inform is waited for. */
export async function deliverSnmp(
  dispatch: SnmpDispatch,
  timeoutMs: Millis,
  places: SenderPlaces,
): Promise<Delivered> {
  const { default: snmp } = await import("net-snmp");
  const { host, speaker, isInform } = dispatch;
  const addresses = await addressesOf({ host, timeoutMs });
  if ("step" in addresses) return addresses;
  let session: Session | null = null;
  try {
    const clock = await readEngineClock();
    session = open(snmp, dispatch, addresses[0] ?? host, timeoutMs);
    if (!isInform && "user" in speaker) await signAsOurselves(session, places, clock);
    await send(snmp, session, dispatch, clock, timeoutMs);
    return null;
  } catch (error) {
    return faultOf(error, dispatch);
  } finally {
    session?.close();
  }
}

function open(
  snmp: Snmp,
  { port, speaker, isInform }: SnmpDispatch,
  address: string,
  timeoutMs: Millis,
): Session {
  const options = {
    transport: isIPv6(address) ? "udp6" : "udp4",
    trapPort: port,
    retries: REPEATS,
    timeout: Math.floor(timeoutMs / (REPEATS + 1)),
  } as const;
  if ("community" in speaker) {
    return snmp.createSession(address, speaker.community, {
      ...options,
      version: snmp.Version2c,
    });
  }
  // The listener of an inform says under which name it wants it signed.
  const own = isInform ? {} : { engineID: speaker.engineId };
  const v3 = { ...options, ...own, version: snmp.Version3 };
  return snmp.createV3Session(address, userOf(snmp, speaker), v3);
}

function userOf(
  snmp: Snmp,
  { user, auth, privacy }: SnmpUser,
): Parameters<Snmp["createV3Session"]>[1] {
  const { noAuthNoPriv, authNoPriv, authPriv } = snmp.SecurityLevel;
  if (auth === null) return { name: user, level: noAuthNoPriv };
  const signed = {
    name: user,
    authProtocol: snmp.AuthProtocols[auth.protocol],
    authKey: auth.password,
  };
  if (privacy === null) return { ...signed, level: authNoPriv };
  const privProtocol = snmp.PrivProtocols[privacy.protocol];
  return { ...signed, level: authPriv, privProtocol, privKey: privacy.password };
}

/**
 * Of a trap the sender is the authority: its boots and time stand in the message. The package writes
 * zeros there (3.29), and then a listener takes no trap any more 150 s after the first one.
 */
async function signAsOurselves(
  session: Session,
  places: SenderPlaces,
  clock: EngineClock,
): Promise<void> {
  const { boots, seconds } = await engineTime(places, clock);
  const plain = session.send.bind(session);
  session.send = (outgoing, isLast) => {
    const security = outgoing.message.msgSecurityParameters;
    if (security !== undefined) {
      security.msgAuthoritativeEngineBoots = boots;
      security.msgAuthoritativeEngineTime = seconds;
    }
    return plain(outgoing, isLast);
  };
}

function send(
  snmp: Snmp,
  session: Session,
  { isInform, notification, varbinds }: SnmpDispatch,
  { uptimeMs }: EngineClock,
  timeoutMs: Millis,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const limit = setTimeout(() => reject(new Error("it took too long")), timeoutMs + SECOND);
  const options = { upTime: Math.floor(uptimeMs / 10) % TICKS };
  const done = (error: Error | null): void => {
    if (error === null || error === undefined) resolve();
    else reject(error);
  };
  session.on("error", reject);
  const values = varbinds.map((one) => varbindOf(snmp, one));
  if (isInform) session.inform(notification, values, options, done);
  else session.trap(notification, values, options, done);
  return promise.finally(() => clearTimeout(limit));
}

function varbindOf({ ObjectType }: Snmp, { oid, ...one }: SnmpVarbind): Varbind {
  switch (one.type) {
    case "text":
      return { oid, type: ObjectType.OctetString, value: Buffer.from(one.value) };
    case "integer":
      return { oid, type: ObjectType.Integer, value: one.value };
    case "unsigned":
      return { oid, type: ObjectType.Gauge, value: one.value };
    case "time":
      return { oid, type: ObjectType.OctetString, value: dateAndTime(one.value) };
  }
}

/** DateAndTime (SNMPv2-TC), in UTC. */
export function dateAndTime(wall: Millis): Buffer {
  const date = new Date(wall);
  const bytes = Buffer.alloc(11);
  bytes.writeUInt16BE(date.getUTCFullYear(), 0);
  const parts = [
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    Math.floor(date.getUTCMilliseconds() / 100),
    "+".charCodeAt(0),
  ];
  for (const [at, value] of parts.entries()) bytes[2 + at] = value;
  return bytes;
}

function faultOf(error: unknown, { host, port, isInform }: SnmpDispatch): Delivered {
  const why = oneLine(reasonOf(error));
  const isSilent = isInform && /timed out|took too long/i.test(why);
  if (!isSilent) return { step: "connect", isFinal: false, why, hint: null };
  return {
    step: "recipient",
    isFinal: false,
    why: `${host}:${port} did not confirm it`,
    hint: "Check whether it listens, and whether it knows the community, or the user and its passwords.",
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
