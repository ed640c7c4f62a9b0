import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { LANGUAGES, type Language } from "../../../src/base/language.ts";
import { applyTheme, THEMES, wantedTheme } from "../data/theme.ts";
import { LANGUAGE_NAMES } from "../i18n/pack.ts";
import { useLanguage } from "../i18n/language.ts";

interface Props {
  readonly onLanguage: (language: Language) => void;
  readonly children?: ComponentChildren;
}

/** Below everything: what one chooses once. */
export function Footer({ onLanguage, children }: Props): JSX.Element {
  const { page, language } = useLanguage();
  const [theme, setTheme] = useState(wantedTheme);
  return (
    <footer>
      {children}
      <label>
        <span>{page.frame.language}</span>
        <select
          value={language}
          onChange={({ currentTarget }) => {
            const chosen = LANGUAGES.find((one) => one === currentTarget.value);
            if (chosen !== undefined) onLanguage(chosen);
          }}
        >
          {LANGUAGES.map((one) => (
            <option key={one} value={one} lang={one}>
              {LANGUAGE_NAMES[one]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{page.frame.theme}</span>
        <select
          value={theme}
          onChange={({ currentTarget }) => {
            const chosen = THEMES.find((one) => one === currentTarget.value);
            if (chosen === undefined) return;
            applyTheme(chosen);
            setTheme(chosen);
          }}
        >
          {THEMES.map((one) => (
            <option key={one} value={one}>
              {page.frame.themes[one]}
            </option>
          ))}
        </select>
      </label>
    </footer>
  );
}
