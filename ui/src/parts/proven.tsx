import type { JSX } from "preact";
import type { ProvenStatus } from "../../../src/api/answers.ts";
import { useNow } from "../data/now.ts";
import { fullTime } from "../i18n/dates.ts";
import { useLanguage } from "../i18n/language.ts";
import { StateShape } from "./state-mark.tsx";

const UNITS: readonly number[] = [86_400_000, 3_600_000, 60_000, 1000];
const MINUTE_MS = 60_000;

/** When something last really worked; one unit is enough to know how long ago that was. */
export function Proven({ proof }: { readonly proof: ProvenStatus["detected"] }): JSX.Element {
  const { page, words, language } = useLanguage();
  const now = useNow(MINUTE_MS);
  const { provenWall, isOld } = proof;
  const warning = isOld ? <StateShape state="warning" /> : null;
  if (provenWall === null) {
    return (
      <span class="proven">
        {warning}
        {page.details.never}
        {isOld ? `, ${page.details.isOld}` : ""}
      </span>
    );
  }
  const span = Math.max(0, now - provenWall);
  const unit = UNITS.find((one) => span >= one) ?? 1000;
  const ago = page.details.ago(words.span(Math.floor(span / unit) * unit));
  return (
    <span class="proven" title={fullTime(language, provenWall)}>
      {warning}
      {ago}
      {isOld ? `, ${page.details.isOld}` : ""}
    </span>
  );
}
