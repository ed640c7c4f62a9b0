import type { Diagnostic } from "./diagnostic.ts";
import type { KeyPath, ReadDocument } from "./document.ts";

/** More problems than this are counted, not shown. */
export const MAX_DIAGNOSTICS = 200;

// Finding the place of each takes time, and a broken megabyte can have a hundred thousand.
const MAX_COLLECTED = 2000;

/** What is known of a problem besides its place. */
export interface Finding {
  readonly code: Diagnostic["code"];
  readonly what: string;
  readonly hint?: string | null;
  /** Point at the key instead of the value. */
  readonly at?: "key" | "value";
}

/** Collects every problem of one file. */
export class Report {
  readonly #file: string;
  readonly #document: ReadDocument;
  readonly #found: Diagnostic[] = [];
  #uncollected = 0;
  #errors = 0;

  constructor(file: string, document: ReadDocument) {
    this.#file = file;
    this.#document = document;
    this.#found.push(...document.duplicates.slice(0, MAX_COLLECTED));
    this.#errors = document.duplicates.length;
  }

  error(path: KeyPath, finding: Finding): void {
    this.#add("error", path, finding);
  }

  warn(path: KeyPath, finding: Finding): void {
    this.#add("warning", path, finding);
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** By place in the file; at most `MAX_DIAGNOSTICS`, then one that says how many there are besides. */
  list(): readonly Diagnostic[] {
    const sorted = this.#found.toSorted(byPlace);
    if (sorted.length + this.#uncollected <= MAX_DIAGNOSTICS) return sorted;
    // Errors must not be crowded out by warnings: they are why the file is refused.
    const errors = sorted.filter((diagnostic) => diagnostic.severity === "error");
    const warnings = sorted.filter((diagnostic) => diagnostic.severity === "warning");
    const shown = [...errors, ...warnings].slice(0, MAX_DIAGNOSTICS).toSorted(byPlace);
    const rest = sorted.length - shown.length + this.#uncollected;
    return [...shown, this.#rest(rest)];
  }

  #rest(count: number): Diagnostic {
    const { line, column } = this.#document.locate([], "value");
    const severity = this.hasErrors ? "error" : "warning";
    const what = `${count} more problems are not shown`;
    const hint = "Correct these first.";
    return {
      severity,
      code: "config/too-many",
      file: this.#file,
      line,
      column,
      key: "",
      what,
      hint,
    };
  }

  #add(severity: Diagnostic["severity"], path: KeyPath, finding: Finding): void {
    if (severity === "error") this.#errors += 1;
    if (this.#found.length >= MAX_COLLECTED) {
      this.#uncollected += 1;
      return;
    }
    const { line, column } = this.#document.locate(path, finding.at ?? "value");
    const key = path.join(".");
    const { code, what, hint = null } = finding;
    this.#found.push({ severity, code, file: this.#file, line, column, key, what, hint });
  }
}

function byPlace(left: Diagnostic, right: Diagnostic): number {
  if (left.line !== right.line) return left.line - right.line;
  if (left.column !== right.column) return left.column - right.column;
  return left.what < right.what ? -1 : Number(left.what > right.what);
}
