import type { JSX } from "preact";
import type { EventRecord, IncidentStatus } from "../../../src/api/answers.ts";
import { useAsked } from "../data/asked.ts";
import { useLiveData } from "../data/context.ts";
import { addressOf } from "../data/place.ts";
import { fullTime } from "../i18n/dates.ts";
import { useLanguage } from "../i18n/language.ts";
import { AlertList, useLines } from "../parts/events-list.tsx";
import { Facts } from "../parts/facts.tsx";
import { Loading } from "../parts/loading.tsx";
import { Said } from "../parts/said.tsx";
import { StateMark } from "../parts/state-mark.tsx";

const EVENTS_MOST = 1000;

/** One incident from its first failure to its verdict. */
export function IncidentView({ id }: { readonly id: string }): JSX.Element {
  const { page } = useLanguage();
  const { status, events } = useLiveData();
  const open = status?.incidents.find((one) => one.id === id) ?? null;
  const newest = events?.find((one) => one.incident === id)?.seq ?? 0;
  const asked = useAsked("events", { incident: id, limit: EVENTS_MOST }, newest);
  return (
    <section class="card" aria-labelledby="view-title">
      <a class="back-always" href={addressOf({ view: "alerts" })}>
        ← {page.alerts.title}
      </a>
      <h1 id="view-title">{page.incident.title(id)}</h1>
      {asked.value === null ? (
        <Loading problem={asked.problem} again={asked.again} />
      ) : asked.value.events.length === 0 && open === null ? (
        <p class="quiet">{page.incident.none}</p>
      ) : (
        <Story events={asked.value.events} open={open} />
      )}
    </section>
  );
}

interface StoryProps {
  /** Oldest first. */
  readonly events: readonly EventRecord[];
  readonly open: IncidentStatus | null;
}

function Story({ events, open }: StoryProps): JSX.Element {
  const { page, words, language } = useLanguage();
  const texts = page.incident;
  const lines = useLines(events);
  const opened = open?.openedWall ?? events[0]?.wall ?? 0;
  const ended = open === null ? events.findLast(({ id }) => id === "incident-ended") : undefined;
  const scope = open?.group ?? events.find(({ id }) => id === "incident-opened")?.fields["scope"];
  const lasted = open === null ? (ended === undefined ? null : ended.wall - opened) : open.lastsMs;
  return (
    <>
      <Verdict isOpen={open !== null} verdict={String(ended?.fields["verdict"] ?? "")} />
      <Facts
        facts={[
          [texts.of, <Said text={words.scope(String(scope ?? "server"))} />],
          [texts.opened, fullTime(language, opened)],
          ended === undefined ? null : [texts.ended, fullTime(language, ended.wall)],
          lasted === null
            ? null
            : [texts.lasted, words.span(Math.max(1000, Math.round(lasted / 1000) * 1000))],
          [texts.evidence, <Evidence events={events} />],
        ]}
      />
      <h2>{texts.timeline}</h2>
      <div class="timeline">
        <AlertList lines={lines} hasIncidents={false} />
      </div>
    </>
  );
}

function Verdict(props: {
  readonly isOpen: boolean;
  readonly verdict: string;
}): JSX.Element | null {
  const { incident } = useLanguage().page;
  if (!props.isOpen && props.verdict === "") return null;
  const text = new Map<string, string>(Object.entries(incident.verdicts)).get(props.verdict);
  return (
    <p class="verdict">
      <StateMark state={props.isOpen ? "recovering" : "well"} />
      <strong>{props.isOpen ? incident.isOpen : (text ?? props.verdict)}</strong>
    </p>
  );
}

/** Where what was seen of the failure lies; the page cannot read it, whoever may log in there can. */
function Evidence({ events }: { readonly events: readonly EventRecord[] }): JSX.Element {
  const { incident } = useLanguage().page;
  const kept = events.filter(({ id }) => id === "evidence-kept");
  if (kept.length === 0) return <>{incident.noEvidence}</>;
  return (
    <ul class="plain">
      {kept.map(({ seq, fields }) => (
        <li key={seq}>
          <Said text={incident.evidenceSays(String(fields["folder"]), String(fields["files"]))} />
        </li>
      ))}
    </ul>
  );
}
