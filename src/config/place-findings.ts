import { type Diagnostic, limitDiagnostics } from "./diagnostic.ts";
import { type KeyPath, readDocument } from "./document.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import { type Finding, Report } from "./report.ts";

/** Something that was found out about a valid configuration after it was loaded, and where. */
export interface LateFinding extends Finding {
  readonly path: KeyPath;
}

/** Warnings of loading and what was found later, each with line and column, by place. */
export function placeFindings(
  config: LoadedConfig,
  warnings: readonly Diagnostic[],
  findings: readonly LateFinding[],
): readonly Diagnostic[] {
  const document = findings.length === 0 ? null : readDocument(config.text, config.path);
  if (document === null || !document.ok) return warnings;
  const report = new Report(config.path, document.value);
  for (const { path, ...finding } of findings) report.warn(path, finding);
  const late = report.list().filter((one) => !warnings.some((known) => isSame(known, one)));
  return limitDiagnostics([...warnings, ...late]);
}

function isSame(one: Diagnostic, other: Diagnostic): boolean {
  return one.key === other.key && one.code === other.code;
}
