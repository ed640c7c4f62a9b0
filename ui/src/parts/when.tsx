import type { JSX } from "preact";
import { fullTime, shortTime } from "../i18n/dates.ts";
import { useLanguage } from "../i18n/language.ts";

interface Props {
  readonly wall: number;
  readonly now?: number;
}

/** An instant: short to read, complete for who points at it. */
export function When({ wall, now = Date.now() }: Props): JSX.Element {
  const { language } = useLanguage();
  return (
    <time dateTime={new Date(wall).toISOString()} title={fullTime(language, wall)}>
      {shortTime(language, wall, now)}
    </time>
  );
}
