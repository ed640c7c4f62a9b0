import { type Diagnostic, limitDiagnostics } from "./diagnostic.ts";
import type { KeyPath, ReadDocument } from "./document.ts";

const KEY_CHARACTERS = 300;
// Finding the place of each takes time, and a broken megabyte can have a hundred thousand.
const MAX_COLLECTED = 1000;

/** What is known of a problem besides its place. */
export interface Finding {
  readonly code: Diagnostic["code"];
  readonly what: string;
  /** Or how to find it: looking for what was meant takes time, and is left out when nobody sees it. */
  readonly hint?: string | null | (() => string | null);
  /** Point at the key instead of the value. */
  readonly at?: "key" | "value";
}

/** Collects every problem of one file. */
export class Report {
  readonly #file: string;
  readonly #document: ReadDocument;
  readonly #errors: Diagnostic[] = [];
  readonly #warnings: Diagnostic[] = [];
  #uncollected = 0;

  constructor(file: string, document: ReadDocument) {
    this.#file = file;
    this.#document = document;
    this.#errors.push(...document.duplicates.slice(0, MAX_COLLECTED));
    this.#uncollected = document.duplicates.length - this.#errors.length;
  }

  error(path: KeyPath, finding: Finding): void {
    this.#add(this.#errors, "error", path, finding);
  }

  warn(path: KeyPath, finding: Finding): void {
    this.#add(this.#warnings, "warning", path, finding);
  }

  get hasErrors(): boolean {
    return this.#errors.length > 0;
  }

  /** By place in the file; at most `MAX_DIAGNOSTICS`, then one that says how many there are besides. */
  list(): readonly Diagnostic[] {
    return limitDiagnostics([...this.#errors, ...this.#warnings], this.#uncollected);
  }

  #add(
    list: Diagnostic[],
    severity: Diagnostic["severity"],
    path: KeyPath,
    finding: Finding,
  ): void {
    if (list.length >= MAX_COLLECTED) {
      this.#uncollected += 1;
      return;
    }
    const { line, column } = this.#document.locate(path, finding.at ?? "value");
    const key = path.join(".").slice(0, KEY_CHARACTERS);
    const { code, what, hint = null } = finding;
    const told = typeof hint === "function" ? hint() : hint;
    list.push({ severity, code, file: this.#file, line, column, key, what, hint: told });
  }
}
