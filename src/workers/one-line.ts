const WHY_MOST = 300;

/** Control characters of an answer would break a line of a log. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  return line.length > WHY_MOST ? `${line.slice(0, WHY_MOST - 1)}…` : line;
}
