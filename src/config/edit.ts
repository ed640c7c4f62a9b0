import type { Document } from "yaml";
import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap } from "yaml";
import { type Fault, fail, type Result, succeed } from "../base/result.ts";

// Keys that stand twice are told when the edited text is checked; looking for them here takes long.
const READING = { prettyErrors: false, logLevel: "error", uniqueKeys: false } as const;

/** Keys from the top to a value; a number counts in a list. */
export type EditPath = readonly string[];

/** Reads `monitors.page.interval`; a key with a dot in it stands in double quotes. */
export function parsePath(text: string): Result<EditPath> {
  const steps = [...text.matchAll(/(?:^|\.)(?:"([^"]+)"|([^".]+))/g)];
  const length = steps.reduce((sum, [whole]) => sum + whole.length, 0);
  const path = steps.map(([, inQuotes, plain]) => inQuotes ?? plain ?? "");
  if (path.length > 0 && length === text.length) return succeed(path);
  return fail({
    code: "config/path",
    message: `\`${text}\` is no path to a value`,
    hint: "Write keys with dots between them: `monitors.page.interval`.",
  });
}

/**
 * The same text with `value` (YAML in one line) at `path`; keys on the way are made. Comments, order
 * and quoting of all the rest stay as they are.
 */
export function setValue(text: string, path: EditPath, value: string): Result<string> {
  const parsed = parse(text);
  if (!parsed.ok) return parsed;
  const document = parsed.value;
  const wanted = parseDocument(value, READING);
  if (wanted.errors.length > 0) {
    return fail(notPossible(`\`${value}\` is not YAML`, "Quote it, or write [a, b] for a list."));
  }
  const obstacle = obstacleOf(document, path);
  if (obstacle !== null) return fail(obstacle);
  const changed = document.clone();
  changed.setIn(keysOf(document, path), changed.createNode(wanted.toJS()));
  const spliced = spliceValue(text, document, path, value.trim());
  return succeed(theBetter(spliced, changed));
}

/** The same text without what stands at `path`; the fault says that nothing is there. */
export function removeValue(text: string, path: EditPath): Result<string> {
  const parsed = parse(text);
  if (!parsed.ok) return parsed;
  const document = parsed.value;
  const keys = keysOf(document, path);
  if (!document.hasIn(keys)) {
    return fail(notPossible(`nothing is written at \`${path.join(".")}\``, null));
  }
  const changed = document.clone();
  changed.deleteIn(keys);
  return succeed(theBetter(spliceAway(text, document, path), changed));
}

function parse(text: string): Result<Document> {
  const document = parseDocument(text, READING);
  if (document.errors.length === 0 && (document.contents === null || isMap(document.contents))) {
    return succeed(document);
  }
  const hint = "`solosafe config check` says what is wrong with it.";
  return fail(notPossible("the configuration cannot be edited: it is not valid YAML", hint));
}

function notPossible(message: string, hint: string | null): Fault {
  return { code: "config/edit", message, ...(hint === null ? {} : { hint }) };
}

/** On the way there must be maps and lists only: a value is not made into a map in silence. */
function obstacleOf(document: Document, path: EditPath): Fault | null {
  for (let depth = 1; depth < path.length; depth += 1) {
    const above = path.slice(0, depth);
    const node = document.getIn(keysOf(document, above), true);
    if (node === undefined || isMap(node) || isSeq(node)) continue;
    if (isScalar(node) && node.value === null) continue;
    const hint = "Write its long form in the file first.";
    return notPossible(`\`${above.join(".")}\` is a value and not a map`, hint);
  }
  return null;
}

/** Places in lists are numbers for the package. */
function keysOf(document: Document, path: EditPath): (string | number)[] {
  const keys: (string | number)[] = [];
  for (const step of path) {
    const above = keys.length === 0 ? document.contents : document.getIn(keys, true);
    keys.push(isSeq(above) && /^\d+$/.test(step) ? Number(step) : step);
  }
  return keys;
}

/** The spliced text when it means the same as the changed document, else that document written out. */
function theBetter(spliced: string | null, changed: Document): string {
  if (spliced !== null) {
    const read = parseDocument(spliced, READING);
    const isSame = JSON.stringify(read.toJS()) === JSON.stringify(changed.toJS());
    if (read.errors.length === 0 && isSame) return spliced;
  }
  return changed.toString({ lineWidth: 0 });
}

