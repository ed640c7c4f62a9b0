/** What stands for one that is cut. */
const CUT = " […]";

/**
 * Text of anybody, to be shown as it is: what would act on a terminal or turn lines around is shown
 * by its number, and it is one line of at most `most` characters.
 */
export function safeLine(text: string, most: number): string {
  // Looking at a megabyte for what is cut anyway takes time.
  const line = text
    .slice(0, 4 * most)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, visible)
    .trim();
  if (line.length <= most && text.length <= 4 * most) return line;
  const kept = line.slice(0, most - CUT.length);
  // Half a character would not be one.
  return `${kept.replace(/[\uD800-\uDBFF]$/, "")}${CUT}`;
}

function visible(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Text inside of HTML, with names in backticks set apart. */
export function html(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/`([^`]*)`/g, "<b>$1</b>");
}
