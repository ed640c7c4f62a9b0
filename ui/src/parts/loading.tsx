import type { JSX } from "preact";
import type { CallProblem } from "../data/client.ts";
import { useLanguage } from "../i18n/language.ts";
import { Notice } from "./notice.tsx";
import { Said } from "./said.tsx";

interface Props {
  readonly problem: CallProblem | null;
  readonly again: () => void;
}

/** Stands where an answer will be: it is being loaded, or why it is not there. */
export function Loading({ problem, again }: Props): JSX.Element {
  const { page } = useLanguage();
  if (problem === null) {
    return (
      <p class="loading" role="status">
        {page.frame.loading}
      </p>
    );
  }
  return (
    <Notice
      state="failed"
      isNews
      action={
        <button type="button" class="small" onClick={again}>
          {page.frame.retry}
        </button>
      }
    >
      {page.told.cannotLoad} <Problem problem={problem} />
    </Notice>
  );
}

/** Why something was not done or not answered. */
export function Problem({ problem }: { readonly problem: CallProblem }): JSX.Element {
  const { page, words } = useLanguage();
  switch (problem.kind) {
    case "no-answer":
      return <>{page.live.lostNever}</>;
    case "agent-down":
      return <>{page.live.agentDown}</>;
    case "not-signed-in":
      return <>{page.access.ended}</>;
    case "not-allowed":
      return <>{page.told.notAllowed}</>;
    case "locked":
      return <>{page.access.locked(words.span(problem.retryAfterMs))}</>;
    case "refused":
      return <Said text={page.told.refused(problem.message)} />;
  }
}
