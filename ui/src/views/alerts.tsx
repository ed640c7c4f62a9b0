import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AlertsAnswer } from "../../../src/api/alert-answers.ts";
import { MODULES, SEVERITIES } from "../../../src/events/entry.ts";
import { useAsked } from "../data/asked.ts";
import type { RequestOf } from "../data/calls.ts";
import { call } from "../data/client.ts";
import { useLiveData } from "../data/context.ts";
import { useLanguage } from "../i18n/language.ts";
import { AlertList } from "../parts/events-list.tsx";
import { Loading } from "../parts/loading.tsx";

/** What is looked for; all empty = the newest. */
interface Search {
  readonly grep: string;
  readonly severity: string;
  readonly module: string;
  readonly from: string;
  readonly until: string;
}

const NOTHING: Search = { grep: "", severity: "", module: "", from: "", until: "" };
const PAGE = 100;
/** Typing asks once, when it rests. */
const REST_MS = 350;

/** The search as the agent takes it; what it does not know is left out. */
function requestOf(search: Search, language: "en" | "ja" | "zh"): RequestOf<"alerts"> {
  const severity = SEVERITIES.find((one) => one === search.severity);
  const from = Date.parse(search.from);
  const until = Date.parse(search.until);
  return {
    ...(search.grep.trim() === "" ? {} : { grep: search.grep.trim().slice(0, 200) }),
    ...(severity === undefined ? {} : { severity }),
    ...(search.module === "" ? {} : { module: search.module }),
    ...(Number.isNaN(from) ? {} : { sinceWall: from }),
    ...(Number.isNaN(until) ? {} : { untilWall: until }),
    limit: PAGE,
    language,
  };
}

/** The alert log, searched on the server. */
export function AlertsView(): JSX.Element {
  const { page } = useLanguage();
  const [search, setSearch] = useState<Search>(NOTHING);
  const rested = useRested(search);
  return (
    <section class="card" aria-labelledby="view-title">
      <h1 id="view-title">{page.alerts.title}</h1>
      <SearchForm search={search} onSearch={setSearch} />
      <Results key={JSON.stringify(rested)} search={rested} />
    </section>
  );
}

function useRested(search: Search): Search {
  const [rested, setRested] = useState(search);
  useEffect(() => {
    const timer = setTimeout(() => setRested(search), REST_MS);
    return () => clearTimeout(timer);
  }, [search]);
  return rested;
}

interface FormProps {
  readonly search: Search;
  readonly onSearch: (search: Search) => void;
}

function SearchForm({ search, onSearch }: FormProps): JSX.Element {
  const { alerts } = useLanguage().page;
  const set = (change: Partial<Search>): void => onSearch({ ...search, ...change });
  const isEmpty = Object.values(search).every((one) => one === "");
  return (
    <form class="search" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="field wide">
        <span>{alerts.words}</span>
        <input
          type="search"
          data-find
          placeholder={alerts.wordsHint}
          value={search.grep}
          maxLength={200}
          onInput={({ currentTarget }) => set({ grep: currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{alerts.severity}</span>
        <select
          value={search.severity}
          onChange={({ currentTarget }) => set({ severity: currentTarget.value })}
        >
          <option value="">{alerts.anySeverity}</option>
          {SEVERITIES.map((one) => (
            <option key={one} value={one}>
              {alerts.severities[one]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{alerts.module}</span>
        <select
          value={search.module}
          onChange={({ currentTarget }) => set({ module: currentTarget.value })}
        >
          <option value="">{alerts.anyModule}</option>
          {MODULES.map((one) => (
            <option key={one} value={one}>
              {alerts.modules[one]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{alerts.from}</span>
        <input
          type="datetime-local"
          value={search.from}
          onChange={({ currentTarget }) => set({ from: currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{alerts.until}</span>
        <input
          type="datetime-local"
          value={search.until}
          onChange={({ currentTarget }) => set({ until: currentTarget.value })}
        />
      </label>
      {isEmpty ? null : (
        <button type="button" class="quiet-button" onClick={() => onSearch(NOTHING)}>
          {alerts.clear}
        </button>
      )}
    </form>
  );
}

function Results({ search }: { readonly search: Search }): JSX.Element {
  const { page, language } = useLanguage();
  const texts = page.alerts;
  const { events } = useLiveData();
  const request = requestOf(search, language);
  const asked = useAsked("alerts", request);
  const [older, setOlder] = useState<readonly AlertsAnswer[]>([]);
  const [isReading, setReading] = useState(false);
  // Another language is another answer: what was read on belongs to the one before.
  useEffect(() => setOlder([]), [language]);
  if (asked.value === null) return <Loading problem={asked.problem} again={asked.again} />;
  const pages = [asked.value, ...older];
  const lines = pages.flatMap((one) => one.alerts);
  const hasMore = pages.at(-1)?.hasMore === true;
  const newest = lines[0]?.seq;
  const newer =
    newest === undefined ? 0 : (events ?? []).filter((event) => event.seq > newest).length;
  const readOn = async (): Promise<void> => {
    const beforeSeq = lines.at(-1)?.seq;
    if (beforeSeq === undefined) return;
    setReading(true);
    const answer = await call("alerts", { ...request, beforeSeq });
    setReading(false);
    if (answer.ok) setOlder((before) => [...before, answer.value]);
  };
  const isSearching = Object.values(search).some((one) => one !== "");
  return (
    <>
      <div class="card-head">
        <p class="quiet" role="status">
          {lines.length === 0
            ? isSearching
              ? texts.noneFound
              : texts.none
            : texts.found(lines.length, hasMore)}
        </p>
        {newer > 0 && !isSearching ? (
          <button type="button" class="small" onClick={asked.again}>
            {texts.newer(newer)}
          </button>
        ) : null}
      </div>
      <AlertList lines={lines} />
      {hasMore ? (
        <p>
          <button type="button" disabled={isReading} onClick={() => void readOn()}>
            {isReading ? page.frame.loading : texts.older}
          </button>
        </p>
      ) : null}
    </>
  );
}
