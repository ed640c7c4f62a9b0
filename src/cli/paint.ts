/** Colours of the terminal; each function gives the text back unchanged where there are none. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Paints only when `isOn`: a terminal, and NO_COLOR is not set (no-color.org). */
export function createPaint(isOn: boolean): Paint {
  const wrap =
    (code: number) =>
    (text: string): string =>
      isOn && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bold: wrap(CODES.bold),
    dim: wrap(CODES.dim),
    red: wrap(CODES.red),
    green: wrap(CODES.green),
    yellow: wrap(CODES.yellow),
    cyan: wrap(CODES.cyan),
  };
}

/** Paints the word for a state by whether a person has to look at it. */
export function paintState(paint: Paint, state: string, word: string): string {
  if (["active", "ok", "done"].includes(state)) return paint.green(word);
  if (["failed", "stop-failed", "blocked"].includes(state)) return paint.red(word);
  if (["inactive", "waiting"].includes(state)) return paint.dim(word);
  return paint.yellow(word);
}
