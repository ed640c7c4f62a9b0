import {
  Composer,
  type Document,
  LineCounter,
  type Node,
  type Pair,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Parser,
  YAMLParseError,
} from "yaml";
import { assert } from "../base/assert.ts";
import { type Result, fail, succeed } from "../base/result.ts";
import { type Steps, toEnd } from "../base/steps.ts";
import { type Diagnostic, limitDiagnostics } from "./diagnostic.ts";
import { MAX_CONFIG_BYTES } from "./loaded-config.ts";

/** Keys from the top of the file to a value. */
export type KeyPath = readonly (string | number)[];

/** From 1 both. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A file that is YAML: its values, and where each of them stands. */
export interface ReadDocument {
  readonly root: unknown;
  /** Keys that stand twice in the same map; of these the last one is in `root`. */
  readonly duplicates: readonly Diagnostic[];
  /** Where the value (or its key) stands; of what is not there, the nearest thing around it. */
  readonly locate: (path: KeyPath, at: "key" | "value") => Place;
}

const MAX_ALIASES = 100;
const MAX_DEPTH = 100;
const START: Place = { line: 1, column: 1 };

/** Letters that are read in one step; most files are no longer. */
const PIECE = 32 * 1024;

/** Refuses what cannot be a configuration; then reads it as YAML 1.2, duplicate keys being errors. */
export function readDocument(
  text: string,
  file: string,
): Result<ReadDocument, readonly Diagnostic[]> {
  return toEnd(documentSteps(text, file));
}

/** The same in steps. */
export function* documentSteps(
  text: string,
  file: string,
): Steps<Result<ReadDocument, readonly Diagnostic[]>> {
  const refusal = refuse(text);
  if (refusal !== null) return fail([problem(file, START, ...refusal)]);
  const lines = new LineCounter();
  const document = yield* parseSteps(text, lines);
  yield;
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    const told = document.errors.map((error) => explain(file, place(error.pos[0]), error));
    return fail(limitDiagnostics(told));
  }
  const found = duplicates(document.contents, []);
  yield;
  const twice = found.map(({ path, offset }) => ({
    ...problem(file, place(offset), "config/duplicate-key", "this key is written twice", KEEP_ONE),
    key: path.join("."),
  }));
  const root = values(document);
  if (root === TOO_MANY_ALIASES) {
    return fail([problem(file, START, "config/not-yaml", "it refers to itself too often", null)]);
  }
  if (root === null || root === undefined) {
    return fail([problem(file, START, "config/empty", "the file is empty", EMPTY_HINT)]);
  }
  const locate = (path: KeyPath, at: "key" | "value"): Place => place(offsetOf(document, path, at));
  return succeed({ root, locate, duplicates: twice });
}

/** What the package's `parseDocument` does, in pieces that end with a line. */
function* parseSteps(text: string, lines: LineCounter): Steps<Document.Parsed> {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
    version: "1.2",
    // The package compares each key with each other one; `duplicates` needs a second for no file.
    uniqueKeys: false,
  });
  const documents: Document.Parsed[] = [];
  for (let from = 0; from < text.length; ) {
    const end = pieceEnd(text, from);
    const isLast = end === text.length;
    for (const token of parser.parse(text.slice(from, end), !isLast)) {
      documents.push(...(composer.next(token) as Iterable<Document.Parsed>));
    }
    from = end;
    yield;
  }
  documents.push(...(composer.end(true, text.length) as Iterable<Document.Parsed>));
  const [first, second] = documents;
  assert(first !== undefined, "even an empty text is a document");
  if (second !== undefined) {
    const [begin, end] = second.range;
    first.errors.push(new YAMLParseError([begin, end], "MULTIPLE_DOCS", "a second document"));
  }
  return first;
}

function pieceEnd(text: string, from: number): number {
  if (text.length - from <= PIECE) return text.length;
  const lineEnd = text.indexOf("\n", from + PIECE);
  return lineEnd === -1 ? text.length : lineEnd + 1;
}

const KEEP_ONE = "Keep one of them.";
const EMPTY_HINT = "Write at least one group or monitor; `config/solosafe.example.yaml` shows how.";
const TOO_MANY_ALIASES = Symbol("too many aliases");

