/** FNV-1a, 32 bits: the same text always gives the same number. Against accidents, not people. */
export function fnv1a(text: string): number {
  let value = 2166136261;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 16777619) >>> 0;
  }
  return value;
}
