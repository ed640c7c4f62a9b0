import { formatAddress, type IpAddress, isLinkLocal, isWithin } from "../base/ip-address.ts";
import type { Result } from "../base/result.ts";
import { type Soon, whenThere } from "../base/soon.ts";
import type { Host } from "../ports/host.ts";

/** One route of the main table. */
export interface Route {
  readonly family: 4 | 6;
  readonly network: bigint;
  /** Leading bits of the network; 0 = a default route. */
  readonly length: number;
  /** Null: the network is directly on the interface. */
  readonly gateway: bigint | null;
  readonly interface: string;
  readonly metric: number;
}

/** How a packet leaves this server. */
export interface Way {
  readonly interface: string;
  /** Who is asked to take it first; null: the address itself is in the network of the interface. */
  readonly gateway: string | null;
}

const TABLE_FOUR = "/proc/net/route";
const TABLE_SIX = "/proc/net/ipv6_route";
const NEIGHBOURS = "/proc/net/arp";
/** Some thousands of routes; a router with the whole Internet in it is cut. */
const TABLE_BYTES = 1024 * 1024;
const RTF_UP = 1;
const RTF_GATEWAY = 2;
const RTF_REJECT = 0x200;
/** The entry holds a hardware address: it answered, though perhaps some seconds ago. */
const ATF_COM = 2;

/** The routes of both families; a server without IPv6 has no second table. */
export function readRoutes(host: Pick<Host, "readFile">): Soon<readonly Route[]> {
  return whenThere(host.readFile(TABLE_FOUR, TABLE_BYTES), (four) =>
    whenThere(host.readFile(TABLE_SIX, TABLE_BYTES), (six) =>
      parseRoutes(textOf(four), textOf(six)),
    ),
  );
}

/** The same list again for the same tables. */
function parseRoutes(...texts: [string, string]): readonly Route[] {
  if (texts[0] !== last.texts[0] || texts[1] !== last.texts[1]) {
    last = { texts, routes: [...parseRoutesFour(texts[0]), ...parseRoutesSix(texts[1])] };
  }
  return last.routes;
}

/** Every ping asks, and the tables hardly ever change. */
let last: { readonly texts: readonly [string, string]; readonly routes: readonly Route[] } = {
  texts: ["", ""],
  routes: [],
};

function textOf(read: Result<string>): string {
  return read.ok ? read.value : "";
}

/** Reads /proc/net/route (proc(5)): addresses are numbers of the machine, not of the network. */
export function parseRoutesFour(text: string): readonly Route[] {
  return text.split("\n").flatMap((line): readonly Route[] => {
    const [name = "", network, gateway, flags, , , metric, mask] = line.trim().split(/\s+/);
    if (!isHex(network, 8) || !isHex(gateway, 8) || !isHex(mask, 8)) return [];
    const bits = Number.parseInt(flags ?? "", 16);
    if (!isUsable(bits)) return [];
    return [
      {
        family: 4,
        network: swapped(network),
        length: swapped(mask).toString(2).replaceAll("0", "").length,
        gateway: (bits & RTF_GATEWAY) === 0 ? null : swapped(gateway),
        interface: name,
        metric: Number(metric),
      },
    ];
  });
}

/** Reads /proc/net/ipv6_route (net/ipv6/route.c, rt6_info_route). */
export function parseRoutesSix(text: string): readonly Route[] {
  return text.split("\n").flatMap((line): readonly Route[] => {
    const [network, length, , , gateway, metric, , , flags, name = ""] = line.trim().split(/\s+/);
    if (!isHex(network, 32) || !isHex(gateway, 32)) return [];
    const bits = Number.parseInt(flags ?? "", 16);
    if (!isUsable(bits)) return [];
    return [
      {
        family: 6,
        network: BigInt(`0x${network}`),
        length: Number.parseInt(length ?? "", 16),
        gateway: (bits & RTF_GATEWAY) === 0 ? null : BigInt(`0x${gateway}`),
        interface: name,
        metric: Number.parseInt(metric ?? "", 16),
      },
    ];
  });
}

function isHex(text: string | undefined, digits: number): text is string {
  return text !== undefined && text.length === digits && /^[0-9A-Fa-f]+$/.test(text);
}

function isUsable(flags: number): boolean {
  return (flags & RTF_UP) !== 0 && (flags & RTF_REJECT) === 0;
}

function swapped(hex: string): bigint {
  return BigInt(`0x${hex.replaceAll(/../g, "$& ").trim().split(" ").toReversed().join("")}`);
}

/** How the address is reached by the main table, through one interface when that is asked for. */
export function findWay(
  routes: readonly Route[],
  address: IpAddress,
  through: string | null,
): Way | null {
  const only = address.zone ?? through;
  if (isLinkLocal(address) && only !== null) return { interface: only, gateway: null };
  const [best] = routes
    .filter(({ family }) => family === address.family)
    .filter((route) => only === null || route.interface === only)
    .filter(({ network, length }) => isWithin(address, network, length))
    .toSorted((one, other) => other.length - one.length || one.metric - other.metric);
  return best === undefined ? null : wayBy(best);
}

function wayBy(route: Route): Way {
  return { interface: route.interface, gateway: route.gateway === null ? null : gatewayOf(route) };
}

/** Gateways of the default routes, the preferred one first. */
export function defaultWays(routes: readonly Route[], through: string | null): readonly Way[] {
  return routes
    .filter(({ length, interface: name }) => length === 0 && name !== "lo")
    .filter((route) => through === null || route.interface === through)
    .toSorted((one, other) => one.metric - other.metric)
    .map(wayBy);
}

function gatewayOf({ family, gateway, interface: name }: Route): string {
  const address: IpAddress = { family, value: gateway ?? 0n, zone: null };
  return formatAddress(address) + (isLinkLocal(address) ? `%${name}` : "");
}

/** Who of the neighbours on an interface answered for its address (IPv4). */
export interface Neighbour {
  readonly address: string;
  readonly interface: string;
  readonly isThere: boolean;
}

/** Null when nobody can say. */
export async function readNeighbours(
  host: Pick<Host, "readFile">,
): Promise<readonly Neighbour[] | null> {
  const read = await host.readFile(NEIGHBOURS, TABLE_BYTES);
  return read.ok ? parseNeighbours(read.value) : null;
}

/** Reads /proc/net/arp (proc(5)). */
export function parseNeighbours(text: string): readonly Neighbour[] {
  return text.split("\n").flatMap((line): readonly Neighbour[] => {
    const [address = "", , flags, , , name] = line.trim().split(/\s+/);
    if (flags === undefined || name === undefined || !/^0x[0-9a-f]+$/i.test(flags)) return [];
    return [{ address, interface: name, isThere: (Number(flags) & ATF_COM) !== 0 }];
  });
}
