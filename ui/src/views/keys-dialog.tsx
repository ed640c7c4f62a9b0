import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { areKeysOn, turnKeys } from "../data/keys.ts";
import { useLanguage } from "../i18n/language.ts";
import type { ButtonName } from "../i18n/texts.ts";
import { Dialog } from "../parts/dialog.tsx";

interface Props {
  readonly letters: Readonly<Record<ButtonName, string>>;
  readonly onClose: () => void;
}

/** Which key does what. */
export function KeysDialog({ letters, onClose }: Props): JSX.Element {
  const { keys, buttons, frame } = useLanguage().page;
  const [isOn, setOn] = useState(areKeysOn);
  const rows: readonly (readonly [string, string])[] = [
    ["o", keys.overview],
    [letters.alerts, buttons.alerts],
    [letters.logs, buttons.logs],
    [letters.reload, buttons.reload],
    [letters.settings, buttons.settings],
    [letters.service, buttons.service],
    ["/", keys.find],
    ["?", keys.help],
    ["↑ ↓", keys.move],
    ["← →", keys.open],
    ["Home End", keys.first],
  ];
  return (
    <Dialog title={keys.title} onClose={onClose}>
      <dl class="keys">
        {rows.map(([key, does]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ currentTarget }) => {
            turnKeys(currentTarget.checked);
            setOn(currentTarget.checked);
          }}
        />
        <span>
          {keys.single}
          <small>{keys.singleSays}</small>
        </span>
      </label>
      <form method="dialog" class="actions">
        <button>{frame.close}</button>
      </form>
    </Dialog>
  );
}