function values(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    // The package throws for nothing else: a file of a few lines could stand for gigabytes.
    return TOO_MANY_ALIASES;
  }
}

// Control characters that no text has, and what stands for bytes that are not UTF-8.
const NOT_TEXT = /[^\P{Cc}\t\n\f\r\u0085]|\ufffd/u;

type Refusal = readonly [code: Diagnostic["code"], what: string, hint: string | null];

function refuse(text: string): Refusal | null {
  // A character is at least one byte, so the cheap look comes first.
  if (text.length > MAX_CONFIG_BYTES || Buffer.byteLength(text) > MAX_CONFIG_BYTES) {
    return ["config/too-large", "the file is larger than 1 MiB and was not read", null];
  }
  if (NOT_TEXT.test(text)) {
    return ["config/not-text", "this is not a text file in UTF-8", null];
  }
  if (text.trim() === "") return ["config/empty", "the file is empty", EMPTY_HINT];
  return null;
}

function explain(
  file: string,
  place: Place,
  error: { readonly code: string; readonly message: string },
): Diagnostic {
  if (error.code === "TAB_AS_INDENT") {
    return problem(file, place, "config/not-yaml", "a tab cannot indent", "Write spaces.");
  }
  if (error.code === "MULTIPLE_DOCS") {
    const what = "a second document begins here";
    return problem(file, place, "config/not-yaml", what, "Remove the line `---`.");
  }
  const bracket = /^Flow (?:sequence|map) .* end with a (.)/.exec(error.message)?.[1];
  if (bracket !== undefined) {
    const opening = bracket === "]" ? "[" : "{";
    const what = `a \`${opening}\` before this place is not closed`;
    return problem(file, place, "config/not-yaml", what, `Write \`${bracket}\`.`);
  }
  if (error.message.startsWith("Maximum call stack")) {
    return problem(file, place, "config/not-yaml", "it is nested too deeply", null);
  }
  const sentence = error.message.split("\n")[0]?.replace(/\.$/, "") ?? error.code;
  return problem(file, place, "config/not-yaml", `this is not YAML: ${sentence}`, null);
}

interface Duplicate {
  readonly path: KeyPath;
  readonly offset: number;
}

/** Keys that stand twice in the same map; the second is named. */
function duplicates(node: unknown, path: KeyPath): readonly Duplicate[] {
  const found: Duplicate[] = [];
  // No configuration is so deep, and the walk must not end the program.
  if (path.length > MAX_DEPTH) return found;
  if (isSeq(node)) {
    for (const [at, item] of node.items.entries()) found.push(...duplicates(item, [...path, at]));
  }
  if (!isMap(node)) return found;
  const seen = new Set<string>();
  for (const pair of node.items) {
    if (!isScalar(pair.key)) continue;
    const key = String(pair.key.value);
    const place = [...path, key];
    if (seen.has(key)) found.push({ path: place, offset: startOf(pair.key) ?? 0 });
    seen.add(key);
    found.push(...duplicates(pair.value, place));
  }
  return found;
}

function problem(
  file: string,
  { line, column }: Place,
  code: Diagnostic["code"],
  what: string,
  hint: string | null,
): Diagnostic {
  return { severity: "error", code, file, line, column, key: "", what, hint };
}

/** Walks down as far as the path exists. */
function offsetOf(document: Document, path: KeyPath, at: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const isLast = depth === path.length - 1;
    const found = child(resolve(document, node), step);
    if (found === undefined) return offset;
    if (isPair(found)) {
      const key = startOf(found.key);
      const value = startOf(found.value);
      offset = (isLast && at === "value" ? (value ?? key) : key) ?? offset;
      node = found.value;
    } else {
      offset = startOf(found) ?? offset;
      node = found;
    }
  }
  return offset;
}

function resolve(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function child(node: unknown, step: string | number): Pair | Node | undefined {
  if (isMap(node)) {
    return node.items.findLast(
      (pair) => isScalar(pair.key) && String(pair.key.value) === String(step),
    );
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(step)];
  return isPair(item) || isScalar(item) || isMap(item) || isSeq(item) || isAlias(item)
    ? item
    : undefined;
}

function startOf(node: unknown): number | undefined {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0];
  return undefined;
}
