import type { Language } from "../../../src/base/language.ts";

const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", ja: "ja-JP", zh: "zh-CN" };

const made = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const found = made.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], options);
  made.set(key, found);
  return found;
}

/** `03:12:08` today, else with the day before it; for a list that is read from above. */
export function shortTime(language: Language, wall: number, now: number): string {
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false } as const;
  if (isSameDay(wall, now)) return format(language, time).format(wall);
  return format(language, { month: "2-digit", day: "2-digit", ...time }).format(wall);
}

/** `03:12` today, else with the day written out; for a sentence. */
export function moment(language: Language, wall: number, now: number): string {
  const time = { hour: "2-digit", minute: "2-digit", hour12: false } as const;
  if (isSameDay(wall, now)) return format(language, time).format(wall);
  const isSameYear = new Date(wall).getFullYear() === new Date(now).getFullYear();
  const year = isSameYear ? {} : ({ year: "numeric" } as const);
  return format(language, { ...year, month: "short", day: "numeric", ...time }).format(wall);
}

/** Day and time to the second, complete. */
export function fullTime(language: Language, wall: number): string {
  return format(language, { dateStyle: "medium", timeStyle: "medium", hour12: false }).format(wall);
}

/** A day as the contract writes it, `2026-11-21`, for people. */
export function dayText(language: Language, day: string): string {
  const wall = Date.parse(`${day}T00:00:00`);
  if (Number.isNaN(wall)) return day;
  return format(language, { month: "long", day: "numeric" }).format(wall);
}

/** Part of a whole as people read availability: two digits, and never 100 when something is missing. */
export function percent(part: number): string {
  const shown = Math.floor(part * 10_000) / 100;
  return `${shown === 100 ? "100" : shown.toFixed(2)} %`;
}

function isSameDay(left: number, right: number): boolean {
  return new Date(left).toDateString() === new Date(right).toDateString();
}
