import { useEffect, useRef } from "preact/hooks";
import { keepSetting, readSetting } from "../i18n/language.ts";

const KEY = "solosafe-keys";

/** Whether single letters press buttons; who dictates turns it off (WCAG 2.1.4). */
export function areKeysOn(): boolean {
  return readSetting(KEY) !== "off";
}

export function turnKeys(isOn: boolean): void {
  keepSetting(KEY, isOn ? "on" : "off");
}

/** Does what belongs to a letter, unless somebody is typing or a window is open. */
export function useKeys(deeds: Readonly<Record<string, () => void>>): void {
  const current = useRef(deeds);
  current.current = deeds;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || !areKeysOn() || isTaken(event)) return;
      const deed = current.current[event.key];
      if (deed === undefined) return;
      event.preventDefault();
      deed();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}

function isTaken({ target }: KeyboardEvent): boolean {
  const isTyping = target instanceof Element && target.closest("input,select,textarea") !== null;
  return isTyping || document.querySelector("dialog[open]") !== null;
}
