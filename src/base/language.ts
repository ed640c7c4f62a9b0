/** Languages of texts for people: English, Japanese, Chinese (simplified). */
export const LANGUAGES = ["en", "ja", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language of this name; null when there is none. */
export function findLanguage(name: string): Language | null {
  return LANGUAGES.find((one) => one === name) ?? null;
}

/** Places whose Chinese is written in other characters than ours. */
const TRADITIONAL = /[_-](?:TW|HK|MO|Hant)\b/i;

/**
 * The language of a locale such as `ja_JP.UTF-8` (POSIX: language, territory, character set);
 * English for every other one, and where the terminal could not show our UTF-8.
 */
export function languageOfLocale(locale: string): Language {
  const [name = "", characters] = locale.split("@")[0]?.split(".") ?? [];
  if (characters !== undefined && !/^utf-?8$/i.test(characters)) return "en";
  if (TRADITIONAL.test(name)) return "en";
  return findLanguage(name.split(/[_-]/)[0]?.toLowerCase() ?? "") ?? "en";
}

/** The language of whoever called: the first of LC_ALL, LC_MESSAGES and LANG that is not empty. */
export function languageOfCaller(
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"];
  return languageOfLocale(locale ?? "");
}
