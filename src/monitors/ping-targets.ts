import { type IpAddress, isLinkLocal, parseAddress } from "../base/ip-address.ts";
import type { Millis } from "../base/duration.ts";
import type { Soon } from "../base/soon.ts";
import type { Asker, Host } from "../ports/host.ts";
import { lookUp } from "./name-lookup.ts";
import { defaultWays, type Route, type Way } from "./routes.ts";

/** The word that stands for the default gateways. */
const GATEWAY = "gateway";
const GATEWAYS_MOST = 8;

/** Something that shall answer. */
export interface Target {
  /** As configured. */
  readonly word: string;
  /** The word is a name, whose addresses may be others the next time. */
  readonly isNamed: boolean;
  readonly isGateway: boolean;
  /** One that answers is enough: a name may have several. */
  readonly addresses: readonly string[];
  /** Why there is no address now; with addresses: why they are those of an earlier time. */
  readonly problem: Problem | null;
}

export interface Problem {
  /** `noGateway`: a default route that leads straight into an interface has none to be pinged. */
  readonly kind: "noRoute" | "noGateway" | "name";
  readonly text: string;
}

export interface Finder {
  readonly host: Host;
  readonly routes: readonly Route[];
  readonly interface: string | null;
  readonly source: string | null;
  /** Addresses that names had before. */
  readonly before: Map<string, readonly string[]>;
  readonly lookupMs: Millis;
  readonly asker: Asker;
}

/** The addresses behind a word of the configuration. */
export function findTarget(word: string, finder: Finder): Soon<Target> {
  if (word === GATEWAY) return findGateways(finder);
  const address = parseAddress(word);
  return address === null ? lookUpTarget(word, finder) : fixed(word, address, finder);
}

async function lookUpTarget(word: string, finder: Finder): Promise<Target> {
  const { host, before, lookupMs, asker } = finder;
  const named = { word, isNamed: true, isGateway: false };
  const found = await lookUp(host, word, lookupMs, asker.signal);
  if (!found.ok) {
    const addresses = before.get(word) ?? [];
    return { ...named, addresses, problem: { kind: "name", text: found.problem } };
  }
  const addresses = fitting(found.value, finder.source);
  if (addresses.length > 0) {
    before.set(word, addresses);
    return { ...named, addresses, problem: null };
  }
  const text = "it has no address of the family of the source";
  return { ...named, addresses, problem: { kind: "name", text } };
}

function fixed(word: string, address: IpAddress, finder: Finder): Target {
  const isBare = isLinkLocal(address) && address.zone === null && finder.interface !== null;
  const full = isBare ? `${word}%${finder.interface}` : word;
  const isGateway = defaultWays(finder.routes, finder.interface).some(
    (way) => way.gateway === full,
  );
  return { word, isNamed: false, isGateway, addresses: [full], problem: null };
}

function findGateways({ routes, interface: through, source }: Finder): Target {
  const ways = defaultWays(routes, through);
  const gateways = ways.flatMap(({ gateway }) => (gateway === null ? [] : [gateway]));
  const addresses = fitting([...new Set(gateways)], source).slice(0, GATEWAYS_MOST);
  const problem = addresses.length > 0 ? null : whyNoGateway(ways[0]);
  return { word: GATEWAY, isNamed: false, isGateway: true, addresses, problem };
}

function whyNoGateway(straight: Way | undefined): Problem {
  if (straight === undefined) return { kind: "noRoute", text: "this server has no default route" };
  const text = `the default route leads straight into \`${straight.interface}\`, there is no gateway to ping`;
  return { kind: "noGateway", text };
}

/** Those that can be reached from the source. */
function fitting(addresses: readonly string[], source: string | null): readonly string[] {
  const family = source === null ? null : (parseAddress(source)?.family ?? null);
  return addresses.filter((text) => family === null || parseAddress(text)?.family === family);
}

/** A target for people: its address, and what it is called. */
export function showTarget(target: Target, address: string | null): string {
  const { word, isNamed, isGateway } = target;
  if (isGateway) return address === null ? "the gateway" : `the gateway ${address}`;
  if (!isNamed) return address ?? word;
  return address === null ? `\`${word}\`` : `\`${word}\` (${address})`;
}
