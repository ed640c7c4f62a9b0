import { CHAT_ADDRESS } from "./chat-address.ts";

/** What stands where a secret was. */
export const REMOVED = "[removed]";

/** Parts of a name that say that its value is a secret. */
const WORD =
  "(?:pass(?:word|wd|wort|phrase|code)|pwd|secret|token|credential|cookie|authorization|signature|" +
  "(?:api|access|account|private|encryption|signing|master|auth|(?:pre)?shared|license|storage|session|ssh|client)[-_. ]?key|" +
  "(?:^|[^a-z])(?:pass|auth|psk)(?![a-z]))";
/** A whole name with such a part; bounded, so that no line takes long. */
const NAME = `[\\w.-]{0,40}${WORD}[\\w.-]{0,40}`;
/** `"it\"s"`, `'it''s'`, also inside a text that is quoted itself. */
const QUOTED = `\\\\+"[^"]*"|"(?:[^"\\\\]|\\\\.)*"?|'[^']*'?`;

const anywhere = (pattern: string): RegExp => new RegExp(pattern, "gi");

/** A line that only sets one value: all of it goes. */
const SETTING = new RegExp(
  `^(\\s*(?:-\\s+)?(?:export\\s+|set\\s+)?["']?${NAME}["']?\\s*(?:::?|=>?)\\s*)(\\S.*)$`,
  "i",
);
/** Only names where the secret is. */
const POINTER = /^\{\s*(?:file|env)\s*:\s*[^{},]+\}\s*,?$/;
/** The value follows on the next lines. */
const OPEN_SETTING = new RegExp(
  `^(\\s*(?:-\\s+)?["']?${NAME}["']?\\s*:)\\s*(?:[|>][+-]?\\d?|&\\S+|!\\S+)?\\s*(?:#.*)?$`,
  "i",
);
/** A word of a list that says that the next word is a secret. */
const OPEN_WORD = new RegExp(`(?:^|[\\s"'\\[,])--?${NAME}["']?\\s*,?\\s*$`, "i");
const OPEN_ELEMENT = new RegExp(`<${NAME}(?:\\s[^<>]*)?>\\s*$`, "i");

type Rule = readonly [RegExp, string];

/** Most lines have no such name, and this is quick. */
const HAS_NAME = new RegExp(WORD, "i");

