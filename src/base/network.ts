import { type IpAddress, isWithin, parseAddress } from "./ip-address.ts";

/** An address, or all that share its first `length` bits. */
export interface Network {
  readonly address: IpAddress;
  readonly length: number;
}

/** Reads `192.0.2.7`, `10.0.0.0/8` or `2001:db8::/32`; null for anything else. */
export function parseNetwork(text: string): Network | null {
  const [, plain = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(plain);
  if (address === null || address.zone !== null) return null;
  const most = address.family === 4 ? 32 : 128;
  const length = bits === undefined ? most : Number(bits);
  return length <= most ? { address, length } : null;
}

/** An IPv4 address in the clothes of an IPv6 one (RFC 4291, 2.5.5.2) is an IPv4 address. */
export function plainAddress(address: IpAddress): IpAddress {
  const { family, value } = address;
  if (family === 4 || value >> 32n !== 0xffffn) return address;
  return { family: 4, value: value & 0xffff_ffffn, zone: null };
}

/** Whether a client with this address is meant. */
export function isInNetwork(given: IpAddress, { address, length }: Network): boolean {
  const client = plainAddress(given);
  return client.family === address.family && isWithin(client, address.value, length);
}

/** 127.0.0.0/8 and ::1: somebody on this server. */
export function isLoopback(given: IpAddress): boolean {
  const { family, value } = plainAddress(given);
  return family === 4 ? value >> 24n === 127n : value === 1n;
}
