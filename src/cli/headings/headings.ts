import type { Language } from "../../base/language.ts";
import { ENGLISH_HEADINGS, type Headings } from "./en.ts";

/** The command line's own texts in a language; those of the others are not even read. */
export async function loadHeadings(language: Language): Promise<Headings> {
  if (language === "ja") return (await import("./ja.ts")).JAPANESE_HEADINGS;
  if (language === "zh") return (await import("./zh.ts")).CHINESE_HEADINGS;
  return ENGLISH_HEADINGS;
}
