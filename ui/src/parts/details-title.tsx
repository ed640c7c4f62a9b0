import type { JSX } from "preact";
import { addressOf } from "../data/place.ts";
import { useLanguage } from "../i18n/language.ts";
import type { ShownState } from "../i18n/texts.ts";
import { Said } from "./said.tsx";
import { StateMark } from "./state-mark.tsx";

interface TitleProps {
  readonly kind: string;
  readonly name: string;
  readonly state: ShownState;
  /** How it is beside that, in a few words each. */
  readonly marks?: readonly string[];
}

/** What it is, its name, how it is. */
export function DetailsTitle({ kind, name, state, marks = [] }: TitleProps): JSX.Element {
  return (
    <>
      <BackLink />
      <p class="kicker">{kind}</p>
      <div class="card-head">
        <h2 id="details-title">{name}</h2>
        <StateMark state={state} />
      </div>
      {marks.length === 0 ? null : (
        <ul class="tags">
          {marks.map((mark) => (
            <li key={mark}>
              <Said text={mark} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Where details take the place of the tree, on a phone, it leads back. */
export function BackLink(): JSX.Element {
  const { frame } = useLanguage().page;
  return (
    <a class="back" href={addressOf({ view: "overview", at: null })}>
      ← {frame.back}
    </a>
  );
}
