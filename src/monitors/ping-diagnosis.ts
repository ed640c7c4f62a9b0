import { parseAddress } from "../base/ip-address.ts";
import { whyUnusable } from "./link-fault.ts";
import { lookUp } from "./name-lookup.ts";
import { showTarget } from "./ping-targets.ts";
import {
  type Answered,
  answeringAddress,
  hasAnswered,
  type PingWork,
  silentAddress,
} from "./ping-work.ts";
import { defaultWays, findWay, type Neighbour, readNeighbours, type Way } from "./routes.ts";
import { type Silence, type Verdict, whoseFault } from "./whose-fault.ts";

export interface Diagnosis {
  readonly shown: string;
  /** Null: it is there and only drops pings. */
  readonly verdict: Verdict | null;
}

/** Something that answered, as people are told of it. */
interface Answering {
  readonly shown: string;
  readonly address: string;
}

/** What was found out once for all silent targets. */
interface Scene {
  readonly work: PingWork;
  readonly neighbours: readonly Neighbour[] | null;
  readonly answering: readonly Answering[];
  /** Asked meanwhile; null when there is none, or it did not answer. */
  readonly anchor: Promise<Answering | null>;
  readonly signal: AbortSignal;
}

const DIAGNOSIS_SHARE = 0.37;
/** The discard service: hardly anybody has it, so whoever is there refuses at once. */
const UNUSED_PORT = 9;
const GATEWAY_PACKETS = 2;
const GATEWAY_SHARE = 0.12;

/** Why each of the silent targets does not answer. */
export async function diagnose(
  work: PingWork,
  results: readonly Answered[],
  silent: readonly Answered[],
): Promise<readonly Diagnosis[]> {
  const { context, plan } = work;
  const deadline = AbortSignal.timeout(context.timeoutMs * DIAGNOSIS_SHARE);
  const signal = AbortSignal.any([context.signal, deadline]);
  const anchor =
    plan.anchor === null ? Promise.resolve(null) : askAnchor(work, plan.anchor, signal);
  const neighbours = await readNeighbours(context.host);
  const answering = results.filter(hasAnswered).map((result) => {
    const address = answeringAddress(result) ?? "";
    return { shown: showTarget(result.target, address), address };
  });
  const scene: Scene = { work, neighbours, answering, anchor, signal };
  return await Promise.all(silent.map((result) => diagnoseOne(scene, result)));
}

/** Null when it did not answer. Who refuses a connection has answered. */
async function askAnchor(
  { context }: PingWork,
  anchor: string,
  signal: AbortSignal,
): Promise<Answering | null> {
  const at = anchor.lastIndexOf(":");
  const name = anchor.slice(0, at).replaceAll(/[[\]]/g, "");
  const { host, timeoutMs } = context;
  const found =
    parseAddress(name) === null
      ? await lookUp(host, name, timeoutMs * GATEWAY_SHARE, signal)
      : { ok: true as const, value: [name] };
  const address = found.ok ? found.value[0] : undefined;
  if (address === undefined) return null;
  const answer = await knock(context.host, address, Number(anchor.slice(at + 1)), signal);
  return answer === "there" ? { shown: `the anchor ${anchor}`, address } : null;
}

