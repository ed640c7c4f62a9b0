import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { findLanguage, type Language } from "../../../src/base/language.ts";
import type { Pack } from "./pack.ts";

const KEY = "solosafe-language";
/** Places whose Chinese is written in other characters than ours. */
const TRADITIONAL = /-(?:TW|HK|MO|Hant)\b/i;

/** The language that was chosen here before, else the first of the browser's that we speak. */
export function wantedLanguage(): Language {
  const chosen = findLanguage(readSetting(KEY) ?? "");
  if (chosen !== null) return chosen;
  for (const one of navigator.languages) {
    const found = TRADITIONAL.test(one) ? null : findLanguage(one.split("-")[0] ?? "");
    if (found !== null) return found;
  }
  return "en";
}

export function keepLanguage(language: Language): void {
  keepSetting(KEY, language);
}

/** What this browser remembers; null where it remembers nothing or must not. */
export function readSetting(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keepSetting(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

export const LanguageContext = createContext<Pack | null>(null);

/** The language in which the page speaks. */
export function useLanguage(): Pack {
  const pack = useContext(LanguageContext);
  if (pack === null) throw new Error("no language is loaded");
  return pack;
}
