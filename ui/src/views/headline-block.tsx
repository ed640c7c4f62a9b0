import type { JSX } from "preact";
import type { ServerStatus, Statement } from "../../../src/api/answers.ts";
import { renderStatement } from "../../../src/events/render.ts";
import { useAsked } from "../data/asked.ts";
import { type Headline, headlineOf } from "../data/headline.ts";
import { useLiveData } from "../data/context.ts";
import { useNow } from "../data/now.ts";
import { addressOf } from "../data/place.ts";
import { moment } from "../i18n/dates.ts";
import { useLanguage } from "../i18n/language.ts";
import { Said } from "../parts/said.tsx";
import { StateShape } from "../parts/state-mark.tsx";

interface Props {
  readonly status: ServerStatus;
}

/** The answer to "is all well?", and if not: what is done, what comes next and when. */
export function HeadlineBlock({ status }: Props): JSX.Element {
  const { page, language } = useLanguage();
  const headline = headlineOf(status, page.headline, (wall) => moment(language, wall, status.wall));
  const { tone, state, sentence, others, about } = headline;
  const isEmpty = status.groups.length + status.monitors.length === 0;
  return (
    <section class={`headline tone-${tone}`}>
      <StateShape state={state} isLarge />
      <div>
        <div role="status">
          <h1>
            <Said text={sentence} />
          </h1>
        </div>
        {isEmpty ? (
          <>
            <p>{page.headline.nothingWatchedSays}</p>
            <p>
              <Said text={page.headline.nothingWatchedDo} />
            </p>
          </>
        ) : null}
        {about === null ? null : <Course status={status} headline={headline} about={about} />}
        {others > 0 ? <p class="quiet">{page.headline.others(others)}</p> : null}
      </div>
    </section>
  );
}

/** Statements of `explain` that say what comes next. */
const NEXT = [
  "monitor-next-probe",
  "monitor-not-probed",
  "ladder-next",
  "ladder-exhausted",
  "monitor-cured-in",
  "monitor-not-own-fault",
  "resource-blocked",
  "resource-awaits",
];

interface CourseProps extends Props {
  readonly headline: Headline;
  readonly about: string;
}

/** Why, now, next: each a line, where there is something to say. */
function Course({ status, headline, about }: CourseProps): JSX.Element {
  const { page, speech, words } = useLanguage();
  const { statusAt } = useLiveData();
  const asked = useAsked("explain", { name: about }, statusAt);
  const now = useNow();
  const { incident } = headline;
  const monitor = status.monitors.find((one) => one.name === about);
  const plans = status.plans.filter(
    ({ target }) => incident === null || target.split("/")[0] === (incident.group ?? target),
  );
  const say = (statement: Statement): string => renderStatement(statement, speech);
  const passed = Math.max(0, now - statusAt);
  const seconds = (span: number): string => words.span(Math.round(span / 1000) * 1000);
  const nowLines = plans.map(({ kind, target, lastsMs }) =>
    page.headline.runs(words.work(kind), words.target(target), seconds(lastsMs + passed)),
  );
  if (incident !== null && incident.waitingFor !== null) {
    nowLines.push(page.headline.waits(words.because(incident.waitingFor)));
  }
  const isWell = monitor?.status === "ok";
  const nextLines = (asked.value?.statements ?? [])
    .filter(({ id }) => NEXT.includes(id) && !(isWell && id.startsWith("ladder-")))
    .map((statement) => say(later(statement, passed)));
  const reason = monitor === undefined || isWell ? "" : monitor.reason;
  return (
    <dl class="course">
      {reason === "" && incident === null ? null : (
        <div>
          <dt>{page.headline.why}</dt>
          <dd>
            {reason === "" ? null : (
              <>
                <code>{about}</code>: {reason}.{" "}
              </>
            )}
            {incident === null ? null : (
              <a href={addressOf({ view: "incident", id: incident.id })}>
                {page.incident.title(incident.id)}
              </a>
            )}
          </dd>
        </div>
      )}
      <Line title={page.headline.now} texts={nowLines} />
      <Line title={page.headline.next} texts={nextLines} />
    </dl>
  );
}

function Line(props: {
  readonly title: string;
  readonly texts: readonly string[];
}): JSX.Element | null {
  if (props.texts.length === 0) return null;
  return (
    <div>
      <dt>{props.title}</dt>
      <dd>
        <Said text={props.texts.join(" ")} />
      </dd>
    </div>
  );
}

/** The statement as it is so many milliseconds later: what is to come is nearer, to the second. */
function later({ id, fields }: Statement, passedMs: number): Statement {
  const { wait } = fields;
  if (typeof wait !== "number") return { id, fields };
  const left = Math.ceil(Math.max(0, wait - passedMs) / 1000) * 1000;
  return { id, fields: { ...fields, wait: left } };
}
