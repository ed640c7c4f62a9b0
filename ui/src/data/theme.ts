import { keepSetting, readSetting } from "../i18n/language.ts";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "solosafe-theme";

export function wantedTheme(): Theme {
  const kept = readSetting(KEY);
  return THEMES.find((one) => one === kept) ?? "auto";
}

/** Shows the page in these colours, and remembers it. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  keepSetting(KEY, theme);
}