/** Only the characters of this one value are touched; null when that cannot be done simply. */
function spliceValue(
  text: string,
  document: Document,
  path: EditPath,
  value: string,
): string | null {
  const keys = keysOf(document, path);
  const found = document.hasIn(keys) ? document.getIn(keys, true) : undefined;
  if (found !== undefined) return replaceValue(text, found, value);
  let depth = path.length - 1;
  while (depth > 0 && !document.hasIn(keys.slice(0, depth))) depth -= 1;
  const owner = depth === 0 ? document.contents : document.getIn(keys.slice(0, depth), true);
  // Maps that are not there yet are written in braces, in the one new line.
  const [first = "", ...inner] = path.slice(depth).map(keyText);
  const nested = inner.reduceRight((body, key) => `{ ${key}: ${body} }`, value);
  return isMap(owner) ? addPair(text, owner, `${first}: ${nested}`) : null;
}

function replaceValue(text: string, node: unknown, value: string): string | null {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
  const isInLine = isScalar(node) || node.flow === true;
  const { range } = node;
  if (!isInLine || !range || range[0] === range[1]) return null;
  return text.slice(0, range[0]) + value + text.slice(range[1]);
}

function addPair(text: string, map: YAMLMap, entry: string): string | null {
  const last = map.items.at(-1);
  if (!map.range || !last) return null;
  if (map.flow === true) {
    const end = endOf(last);
    return end === null ? null : `${text.slice(0, end)}, ${entry}${text.slice(end)}`;
  }
  const start = startOfKey(last);
  const end = endOf(last);
  if (start === null || end === null) return null;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  if (indent.trim() !== "") return null;
  const lineEnd = text.indexOf("\n", Math.max(start, end - 1));
  if (lineEnd < 0) return `${text}\n${indent}${entry}\n`;
  return `${text.slice(0, lineEnd + 1)}${indent}${entry}\n${text.slice(lineEnd + 1)}`;
}

function spliceAway(text: string, document: Document, path: EditPath): string | null {
  const above = keysOf(document, path.slice(0, -1));
  const owner = path.length === 1 ? document.contents : document.getIn(above, true);
  if (!isMap(owner)) return null;
  const at = owner.items.findIndex((pair) => isNamed(pair, path.at(-1) ?? ""));
  const pair = owner.items[at];
  if (!pair || owner.items.length === 1) return null;
  const start = startOfKey(pair);
  const end = endOf(pair);
  if (start === null || end === null) return null;
  if (owner.flow === true) {
    const next = owner.items[at + 1];
    const previous = owner.items[at - 1];
    const nextStart = next ? startOfKey(next) : null;
    if (nextStart !== null) return text.slice(0, start) + text.slice(nextStart);
    const previousEnd = previous ? endOf(previous) : null;
    return previousEnd === null ? null : text.slice(0, previousEnd) + text.slice(end);
  }
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  if (text.slice(lineStart, start).trim() !== "") return null;
  const lineEnd = text.indexOf("\n", Math.max(start, end - 1));
  return text.slice(0, lineStart) + (lineEnd < 0 ? "" : text.slice(lineEnd + 1));
}

function isNamed(pair: Pair, key: string): boolean {
  return isScalar(pair.key) && String(pair.key.value) === key;
}

function startOfKey(pair: Pair): number | null {
  return isScalar(pair.key) ? (pair.key.range?.[0] ?? null) : null;
}

/** Behind the value, before blanks and comments. */
function endOf(pair: Pair): number | null {
  const { key, value } = pair;
  if (isScalar(value) || isMap(value) || isSeq(value)) return endOfNode(value);
  return value === null && isScalar(key) ? (key.range?.[1] ?? null) : null;
}

function endOfNode(node: unknown): number | null {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last ? endOf(last) : null;
  }
  if (isSeq(node) && node.flow !== true) return endOfNode(node.items.at(-1));
  if (isScalar(node) || isMap(node) || isSeq(node)) return node.range?.[1] ?? null;
  return null;
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_][\w-]*$/.test(key) ? key : JSON.stringify(key);
}
