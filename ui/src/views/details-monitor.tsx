import type { JSX } from "preact";
import type { MonitorStatus, ServerStatus } from "../../../src/api/answers.ts";
import { useAsked } from "../data/asked.ts";
import { useLiveData } from "../data/context.ts";
import { monitorState } from "../data/tree-model.ts";
import { useLanguage } from "../i18n/language.ts";
import { Facts } from "../parts/facts.tsx";
import { Ladder } from "../parts/ladder.tsx";
import { Loading } from "../parts/loading.tsx";
import { Proven } from "../parts/proven.tsx";
import { Said } from "../parts/said.tsx";
import { DetailsTitle } from "../parts/details-title.tsx";
import { Statements } from "../parts/explained.tsx";
import { TurnService } from "./turn-service.tsx";

interface Props {
  readonly status: ServerStatus;
  readonly monitor: MonitorStatus;
}

/** Statements that the ladder shows better. */
const DRAWN = /^ladder-(?:rung|next)$/;

/** A monitor: what it says, its ladder, when each was last proven. */
export function MonitorDetails({ monitor }: Props): JSX.Element {
  const { page, words } = useLanguage();
  const { statusAt } = useLiveData();
  const asked = useAsked("monitor", { name: monitor.name }, statusAt);
  const texts = page.details;
  const { lastProbe, proven } = monitor;
  return (
    <>
      <DetailsTitle
        kind={`${page.tree.monitor} · ${monitor.type}`}
        name={monitor.name}
        state={monitorState(monitor)}
        marks={marksOf(monitor, page)}
      />
      <dl class="facts proven-first">
        <div>
          <dt>{texts.proven}</dt>
          <dd>
            <Proven proof={proven.detected} />
          </dd>
        </div>
      </dl>
      <h3>{texts.says}</h3>
      {asked.value === null ? (
        <Loading problem={asked.problem} again={asked.again} />
      ) : (
        <Statements statements={asked.value.statements.filter(({ id }) => !DRAWN.test(id))} />
      )}
      <h3>{texts.ladder}</h3>
      <Ladder monitor={monitor} />
      <h3>{texts.facts}</h3>
      <Facts
        facts={[
          [texts.recovers, <Said text={words.target(monitor.target)} />],
          [texts.interval, words.span(monitor.intervalMs)],
          [texts.timeout, words.span(monitor.timeoutMs)],
          [texts.retries, String(monitor.retries)],
          lastProbe === null ? [texts.lastProbe, texts.neverProbed] : null,
          asked.value === null ? null : [texts.cannotDetect, asked.value.cannotDetect],
        ]}
      />
      {asked.value === null ? null : <Parameters params={asked.value.params} />}
      <TurnService what={`monitor:${monitor.name}`} />
    </>
  );
}

function marksOf(
  monitor: MonitorStatus,
  page: ReturnType<typeof useLanguage>["page"],
): readonly string[] {
  const { details, states } = page;
  return [
    ...(monitor.isSuspended ? [states.suspended] : []),
    ...(monitor.isFlapping ? [details.flapping] : []),
    ...(monitor.isChronic ? [details.chronic] : []),
    ...(monitor.consequenceOf === null ? [] : [details.consequenceOf(monitor.consequenceOf)]),
    ...(monitor.proven.detected.isOld ? [details.isOld] : []),
  ];
}

function Parameters({
  params,
}: {
  readonly params: Readonly<Record<string, unknown>>;
}): JSX.Element {
  const { page } = useLanguage();
  const rows = Object.entries(params);
  if (rows.length === 0) return <></>;
  return (
    <details class="parameters">
      <summary>{page.details.parameters}</summary>
      <Facts
        facts={rows.map(([key, value]) => [
          key,
          <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>,
        ])}
      />
    </details>
  );
}
