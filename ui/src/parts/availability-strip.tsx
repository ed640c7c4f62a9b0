import type { JSX } from "preact";
import type { AvailabilityRow } from "../../../src/api/availability-answers.ts";
import { percent } from "../i18n/dates.ts";
import { useLanguage } from "../i18n/language.ts";

const PARTS = ["up", "down", "planned", "unwatched"] as const;
/** A moment of trouble must stay visible in a month; per mille of the strip. */
const LEAST = 6;
const WHOLE = 1000;

/** How wide each part is; parts that are there are seen, and all together fill the strip. */
export function widths(
  row: AvailabilityRow,
): readonly (readonly [(typeof PARTS)[number], number])[] {
  const total = PARTS.reduce((sum, part) => sum + row[part], 0);
  const shown = PARTS.filter((part) => row[part] > 0).map(
    (part) => [part, Math.max(LEAST, (row[part] / total) * WHOLE)] as const,
  );
  const sum = shown.reduce((all, [, width]) => all + width, 0);
  return shown.map(([part, width]) => [part, (width / sum) * WHOLE] as const);
}

/** Measured availability as a strip with its number; the parts are told in words too. */
export function AvailabilityStrip({ row }: { readonly row: AvailabilityRow }): JSX.Element {
  const { page, words } = useLanguage();
  const texts = page.availability;
  if (row.availability === null) return <span class="quiet">{texts.nothing}</span>;
  const shown = percent(row.availability);
  const spoken = PARTS.filter((part) => row[part] > 0)
    .map((part) => `${texts[part]} ${words.span(Math.round(row[part] / 1000) * 1000)}`)
    .join(", ");
  let left = 0;
  return (
    <span class="availability">
      <svg class="strip" viewBox={`0 0 ${WHOLE} 10`} preserveAspectRatio="none" aria-hidden="true">
        {widths(row).map(([part, width]) => {
          const x = left;
          left += width;
          return <rect key={part} class={`part-${part}`} x={x} y="0" width={width} height="10" />;
        })}
      </svg>
      <span class="availability-number">{shown}</span>
      <span class="quiet availability-words">
        {row.failures > 0 ? `${texts.failures(row.failures)} · ` : ""}
        {spoken}
      </span>
    </span>
  );
}
