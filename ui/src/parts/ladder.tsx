import type { JSX } from "preact";
import type { MonitorStatus } from "../../../src/api/answers.ts";
import { useLanguage } from "../i18n/language.ts";
import { Proven } from "./proven.tsx";
import { Said } from "./said.tsx";

interface Rung {
  readonly step: string;
  readonly taken: number;
  readonly allowed: number;
  readonly isFinal: boolean;
}

/** The rungs that are configured, in order; the last one is the final action. */
export function rungsOf({ ladder }: MonitorStatus): readonly Rung[] {
  const rungs: readonly Rung[] = [
    { step: "script", taken: ladder.scripts, allowed: ladder.scriptCount, isFinal: false },
    {
      step: "reactivation",
      taken: ladder.reactivations,
      allowed: ladder.reactivationThreshold,
      isFinal: false,
    },
    {
      step: "group-restart",
      taken: ladder.groupRestarts,
      allowed: ladder.groupRestartThreshold,
      isFinal: false,
    },
  ];
  const final = {
    step: ladder.finalAction,
    taken: ladder.isExhausted ? 1 : 0,
    allowed: 1,
    isFinal: true,
  };
  return [...rungs.filter(({ allowed }) => allowed > 0), final];
}

/** More dots than this are a number only. */
const DOTS_MOST = 8;

/** What is done when it fails, rung for rung: how much of it was taken, when it was last proven. */
export function Ladder({ monitor }: { readonly monitor: MonitorStatus }): JSX.Element {
  const { page } = useLanguage();
  const texts = page.details;
  const rungs = rungsOf(monitor);
  const isTrouble = monitor.status === "failed" || monitor.status === "suspect";
  const next = rungs.findIndex(({ taken, allowed }) => taken < allowed);
  const isTellingOnly = rungs.length === 1 && monitor.ladder.finalAction === "none";
  if (isTellingOnly) return <p class="quiet">{texts.noLadder}</p>;
  return (
    <>
      <ol class="ladder">
        {rungs.map((rung, at) => (
          <RungLine
            key={rung.step + at}
            rung={rung}
            isNext={isTrouble && at === next}
            proof={monitor.proven.steps.find(({ step }) => step === rung.step)}
          />
        ))}
      </ol>
      {monitor.ladder.isExhausted ? <p>{texts.exhausted}</p> : null}
    </>
  );
}

interface RungProps {
  readonly rung: Rung;
  readonly isNext: boolean;
  readonly proof: MonitorStatus["proven"]["detected"] | undefined;
}

function RungLine({ rung, isNext, proof }: RungProps): JSX.Element {
  const { page, words } = useLanguage();
  const texts = page.details;
  const { step, taken, allowed, isFinal } = rung;
  return (
    <li class={isNext ? "is-next" : taken >= allowed ? "is-taken" : undefined}>
      <span class="rung-name">
        <Said text={words.step(step)} />
        {isNext ? <span class="tag">{texts.nextRung}</span> : null}
      </span>
      <span class="rung-count">
        {allowed <= DOTS_MOST ? <Dots taken={taken} allowed={allowed} /> : null}
        {isFinal ? null : <span>{texts.taken(taken, allowed)}</span>}
      </span>
      {proof === undefined ? null : (
        <span class="rung-proof quiet">
          {texts.proven}: <Proven proof={proof} />
        </span>
      )}
    </li>
  );
}

function Dots({
  taken,
  allowed,
}: {
  readonly taken: number;
  readonly allowed: number;
}): JSX.Element {
  return (
    <span class="dots" aria-hidden="true">
      {Array.from({ length: allowed }, (_, at) => (
        <span key={at} class={at < taken ? "taken" : undefined} />
      ))}
    </span>
  );
}
