import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ServerStatus } from "../../../src/api/answers.ts";
import { serverNameOf } from "../data/context.ts";
import { useLanguage } from "../i18n/language.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Said } from "../parts/said.tsx";

/** More names than this are counted. */
const NAMES_SHOWN = 12;

interface Props {
  readonly status: ServerStatus;
  readonly title: string;
  /** The button says it. */
  readonly verb: string;
  /** What stops. */
  readonly names: readonly string[];
  readonly isRestarted?: boolean;
  /** What is to be typed, where it is another name than the one on top of the page. */
  readonly name?: string;
  readonly onClose: () => void;
  readonly onConfirmed: () => void;
}

/** Before something dangerous: what will stop, and the name of the server, typed. */
export function Confirm(props: Props): JSX.Element {
  const { status, title, verb, names, isRestarted = false, onClose, onConfirmed } = props;
  const { page } = useLanguage();
  const texts = page.confirm;
  const [typed, setTyped] = useState("");
  const server = props.name ?? serverNameOf(status, page.frame.thisServer);
  const rest = names.length - NAMES_SHOWN;
  return (
    <Dialog title={title} onClose={onClose}>
      {names.length === 0 ? (
        <p>{texts.stopsNothing}</p>
      ) : (
        <>
          <p>{isRestarted ? texts.restarts : texts.stops}</p>
          <ul class="stopping">
            {names.slice(0, NAMES_SHOWN).map((name) => (
              <li key={name}>
                <code>{name}</code>
              </li>
            ))}
            {rest > 0 ? <li>{texts.and(rest)}</li> : null}
          </ul>
        </>
      )}
      <form
        method="dialog"
        onSubmit={() => {
          if (typed.trim() === server) onConfirmed();
        }}
      >
        <label class="field">
          <span>
            <Said text={texts.typeName(server)} />
          </span>
          <input
            value={typed}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-label={texts.name}
            maxLength={200}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <div class="actions">
          <button class="danger-button" disabled={typed.trim() !== server}>
            {texts.doIt(verb)}
          </button>
          <button type="button" onClick={onClose}>
            {page.frame.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
