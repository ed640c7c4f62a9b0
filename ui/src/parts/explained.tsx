import type { JSX } from "preact";
import type { Statement } from "../../../src/api/answers.ts";
import { renderStatement } from "../../../src/events/render.ts";
import { useAsked } from "../data/asked.ts";
import { useLiveData } from "../data/context.ts";
import { useLanguage } from "../i18n/language.ts";
import { Loading } from "./loading.tsx";
import { Said } from "./said.tsx";

/** What the agent says about it, each sentence in a line. */
export function Explained({ name }: { readonly name: string | null }): JSX.Element {
  const { statusAt } = useLiveData();
  const asked = useAsked("explain", name === null ? {} : { name }, statusAt);
  if (asked.value === null) return <Loading problem={asked.problem} again={asked.again} />;
  return <Statements statements={asked.value.statements} />;
}

export function Statements(props: { readonly statements: readonly Statement[] }): JSX.Element {
  const { speech } = useLanguage();
  return (
    <ul class="statements">
      {props.statements.map((statement, at) => (
        <li key={at}>
          <Said text={renderStatement(statement, speech)} />
        </li>
      ))}
    </ul>
  );
}
