/** A part of one with four places, cut, not rounded: 99.9999 % is not all. */
export function percentOf(part: number): string {
  const cut = Math.floor(part * 1_000_000) / 10_000;
  return `${part === 1 ? "100" : cut.toFixed(4)} %`;
}
