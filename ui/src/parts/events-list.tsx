import type { JSX } from "preact";
import type { EventRecord } from "../../../src/api/answers.ts";
import type { Severity } from "../../../src/events/entry.ts";
import { render } from "../../../src/events/render.ts";
import { useLanguage } from "../i18n/language.ts";
import { addressOf } from "../data/place.ts";
import { severityOf } from "../data/severity.ts";
import { Said } from "./said.tsx";
import { SeverityMark } from "./severity-mark.tsx";
import { When } from "./when.tsx";

/** What a line needs to be shown, wherever it comes from. */
export interface AlertLine {
  readonly seq: number;
  readonly wall: number;
  readonly severity: Severity;
  readonly message: string;
  readonly incident: string | null;
}

interface Props {
  readonly lines: readonly AlertLine[];
  /** Inside an incident its own name says nothing. */
  readonly hasIncidents?: boolean;
}

/** Alerts below each other, one line each. */
export function AlertList({ lines, hasIncidents = true }: Props): JSX.Element {
  const { page } = useLanguage();
  const now = Date.now();
  return (
    <ol class="alerts">
      {lines.map((line) => (
        <li key={line.seq} class={`severity-${line.severity}`}>
          <When wall={line.wall} now={now} />
          <SeverityMark severity={line.severity} />
          <span class="message">
            <Said text={line.message} />
            {hasIncidents && line.incident !== null ? (
              <a
                class="of-incident"
                href={addressOf({ view: "incident", id: line.incident })}
                aria-label={page.incident.title(line.incident)}
              >
                {line.incident}
              </a>
            ) : null}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Events as the agent tells them, in the language of the page. */
export function useLines(events: readonly EventRecord[]): readonly AlertLine[] {
  const { speech } = useLanguage();
  return events.map((event) => ({
    seq: event.seq,
    wall: event.wall,
    severity: severityOf(event.id),
    message: render(event, speech),
    incident: event.incident,
  }));
}
