import type { Language } from "../../../src/base/language.ts";
import type { Speech } from "../../../src/events/speech.ts";
import type { PageTexts } from "./texts.ts";

/** Words that the texts of events use too. */
export interface PageWords {
  /** A span as people read it. */
  readonly span: (ms: number) => string;
  /** A rung of the ladder. */
  readonly step: (kind: string) => string;
  /** What is being done to a target. */
  readonly work: (kind: string) => string;
  /** What a step works on. */
  readonly target: (name: string) => string;
  /** What an incident or a suspension is about. */
  readonly scope: (name: string) => string;
  /** A reason of the policy, in this language where it has words for it. */
  readonly because: (reason: string) => string;
}

/** A language, complete. */
export interface Pack {
  readonly language: Language;
  readonly page: PageTexts;
  readonly words: PageWords;
  readonly speech: Speech;
}

/** What each language calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  ja: "日本語",
  zh: "中文",
};

/** A language with all its texts; the others are not loaded. */
export async function loadPack(language: Language): Promise<Pack> {
  if (language === "ja") return (await import("./pack-ja.ts")).JAPANESE;
  if (language === "zh") return (await import("./pack-zh.ts")).CHINESE;
  return (await import("./pack-en.ts")).ENGLISH;
}