/** By the names of values. */
const NAMED: readonly Rule[] = [
  [
    anywhere(`(?<![\\w])(--?${NAME}["']?(?:\\s*,\\s*|\\s+|=))(?:${QUOTED}|[^\\s"',\\]]+)`),
    `$1${REMOVED}`,
  ],
  // `password=…;` may hold spaces, and what follows it is not worth the risk.
  [
    /\b(password|pwd|accountkey|sharedaccesskey)(\s*=\s*)[^;"'\s][^;"'\r\n]{0,500};/gi,
    `$1$2${REMOVED};`,
  ],
  [anywhere(`(${NAME}\\\\*["']?\\s*(?:=>|==?|::?)\\s*)(?:${QUOTED})`), `$1${REMOVED}`],
  [anywhere(`(${NAME}\\s*=\\s*)[^\\s"'\\[]\\S*`), `$1${REMOVED}`],
  [anywhere(`(${NAME}\\\\*["']?\\s*::?\\s+)[^\\s"'\\[{].*`), `$1${REMOVED}`],
  [anywhere(`(${NAME}\\\\*["']?::?)[^\\s"'\\[{/:]\\S*`), `$1${REMOVED}`],
  [anywhere(`(<${NAME}(?:\\s[^<>]*)?>)[^<]+`), `$1${REMOVED}`],
];

/** In addresses: all between `//` and the last `@`. */
const ADDRESSES: readonly Rule[] = [
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/:@"'<>]{0,200}:[^\s"'<>]{0,2000}@/gi, `$1${REMOVED}@`],
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"'<>]{0,2000}@/gi, `$1${REMOVED}@`],
  [CHAT_ADDRESS, `$1/${REMOVED}`],
];

/** By what stands around them, or by their form. */
const FORMS: readonly Rule[] = [
  // Key material on one line, as in JSON.
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g,
    REMOVED,
  ],
  // Headers: the whole value.
  [
    anywhere(
      `((?:proxy-)?authorization|(?:set-)?cookie2?|x-[a-z-]{0,30}(?:key|token|auth|secret))("?\\s*[:=]\\s*)(?:${QUOTED}|.*)`,
    ),
    `$1$2${REMOVED}`,
  ],
  [/\b(Bearer|Basic|Negotiate|NTLM|Token)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${REMOVED}`],
  [/\bDigest\s+\w+=.*/gi, `Digest ${REMOVED}`],
  [/\bAUTH(\s+)(PLAIN|LOGIN|CRAM-MD5|XOAUTH2)\s+\S+/gi, `AUTH$1$2 ${REMOVED}`],
  // Arguments of programs.
  [
    /((?:^|\s)(?:-u|--user|-U|--proxy-user)(?:["']?,?\s+|=)["']?)[^\s"':]+:[^\s"']+/g,
    `$1${REMOVED}`,
  ],
  [/(\bsshpass\s+-p\s*)\S+/g, `$1${REMOVED}`],
  [/(\b(?:mysql|mariadb)\w{0,20}\b.{0,400}?\s-p)[^\s"']+/g, `$1${REMOVED}`],
  [
    /(\b(?:redis-cli|ldap\w{3,10}|openssl|zip|7z|smbclient|htpasswd|curl|ftp)\b.{0,400}?\s-(?:a|w|p|pass|k|P)\s+)\S+/g,
    `$1${REMOVED}`,
  ],
  [/(\bpass:)[^\s"']+/g, `$1${REMOVED}`],
  // Sentences and small languages.
  [
    /(\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?)(?:'[^']*'|"[^"]*"|\S+)/gi,
    `$1${REMOVED}`,
  ],
  [
    /(\b(?:password|passphrase|secret|token)\s+(?:is|was)?\s*)(?:"[^"]+"|'[^']+')/gi,
    `$1${REMOVED}`,
  ],
  [/(\b(?:password|passphrase|secret|token)\s+is\s+)\S+/gi, `$1${REMOVED}`],
  [/(\blogin\s+\S+\s+password\s+)\S+/gi, `$1${REMOVED}`],
  [/^(\s*(?:password|requirepass|masterauth|bindpw|rootpw)\s+)\S.*$/gi, `$1${REMOVED}`],
  [/(\b(?:PASS|AUTH) )[^\s[]\S*\s*$/g, `$1${REMOVED}`],
  [/((?:パスワード|パスフレーズ|暗証番号|密码|密碼|口令)[\s:：=＝は是]*)[!-~]+/g, `$1${REMOVED}`],
  [/([?&;]sig=)[^&\s"']+/gi, `$1${REMOVED}`],
  // `user:password@server` without the scheme of an address.
  [/((?:^|[\s"'=])[\w.-]{1,64}:)[^\s:@/"'<>]{3,200}@(?=[\w-]{1,63}[.:\w])/g, `$1${REMOVED}@`],
  // What is known by its form.
  [/\{(?:S?SHA\d{0,3}|S?MD5|CRYPT|PBKDF2[\w-]{0,12})\}[^\s"']+/gi, REMOVED],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, REMOVED],
  [/\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA)[A-Z0-9]{16}\b/g, REMOVED],
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{30,})/g,
    REMOVED,
  ],
  [/\b(?:xox[abeprs]-[\w-]{10,}|xapp-[\w-]{10,}|AIza[\w-]{35}|ya29\.[\w-]{20,})/g, REMOVED],
  [/\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{20,}/g, REMOVED],
  [/\bSG\.[\w-]{16,}\.[\w-]{16,}/g, REMOVED],
  [/\bAGE-SECRET-KEY-1[A-Z0-9]+/g, REMOVED],
  [
    /\$(?:1|2[abxy]|5|6|7|y|gy|apr1|argon2\w{1,2}|scrypt|pbkdf2[\w-]{0,12})\$[^\s:"']{8,}/g,
    REMOVED,
  ],
];

const BEGIN_KEY = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const END_KEY = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
/** A key has fewer lines; without an end the text after it is shown again. */
const KEY_LINES_MOST = 400;
/** Longer lines are cut: they are data, and nobody reads them. */
const LINE_MOST = 64 * 1024;

/** The secrets of one line, removed: values known by their names or by their form. */
export function redactLine(line: string): string {
  const cut = line.length > LINE_MOST ? `${line.slice(0, LINE_MOST)}…` : line;
  const hasName = HAS_NAME.test(cut);
  const setting = hasName ? SETTING.exec(cut) : null;
  const value = setting?.[2];
  if (setting && value !== undefined && !isHarmless(value)) {
    const comma = value.endsWith(",") ? "," : "";
    return `${setting[1] ?? ""}${REMOVED}${comma}`;
  }
  if (value !== undefined && POINTER.test(value)) return cut;
  const formless = apply(FORMS, cut);
  const addressed = formless.includes("/") ? apply(ADDRESSES, formless) : formless;
  return hasName ? apply(NAMED, addressed) : addressed;
}

function apply(rules: readonly Rule[], line: string): string {
  return rules.reduce((text, [pattern, removed]) => text.replace(pattern, removed), line);
}

/** A map that opens, or where the secret lies: no secret itself. */
function isHarmless(value: string): boolean {
  return POINTER.test(value) || /^[[{|>&!]/.test(value) || /^(?:true|false|null|~),?$/.test(value);
}

/** What of a list of words, such as a command line, may be shown. */
export function redactWords(words: readonly string[]): readonly string[] {
  return words.map((word, at) => {
    const before = words[at - 1] ?? "";
    const isValue = OPEN_WORD.test(before) && before.startsWith("-") && !before.includes("=");
    return isValue ? REMOVED : redactLine(word);
  });
}

/**
 * A text without its secrets. Errs on the safe side: what only looks like one goes too. Keys that
 * go over several lines, and values below their name, are removed line by line.
 */
export function redact(text: string): string {
  const lines = text.split("\n");
  const redactor = new LineRedactor(isInsideKey(lines));
  return lines.map((line) => redactor.take(line)).join("\n");
}

/** Whether the text begins in the middle of a key: the end of a long file may. */
function isInsideKey(lines: readonly string[]): boolean {
  const end = lines.findIndex((line) => END_KEY.test(line));
  const begin = lines.findIndex((line) => BEGIN_KEY.test(line));
  return end >= 0 && (begin < 0 || begin > end);
}

/** Remembers between the lines of one text what was begun. */
class LineRedactor {
  #keyLines: number;
  /** Lines that stand further in than this belong to a secret's name. */
  #below: number | null = null;
  #isNext = false;

  constructor(isInsideKey: boolean) {
    this.#keyLines = isInsideKey ? KEY_LINES_MOST : 0;
  }

  take(line: string): string {
    if (this.#keyLines > 0) return this.#inKey(line);
    if (BEGIN_KEY.test(line) && !END_KEY.test(line)) {
      this.#keyLines = KEY_LINES_MOST;
      return REMOVED;
    }
    if (this.#isBelow(line)) return `${indentOf(line)}${REMOVED}`;
    if (this.#isNext && line.trim() !== "") {
      this.#isNext = false;
      return `${indentOf(line)}${/^\s*- /.test(line) ? "- " : ""}${REMOVED}`;
    }
    if (!HAS_NAME.test(line)) return redactLine(line);
    if (OPEN_SETTING.test(line)) {
      this.#below = indentOf(line).length;
      return line;
    }
    this.#isNext = OPEN_WORD.test(line) || OPEN_ELEMENT.test(line);
    return redactLine(line);
  }

  #inKey(line: string): string {
    this.#keyLines = END_KEY.test(line) ? 0 : this.#keyLines - 1;
    return REMOVED;
  }

  #isBelow(line: string): boolean {
    if (this.#below === null) return false;
    if (line.trim() === "" || indentOf(line).length > this.#below) return true;
    this.#below = null;
    return false;
  }
}

function indentOf(line: string): string {
  return /^\s*/.exec(line)?.[0] ?? "";
}
