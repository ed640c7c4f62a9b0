import type { JSX } from "preact";
import { useLiveData } from "../data/context.ts";
import { useNow } from "../data/now.ts";
import { fullTime, moment } from "../i18n/dates.ts";
import { useLanguage } from "../i18n/language.ts";
import { Notice } from "../parts/notice.tsx";
import { Said } from "../parts/said.tsx";

/** A moment without the stream is no news. */
const PATIENCE_MS = 12_000;

/** Says aloud when what is shown is not fresh: nobody answers, or the agent does not. */
export function Connection(): JSX.Element | null {
  const { page, language } = useLanguage();
  const { link, status, statusAt } = useLiveData();
  const now = useNow();
  const texts = page.live;
  const asOf = status === null ? null : fullTime(language, status.wall);
  if (link === "agent-down") {
    return (
      <div class="across">
        <Notice state="failed" isNews>
          <strong>{texts.agentDown}</strong> {texts.agentDownSays}{" "}
          {asOf === null ? null : texts.asOf(asOf)}
          <div class="quiet">
            <Said text={texts.agentDownDo} />
          </div>
        </Notice>
      </div>
    );
  }
  if (link === "lost") {
    return (
      <div class="across">
        <Notice state="unknown" isNews>
          <strong>{asOf === null ? texts.lostNever : texts.lost(asOf)}</strong>{" "}
          <span class="quiet">{texts.retrying}</span>
        </Notice>
      </div>
    );
  }
  const isOld = status !== null && now - statusAt > 3 * PATIENCE_MS && !document.hidden;
  if (!isOld) return null;
  return (
    <div class="across">
      <Notice state="unknown" isNews>
        <strong>{texts.lost(moment(language, status.wall, now))}</strong>{" "}
        <span class="quiet">{texts.retrying}</span>
      </Notice>
    </div>
  );
}

/** How old what is shown is: nothing to think about while it is fresh. */
export function Freshness(): JSX.Element | null {
  const { page, words } = useLanguage();
  const { link, statusAt, status } = useLiveData();
  const now = useNow();
  if (status === null) return null;
  const age = Math.max(0, Math.round((now - statusAt) / 1000)) * 1000;
  const state = link === "live" ? "live" : link === "connecting" ? "connecting" : "lost";
  return (
    <span class={`freshness is-${state}`}>
      <span class="dot" aria-hidden="true" />
      {state === "lost" ? null : `${page.live[state]} · `}
      {page.live.fresh(words.span(age))}
    </span>
  );
}
