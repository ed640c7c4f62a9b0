import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { useLanguage } from "../i18n/language.ts";

interface Props {
  readonly text: string;
}

/** A command for the server's shell, to be copied. */
export function Copyable({ text }: Props): JSX.Element {
  const { frame } = useLanguage().page;
  const [isCopied, setCopied] = useState(false);
  const code = useRef<HTMLElement>(null);
  const copy = (): void => {
    // Without HTTPS a browser gives no clipboard; then the text is marked, to be copied by hand.
    const marked = (): void => {
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
    };
    const { clipboard } = navigator as { clipboard?: Clipboard };
    if (clipboard === undefined) return marked();
    clipboard.writeText(text).then(() => setCopied(true), marked);
  };
  return (
    <div class="copyable">
      <code ref={code}>{text}</code>
      <button type="button" class="small" onClick={copy}>
        {isCopied ? frame.copied : frame.copy}
      </button>
    </div>
  );
}
