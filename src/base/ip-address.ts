/** An address as a number, so that prefixes can be compared. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
  /** Interface of a link-local address (`fe80::1%eth0`); null when none is named. */
  readonly zone: string | null;
}

const PARTS_OF_SIX = 8;

/** Reads `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1` or `fe80::1%eth0`; null for anything else. */
export function parseAddress(text: string): IpAddress | null {
  const [, plain = "", zone] = /^([^%]*)(?:%(.{1,15}))?$/.exec(text) ?? [];
  if (!plain.includes(":")) {
    const value = zone === undefined ? parseFour(plain) : null;
    return value === null ? null : { family: 4, value, zone: null };
  }
  const value = parseSix(plain);
  return value === null ? null : { family: 6, value, zone: zone ?? null };
}

function parseFour(text: string): bigint | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts?.every((part) => part < 256)) return null;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseSix(text: string): bigint | null {
  const halves = withHexTail(text)?.split("::") ?? [];
  if (halves.length < 1 || halves.length > 2) return null;
  const [before = [], after = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = PARTS_OF_SIX - before.length - after.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const parts = [...before, ...Array.from({ length: missing }, () => "0"), ...after];
  if (!parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return null;
  return parts.reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n);
}

/** An IPv4 address at the end of an IPv6 one stands for its last two parts. */
function withHexTail(text: string): string | null {
  const tail = /[^:]*\.[^:]*$/.exec(text)?.[0];
  if (tail === undefined) return text;
  const value = parseFour(tail);
  if (value === null) return null;
  const parts = [value >> 16n, value & 0xffffn].map((part) => part.toString(16));
  return text.slice(0, -tail.length) + parts.join(":");
}

/** The usual way to write an address (RFC 5952), without its zone. */
export function formatAddress({ family, value }: Pick<IpAddress, "family" | "value">): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  }
  const parts = Array.from({ length: PARTS_OF_SIX }, (_, at) => {
    return ((value >> BigInt(16 * (7 - at))) & 0xffffn).toString(16);
  });
  const runs = [...parts.join(":").matchAll(/\b0(?::0)+\b/g)];
  const longest = runs.toSorted((one, other) => other[0].length - one[0].length)[0];
  if (longest === undefined) return parts.join(":");
  const text = parts.join(":");
  const before = text.slice(0, longest.index).replace(/:$/, "");
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${before}::${after}`;
}

/** Whether an address lies in a network of `length` leading bits. */
export function isWithin(address: IpAddress, network: bigint, length: number): boolean {
  const rest = BigInt((address.family === 4 ? 32 : 128) - length);
  return address.value >> rest === network >> rest;
}

/** fe80::/10: such an address means nothing without its interface. */
export function isLinkLocal({ family, value }: IpAddress): boolean {
  return family === 6 && value >> 118n === 0x3fan;
}
