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
