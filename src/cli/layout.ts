/** Colour codes take no room on the screen. */
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[\d+m/g;

/** Places a text takes on the screen. */
export function widthOf(text: string): number {
  return text.replace(COLOUR, "").length;
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

/**
 * Breaks a text at spaces so that no line is wider than `width`, except for a longer word; later
 * lines begin with `indent`. Spaces before the text stay.
 */
export function wrap(text: string, width: number, indent: string): string {
  const lead = /^ */.exec(text)?.[0] ?? "";
  const lines: string[] = [];
  let line = "";
  for (const word of text.slice(lead.length).split(" ")) {
    const start = lines.length === 0 ? lead : indent;
    const longer = line === "" ? start + word : `${line} ${word}`;
    if (line !== "" && widthOf(longer) > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join("\n");
}
