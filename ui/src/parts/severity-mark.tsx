import type { JSX } from "preact";
import type { Severity } from "../../../src/events/entry.ts";
import { useLanguage } from "../i18n/language.ts";
import type { ShownState } from "../i18n/texts.ts";
import { StateShape } from "./state-mark.tsx";

/** Shapes that states have too, because they mean the same. */
const SHAPES: Readonly<Record<Severity, ShownState | null>> = {
  info: null,
  notice: null,
  warning: "warning",
  error: "failed",
  critical: "blocked",
};

/** How much a line asks for attention: a shape where it does, always a word. */
export function SeverityMark({ severity }: { readonly severity: Severity }): JSX.Element {
  const { page } = useLanguage();
  const shape = SHAPES[severity];
  return (
    <span class="severity">
      {shape === null ? <span class="dot" aria-hidden="true" /> : <StateShape state={shape} />}
      <span>{page.alerts.severities[severity]}</span>
    </span>
  );
}