/** Whether somebody is behind an address, as the answer to a TCP connection tells. */
async function knock(
  host: PingWork["context"]["host"],
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<Silence["firstHop"]> {
  const talk = { host: address, port, send: null, expect: null, maxBytes: 1 };
  const answer = await host.tcp(talk, { signal });
  if (answer.ok || answer.problem.code === "ECONNREFUSED") return "there";
  // Nobody in the network answered for the address (ARP or neighbour discovery), after 3 s.
  return answer.problem.code === "EHOSTUNREACH" ? "notThere" : "unclear";
}

async function diagnoseOne(scene: Scene, result: Answered): Promise<Diagnosis> {
  const { target } = result;
  const text = silentAddress(result);
  const shown = showTarget(target, text);
  const verdict = await find(scene, result, text, shown);
  if (verdict !== null) scene.work.memory.faults.set(target.word, verdict.fault);
  return { shown, verdict };
}

async function find(
  scene: Scene,
  result: Answered,
  text: string | null,
  shown: string,
): Promise<Verdict | null> {
  const { plan, routes, memory } = scene.work;
  const { word, problem, isGateway } = result.target;
  const address = text === null ? null : parseAddress(text);
  const way =
    address === null
      ? (defaultWays(routes, plan.interface)[0] ?? null)
      : findWay(routes, address, plan.interface);
  const through = plan.interface ?? way?.interface ?? memory.interfaces.get(word) ?? null;
  const ownFault = through === null ? null : linkFault(scene, through);
  const base = { shown, isGateway, interface: through, ...NOTHING_KNOWN };
  if (ownFault !== null) return whoseFault({ ...base, ownFault });
  if (problem?.kind === "name" && text === null) {
    return { fault: "beyond", reason: `${shown} cannot be looked up: ${problem.text}` };
  }
  const lack = ownLack(result);
  if (lack !== null) return lackVerdict(scene, result, lack, base);
  return text === null ? null : whoseFault({ ...base, ...(await lookAround(scene, text, way)) });
}

const NOTHING_KNOWN = {
  ownFault: null,
  gateway: null,
  isGatewayAnswering: false,
  firstHop: "unclear",
  hasOtherNeighbours: null,
  answeringBeyond: null,
} as const;

/** Why nothing can be sent through an interface; null when something can, or nobody can say. */
function linkFault({ work }: Scene, name: string): string | null {
  const { host } = work.context;
  const read = host.readLink(name);
  if (!read.ok) return null;
  if (read.value === null) return `there is no interface \`${name}\``;
  return whyUnusable(host, read.value, `\`${name}\``);
}

/** What this server itself lacks to reach a target, though its link is good. */
function ownLack({ target, answers }: Answered): string | null {
  for (const answer of answers) if (answer.kind === "notSent") return answer.problem.message;
  if (target.problem?.kind === "noRoute") return target.problem.text;
  const isUnroutable = answers.length > 0 && answers.every(({ kind }) => kind === "noRoute");
  return isUnroutable ? "this server has no route there" : null;
}

/**
 * A route that a router or DHCP server announced goes some time after these have gone: that the route
 * is missing is then no more this server's fault than the silence before it.
 */
function lackVerdict(
  { work }: Scene,
  { target }: Answered,
  lack: string,
  base: Omit<Silence, "ownFault">,
): Verdict | null {
  const before = work.memory.faults.get(target.word);
  if (before === undefined || before === "own") return whoseFault({ ...base, ownFault: lack });
  return {
    fault: before,
    reason: `${base.shown} cannot be reached: ${lack} any more; it did not answer before that either (${before})`,
  };
}

/** What can be seen of the way to an address: its gateway, the neighbours, who else answers. */
async function lookAround(scene: Scene, text: string, way: Way | null): Promise<Partial<Silence>> {
  const { work, signal } = scene;
  // Where a default route names a gateway outside all networks, the way to it is by itself.
  const gateway = way?.gateway === text ? null : (way?.gateway ?? null);
  const hop = gateway ?? text;
  const isKnownToAnswer = scene.answering.some(({ address }) => address === gateway);
  const [anchor, isGatewayAnswering, firstHop] = await Promise.all([
    scene.anchor,
    isKnownToAnswer || (gateway !== null && pingGateway(work, gateway, signal)),
    isThere(scene, hop, way),
  ]);
  const answering = anchor === null ? scene.answering : [...scene.answering, anchor];
  const behind = answering.find(({ address }) => wayOf(scene, address)?.gateway === hop);
  return {
    gateway,
    isGatewayAnswering,
    firstHop,
    hasOtherNeighbours: hasOthers(scene, answering, hop, way),
    answeringBeyond: behind?.shown ?? null,
  };
}

function wayOf({ work }: Scene, text: string): Way | null {
  const address = parseAddress(text);
  return address === null ? null : findWay(work.routes, address, work.plan.interface);
}

async function pingGateway(
  { plan, context }: PingWork,
  address: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { source, method } = plan;
  const request = {
    address,
    source,
    interface: plan.interface,
    packets: GATEWAY_PACKETS,
    waitMs: Math.min(plan.waitMs, context.timeoutMs * GATEWAY_SHARE),
    method,
  };
  return (await context.host.echo(request, { signal })).kind === "answered";
}

/** For IPv4 the kernel tells; for IPv6 it has no such table, so the neighbour itself is asked. */
async function isThere(
  { work, neighbours, signal }: Scene,
  hop: string,
  way: Way | null,
): Promise<Silence["firstHop"]> {
  if (way === null) return "unclear";
  if (hop.includes(":") || neighbours === null) {
    return await knock(work.context.host, hop, UNUSED_PORT, signal);
  }
  const entry = neighbours.find((one) => one.address === hop && one.interface === way.interface);
  if (entry === undefined) return "unclear";
  return entry.isThere ? "there" : "notThere";
}

function hasOthers(
  scene: Scene,
  answering: readonly Answering[],
  hop: string,
  way: Way | null,
): boolean | null {
  if (way === null) return null;
  const isNear = answering.some(
    ({ address }) => wayOf(scene, address)?.interface === way.interface,
  );
  if (isNear) return true;
  if (hop.includes(":") || scene.neighbours === null) return null;
  return scene.neighbours.some(
    (one) => one.interface === way.interface && one.address !== hop && one.isThere,
  );
}
