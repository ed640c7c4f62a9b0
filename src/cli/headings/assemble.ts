import type { Millis } from "../../base/duration.ts";
import type { Headings } from "./en.ts";

type Section = Exclude<keyof Headings, "span" | "state" | "stepName" | "verdict">;

/** The words of a language that events and headings share. */
interface SharedWords {
  readonly span: (span: Millis) => string;
  readonly condition: (name: string) => string;
  readonly step: (step: string) => string;
}

/** A language's headings: its sections, the words it shares with the events, its verdicts of drills. */
export function assemble(
  { span, condition, step }: SharedWords,
  verdicts: Readonly<Record<string, string>>,
  sections: Pick<Headings, Section>,
): Headings {
  const verdict = (name: string): string => verdicts[name] ?? name;
  return { span, state: condition, stepName: step, verdict, ...sections };
}
