import type { Language } from "../base/language.ts";
import { ENGLISH } from "./en.ts";
import type { Texts } from "./en-server.ts";
import { ENGLISH_STATEMENTS, type StatementTexts } from "./statements-en.ts";

/** Everything that is said in one language; the build breaks when something is missing. */
export interface Speech {
  readonly language: Language;
  readonly texts: Texts;
  readonly statements: StatementTexts;
  /** Last touch of a text: where this language wants room around names. */
  finish(text: string): string;
}

export const ENGLISH_SPEECH: Speech = {
  language: "en",
  texts: ENGLISH,
  statements: ENGLISH_STATEMENTS,
  finish: (text) => text,
};

/** The texts of a language; those of the others are not even read. */
export async function loadSpeech(language: Language): Promise<Speech> {
  if (language === "ja") return (await import("./ja.ts")).JAPANESE_SPEECH;
  if (language === "zh") return (await import("./zh.ts")).CHINESE_SPEECH;
  return ENGLISH_SPEECH;
}
