import type { ComponentChildren, JSX } from "preact";
import type { ShownState } from "../i18n/texts.ts";
import { StateShape } from "./state-mark.tsx";

interface Props {
  readonly state: ShownState;
  readonly children: ComponentChildren;
  /** What can be done about it, at its end. */
  readonly action?: ComponentChildren;
  /** It is news, and read out. */
  readonly isNews?: boolean;
}

/** A line that wants to be seen: a shape, a sentence, perhaps a button. */
export function Notice({ state, children, action, isNews = false }: Props): JSX.Element {
  return (
    <div class={`notice is-${state}`} {...(isNews ? { role: "status" as const } : {})}>
      <StateShape state={state} />
      <div class="notice-text">{children}</div>
      {action === undefined ? null : <div class="notice-action">{action}</div>}
    </div>
  );
}
