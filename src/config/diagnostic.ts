/** One problem of a configuration, at the place a person has to look at. */
export interface Diagnostic {
  /** An error refuses the configuration; a warning is told and lived with. */
  readonly severity: "error" | "warning";
  /** Searchable name: `config/unknown-key`. */
  readonly code: `config/${string}`;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `monitors.shop-page.interval`; empty for the file as a whole. */
  readonly key: string;
  /** What is wrong, without a full stop. */
  readonly what: string;
  /** What to write instead, as a sentence; null when there is nothing to propose. */
  readonly hint: string | null;
}

/** `file:line:column: key: what. hint (code)`, warnings marked as such. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, key, what, hint, code, severity } = diagnostic;
  const place = `${file}:${line}:${column}: ${severity === "warning" ? "warning: " : ""}`;
  const subject = key === "" ? "" : `${key}: `;
  return `${place}${subject}${what}.${hint === null ? "" : ` ${hint}`} (${code})`;
}

/** More problems than this are counted, not shown. */
export const MAX_DIAGNOSTICS = 200;

/**
 * The problems by place in the file; of too many the first errors, then the first warnings, and one
 * that says how many there are besides. `others`: known and not in the list.
 */
export function limitDiagnostics(list: readonly Diagnostic[], others = 0): readonly Diagnostic[] {
  const sorted = list.toSorted(byPlace);
  const [first] = sorted;
  if (first === undefined || sorted.length + others <= MAX_DIAGNOSTICS) return sorted;
  // Errors must not be crowded out by warnings: they are why the file is refused.
  const errors = sorted.filter((diagnostic) => diagnostic.severity === "error");
  const warnings = sorted.filter((diagnostic) => diagnostic.severity === "warning");
  const shown = [...errors, ...warnings].slice(0, MAX_DIAGNOSTICS).toSorted(byPlace);
  const rest = sorted.length - shown.length + others;
  const severity = errors.length > 0 ? "error" : "warning";
  return [...shown, { ...manyMore(rest), severity, file: first.file }];
}

function manyMore(rest: number): Omit<Diagnostic, "severity" | "file"> {
  const what = `${rest} more problems are not shown`;
  const hint = "Correct these first.";
  return { code: "config/too-many", line: 1, column: 1, key: "", what, hint };
}

function byPlace(left: Diagnostic, right: Diagnostic): number {
  if (left.line !== right.line) return left.line - right.line;
  if (left.column !== right.column) return left.column - right.column;
  return left.what < right.what ? -1 : Number(left.what > right.what);
}
