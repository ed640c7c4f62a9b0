/** Colour codes take no room on the screen. */
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[\d+m/g;

/** Letters that a terminal draws two places wide (Unicode Standard Annex 11, wide and fullwidth). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Marks that are drawn upon the letter before. */
const MARK = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Places a text takes on the screen. */
export function widthOf(text: string): number {
  const plain = text.replace(COLOUR, "");
  if (isNarrow(plain)) return plain.length;
  let width = 0;
  for (const letter of plain) width += MARK.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return width;
}

/** Whether all letters come before those that are wide or drawn upon others. */
function isNarrow(text: string): boolean {
  return /^[\p{ASCII}\u0080-\u02ff\u2010-\u2e7f]*$/u.test(text);
}

/** Rows as aligned columns, two spaces between them, `indent` before; the last column runs free. */
export function table(rows: readonly (readonly string[])[], indent: string): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - widthOf(cell)));
    return (indent + cells.join("  ")).trimEnd();
  });
}

/** No line begins with these, none ends with those (JIS X 4051, in short). */
const NEVER_FIRST = /^[、。，．：；！？）」』】〉》”’ーっゃゅょぁぃぅぇぉッャュョァィゥェォ々%]/u;
const NEVER_LAST = /[（「『【〈《“‘]$/u;

/**
 * The pieces between which a line may be broken, each with the space (or nothing) before it:
 * words, and among wide letters each letter.
 */
function pieces(text: string): { readonly gap: string; readonly piece: string }[] {
  const found: { gap: string; piece: string }[] = [];
  for (const word of text.split(" ")) {
    let gap = found.length === 0 ? "" : " ";
    for (const letter of isNarrow(word) ? [word] : word) {
      const last = gap === "" ? found.at(-1) : undefined;
      const mayBreak =
        last !== undefined &&
        (WIDE.test(letter) || WIDE.test(Array.from(last.piece).at(-1) ?? "")) &&
        !NEVER_FIRST.test(letter) &&
        !NEVER_LAST.test(last.piece);
      if (last === undefined || mayBreak) found.push({ gap, piece: letter });
      else last.piece += letter;
      gap = "";
    }
  }
  return found;
}

/**
 * Breaks a text at spaces and between wide letters so that no line is wider than `width`, except
 * for a longer word; later lines begin with `indent`. Spaces before the text stay.
 */
export function wrap(text: string, width: number, indent: string): string {
  const lead = /^ */.exec(text)?.[0] ?? "";
  if (widthOf(text) <= width) return text;
  const lines: string[] = [];
  let line = "";
  for (const { gap, piece } of pieces(text.slice(lead.length))) {
    const start = lines.length === 0 ? lead : indent;
    const longer = line === "" ? start + piece : line + gap + piece;
    if (line !== "" && widthOf(longer) > width) {
      lines.push(line);
      line = indent + piece;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join("\n");
}
