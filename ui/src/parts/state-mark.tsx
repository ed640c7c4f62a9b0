import type { JSX } from "preact";
import { useLanguage } from "../i18n/language.ts";
import type { ShownState } from "../i18n/texts.ts";

/** Colours of states. Each state also has a shape and a word, so that nobody needs the colour. */
type Hue = "ok" | "warn" | "bad" | "work" | "off" | "unknown";

interface Look {
  readonly hue: Hue;
  readonly shape: keyof typeof SHAPES;
}

const LOOKS: Readonly<Record<ShownState, Look>> = {
  ok: { hue: "ok", shape: "check" },
  active: { hue: "ok", shape: "check" },
  well: { hue: "ok", shape: "check" },
  warning: { hue: "warn", shape: "triangle" },
  suspect: { hue: "warn", shape: "diamond" },
  "partly-active": { hue: "warn", shape: "half" },
  failed: { hue: "bad", shape: "cross" },
  ill: { hue: "bad", shape: "cross" },
  "stop-failed": { hue: "bad", shape: "cross" },
  blocked: { hue: "bad", shape: "bar" },
  unknown: { hue: "unknown", shape: "question" },
  waiting: { hue: "off", shape: "ring" },
  inactive: { hue: "off", shape: "ring" },
  disabled: { hue: "off", shape: "slash" },
  suspended: { hue: "off", shape: "pause" },
  starting: { hue: "work", shape: "turn" },
  stopping: { hue: "work", shape: "turn" },
  recovering: { hue: "work", shape: "turn" },
  rehearsed: { hue: "work", shape: "dashes" },
};

const LINE = {
  fill: "none",
  stroke: "currentColor",
  "stroke-width": 2,
  "stroke-linecap": "round",
  "stroke-linejoin": "round",
} as const;
const CUT = { ...LINE, class: "cut" } as const;

const SHAPES = {
  check: (
    <>
      <circle cx="10" cy="10" r="8.5" />
      <path d="m6 10.3 2.8 2.7L14 7.5" {...CUT} />
    </>
  ),
  triangle: (
    <>
      <path
        d="M10 1.8 19 17.5H1z"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linejoin="round"
      />
      <path d="M10 7.2v4.6M10 14.6v.2" {...CUT} />
    </>
  ),
  diamond: (
    <>
      <path d="M10 1 19 10 10 19 1 10z" stroke="currentColor" stroke-linejoin="round" />
      <path d="M10 6v4.8M10 13.7v.2" {...CUT} />
    </>
  ),
  cross: (
    <>
      <path d="M6.3 1.3h7.4l5 5v7.4l-5 5H6.3l-5-5V6.3z" />
      <path d="m6.9 6.9 6.2 6.2m0-6.2-6.2 6.2" {...CUT} />
    </>
  ),
  bar: (
    <>
      <path d="M6.3 1.3h7.4l5 5v7.4l-5 5H6.3l-5-5V6.3z" />
      <path d="M5.6 10h8.8" {...CUT} stroke-width="3" />
    </>
  ),
  question: (
    <>
      <rect x="1.5" y="1.5" width="17" height="17" rx="4" />
      <path d="M7.5 7.6c.3-3 5.2-2.8 5 .2-.1 1.7-2.5 1.9-2.5 3.8M10 14.4v.2" {...CUT} />
    </>
  ),
  ring: <circle cx="10" cy="10" r="7.5" {...LINE} />,
  slash: (
    <>
      <circle cx="10" cy="10" r="7.5" {...LINE} />
      <path d="m5 15 10-10" {...LINE} />
    </>
  ),
  pause: (
    <>
      <circle cx="10" cy="10" r="8.5" />
      <path d="M7.7 7v6M12.3 7v6" {...CUT} />
    </>
  ),
  half: (
    <>
      <circle cx="10" cy="10" r="7.5" {...LINE} />
      <path d="M10 2.5a7.5 7.5 0 0 1 0 15z" />
    </>
  ),
  turn: (
    <>
      <path d="M17 10a7 7 0 1 1-2.3-5.2" {...LINE} />
      <path d="M17.5 2v4.5H13" {...LINE} />
    </>
  ),
  dashes: <circle cx="10" cy="10" r="7.5" {...LINE} stroke-dasharray="3.5 3.5" />,
} as const;

interface ShapeProps {
  readonly state: ShownState;
  readonly isLarge?: boolean;
}

/** The shape of a state, for places where its word stands beside it. */
export function StateShape({ state, isLarge = false }: ShapeProps): JSX.Element {
  const { hue, shape } = LOOKS[state];
  return (
    <svg
      class={`shape hue-${hue}${isLarge ? " large" : ""}`}
      viewBox="0 0 20 20"
      fill="currentColor"
      aria-hidden="true"
    >
      {SHAPES[shape]}
    </svg>
  );
}

/** The word of a state in its colour. */
export function StateWord({ state }: { readonly state: ShownState }): JSX.Element {
  const { page } = useLanguage();
  return <span class={`word hue-${LOOKS[state].hue}`}>{page.states[state]}</span>;
}

/** Shape and word. */
export function StateMark({ state }: { readonly state: ShownState }): JSX.Element {
  return (
    <span class="mark">
      <StateShape state={state} />
      <StateWord state={state} />
    </span>
  );
}
