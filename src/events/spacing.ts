const WIDE_LETTER = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;

/** Puts a space between a name in backticks and the Japanese or Chinese letters around it. */
export function spaceNames(text: string): string {
  return text.replaceAll(/`[^`]*`/g, (name, at: number) => {
    const before = WIDE_LETTER.test(text.charAt(at - 1)) ? " " : "";
    const after = WIDE_LETTER.test(text.charAt(at + name.length)) ? " " : "";
    return before + name + after;
  });
}

/** Makes `1m30s` into one with the units of a language. */
export function spellUnits(written: string, units: ReadonlyMap<string, string>): string {
  return written.replaceAll(/ms|s|m|h|d/g, (unit) => units.get(unit) ?? unit);
}
