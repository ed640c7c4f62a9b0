import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ServerStatus } from "../../../src/api/answers.ts";
import { call } from "../data/client.ts";
import { useLanguage } from "../i18n/language.ts";
import { Notice } from "../parts/notice.tsx";
import { Outcome, useDeed } from "../parts/outcome.tsx";
import { Said } from "../parts/said.tsx";

const HOUR_MS = 3_600_000;
/** Mirrors the contract, which the page does not load. */
const SPAN_MOST_MS = 7 * 24 * HOUR_MS;

/** `until`: an instant is asked for; `person`: until somebody says so. */
const SPANS = {
  minutes30: HOUR_MS / 2,
  hours2: 2 * HOUR_MS,
  hours8: 8 * HOUR_MS,
  days1: 24 * HOUR_MS,
  date: "until",
  person: "person",
} as const;
type Span = keyof typeof SPANS;
const SPAN_NAMES = Object.keys(SPANS) as readonly Span[];

interface Props {
  readonly status: ServerStatus;
  /** A group, a resource, `monitor:…`, or nothing yet. */
  readonly what: string;
}

function scopeOf(what: string): string {
  if (what === "" || what.startsWith("monitor:")) return what === "" ? "all" : what;
  return `group:${what.split("/")[0]}`;
}

/** How long; null: until a person says so; "wrong": it is past or too far away. */
function spanOf(span: Span, until: string): number | null | "wrong" {
  const kind = SPANS[span];
  if (kind === "person") return null;
  if (kind !== "until") return kind;
  const left = Date.parse(until) - Date.now();
  return left >= 1000 && left <= SPAN_MOST_MS ? Math.round(left) : "wrong";
}

/** Suspends with an end, and resumes. */
export function SuspendService({ status, what }: Props): JSX.Element {
  const { page } = useLanguage();
  const texts = page.service;
  const [scope, setScope] = useState(scopeOf(what));
  const [span, setSpan] = useState<Span>("hours2");
  const [until, setUntil] = useState("");
  const [isWrong, setWrong] = useState(false);
  const deed = useDeed();
  const suspend = (): void => {
    const forMs = spanOf(span, until);
    setWrong(forMs === "wrong");
    if (forMs !== "wrong") deed.run(texts.suspend, () => call("suspend", { scope, forMs }));
  };
  return (
    <section class="card" aria-labelledby="suspend-title">
      <h2 id="suspend-title">{texts.suspension}</h2>
      <p class="quiet">{texts.suspensionSays}</p>
      <div class="row">
        <ScopeField status={status} scope={scope} onScope={setScope} />
        <label class="field">
          <span>{texts.until}</span>
          <select
            value={span}
            onChange={({ currentTarget }) =>
              setSpan(SPAN_NAMES.find((one) => one === currentTarget.value) ?? "hours2")
            }
          >
            {SPAN_NAMES.map((one) => (
              <option key={one} value={one}>
                {texts.spans[one]}
              </option>
            ))}
          </select>
        </label>
        {span === "date" ? (
          <label class="field">
            <span>{texts.endTime}</span>
            <input
              type="datetime-local"
              value={until}
              onChange={({ currentTarget }) => setUntil(currentTarget.value)}
            />
          </label>
        ) : null}
      </div>
      {isWrong ? (
        <Notice state="warning" isNews>
          {texts.endTimePast}
        </Notice>
      ) : null}
      <div class="actions">
        <button type="button" disabled={deed.isBusy} onClick={suspend}>
          {texts.suspend}
        </button>
      </div>
      <Outcome deed={deed} />
      <Suspended
        status={status}
        onResume={(one) => deed.run(texts.resume, () => call("resume", { scope: one }))}
      />
    </section>
  );
}

interface SuspendedProps {
  readonly status: ServerStatus;
  readonly onResume: (scope: string) => void;
}

function Suspended({ status, onResume }: SuspendedProps): JSX.Element {
  const { page, words } = useLanguage();
  const texts = page.service;
  return (
    <>
      <h3>{texts.suspendedNow}</h3>
      {status.suspensions.length === 0 ? <p class="quiet">{texts.nothingSuspended}</p> : null}
      <ul class="parts">
        {status.suspensions.map(({ scope, by, leftMs }) => (
          <li key={scope + by}>
            <span>
              <Said text={words.scope(scope)} />
            </span>
            <span class="quiet">
              {leftMs === null
                ? texts.untilResumed
                : texts.left(words.span(Math.ceil(leftMs / 60_000) * 60_000))}{" "}
              ({by})
            </span>
            {by.startsWith("the planned window ") ? null : (
              <button type="button" class="small" onClick={() => onResume(scope)}>
                {texts.resume}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

interface ScopeProps {
  readonly status: ServerStatus;
  readonly scope: string;
  readonly onScope: (scope: string) => void;
}

function ScopeField({ status, scope, onScope }: ScopeProps): JSX.Element {
  const texts = useLanguage().page.service;
  return (
    <label class="field">
      <span>{texts.scope}</span>
      <select value={scope} onChange={({ currentTarget }) => onScope(currentTarget.value)}>
        <option value="all">{texts.everything}</option>
        {status.groups.map(({ name }) => (
          <option key={name} value={`group:${name}`}>
            {texts.ofGroup(name)}
          </option>
        ))}
        {status.monitors.map(({ name }) => (
          <option key={name} value={`monitor:${name}`}>
            {texts.ofMonitor(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
