import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { findSession } from "../data/session.ts";
import { useLanguage } from "../i18n/language.ts";
import { Notice } from "../parts/notice.tsx";
import { Said } from "../parts/said.tsx";

const RETRY_MS = 5000;

/** Before anybody is known: being asked, or nobody answers. */
export function Unreachable({ isAsking }: { readonly isAsking: boolean }): JSX.Element {
  const { page } = useLanguage();
  useEffect(() => {
    if (isAsking) return;
    const timer = setInterval(() => void findSession(), RETRY_MS);
    return () => clearInterval(timer);
  }, [isAsking]);
  return (
    <main id="content" class="narrow">
      <h1 class="mark-name">SoloSafe</h1>
      {isAsking ? (
        <p class="loading" role="status">
          {page.frame.loading}
        </p>
      ) : (
        <Notice state="failed" isNews>
          <strong>{page.live.agentDown}</strong> {page.live.agentDownSays}
          <p>
            <Said text={page.live.agentDownDo} />
          </p>
          <p class="quiet">{page.live.retrying}</p>
        </Notice>
      )}
    </main>
  );
}
