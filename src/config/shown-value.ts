import { CHAT_ADDRESS } from "../base/chat-address.ts";
import { isRaw } from "./named-map.ts";

const CHARACTERS_MAX = 120;
const HIDDEN = "(hidden)";
const SECRET_KEY =
  /pass(?:word|wd|phrase)?$|secret|token|credential|cookie|authorization|(?:api|private|access)[-_]?key/i;
const SECRET_WORD = /^(--?[\w-]*(?:pass(?:word|wd|phrase)?|secret|token|key))=.*/i;
const SECRET_OPTION = /^--?[\w-]*(?:pass(?:word|wd|phrase)?|secret|token|key)$/i;
const URL_PASSWORD = /(:\/\/[^/\s:@]*:)[^/\s@]*@/g;

/**
 * A value as people are shown it: one line, at most 120 characters, without what looks like a
 * secret. Null for what is not there and for a whole group, resource or monitor.
 */
export function shownValue(path: readonly string[], value: unknown): string | null {
  if (value === undefined || (isRaw(value) && isThing(path))) return null;
  const shown = hide(path.at(-1) ?? "", value);
  const text = typeof shown === "string" ? shown : JSON.stringify(shown);
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > CHARACTERS_MAX ? `${line.slice(0, CHARACTERS_MAX - 1)}…` : line;
}

function isThing(path: readonly string[]): boolean {
  if (path[0] === "monitors") return path.length === 2;
  return path[0] === "groups" && (path.length === 2 || path.length === 4);
}

function hide(key: string, value: unknown): unknown {
  if (isRaw(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hide(name, one)]));
  }
  if (Array.isArray(value)) return hideWords(key, value);
  if (SECRET_KEY.test(key)) return HIDDEN;
  return typeof value === "string" ? hideInText(value) : value;
}

/** The word after `--password` is one, too. */
function hideWords(key: string, words: readonly unknown[]): unknown[] {
  return words.map((word, at) => {
    const before = words[at - 1];
    const isNamed = typeof before === "string" && SECRET_OPTION.test(before);
    return isNamed && typeof word === "string" ? HIDDEN : hide(key, word);
  });
}

function hideInText(text: string): string {
  return text
    .replace(SECRET_WORD, `$1=${HIDDEN}`)
    .replaceAll(URL_PASSWORD, `$1${HIDDEN}@`)
    .replaceAll(CHAT_ADDRESS, `$1/${HIDDEN}`);
}
