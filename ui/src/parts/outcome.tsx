import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CommandAnswer } from "../../../src/api/answers.ts";
import type { Called, CallProblem } from "../data/client.ts";
import { useLive } from "../data/context.ts";
import { sessionEnded } from "../data/session.ts";
import { useLanguage } from "../i18n/language.ts";
import { Problem } from "./loading.tsx";
import { Notice } from "./notice.tsx";
import { Said } from "./said.tsx";

/** Something that is being asked of the agent, and what became of it. */
export interface Deed {
  readonly isBusy: boolean;
  readonly told: Told | null;
  readonly run: (what: string, ask: () => Promise<Called<CommandAnswer>>) => void;
}

interface Told {
  readonly what: string;
  readonly answer: CommandAnswer | null;
  readonly problem: CallProblem | null;
}

/** Asks, remembers the answer, and shows the new state at once. */
export function useDeed(): Deed {
  const live = useLive();
  const [isBusy, setBusy] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  const run: Deed["run"] = (what, ask) => {
    setBusy(true);
    setTold(null);
    void ask().then((called) => {
      setBusy(false);
      if (called.ok) setTold({ what, answer: called.value, problem: null });
      else {
        if (called.problem.kind === "not-signed-in") sessionEnded();
        setTold({ what, answer: null, problem: called.problem });
      }
      void live.reload();
    });
  };
  return { isBusy, told, run };
}

/** What became of it, in one line. */
export function Outcome({ deed }: { readonly deed: Deed }): JSX.Element | null {
  const { page } = useLanguage();
  const { told, isBusy } = deed;
  if (told === null) {
    return isBusy ? (
      <p class="loading" role="status">
        {page.frame.loading}
      </p>
    ) : null;
  }
  const { what, answer, problem } = told;
  if (answer === null) {
    return (
      <Notice state="failed" isNews>
        {problem === null || problem.kind === "no-answer" ? (
          page.told.noAnswer
        ) : (
          <Problem problem={problem} />
        )}
      </Notice>
    );
  }
  if (answer.outcome === "failed") {
    return (
      <Notice state="failed" isNews>
        <Said text={page.told.failed(what, answer.reason)} />
      </Notice>
    );
  }
  return (
    <Notice state={answer.outcome === "done" ? "ok" : "starting"} isNews>
      {page.told[answer.outcome](what)}
    </Notice>
  );
}
