import type { JSX } from "preact";

interface Props {
  readonly text: string;
}

/** A text in which names and commands stand in backticks. It is text: nothing in it is markup. */
export function Said({ text }: Props): JSX.Element {
  const parts = text.split("`");
  // An odd one out is a backtick in a name; such a text is shown as it is.
  if (parts.length % 2 === 0) return <>{text}</>;
  return <>{parts.map((part, at) => (at % 2 === 0 ? part : <code key={at}>{part}</code>))}</>;
}
