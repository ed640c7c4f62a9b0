import { parseAst } from "rolldown/parseAst";

/** One small change to the program, switched on by its number. */
export interface Mutant {
  readonly id: number;
  readonly file: string;
  readonly line: number;
  /** `before -> after`, on one line. */
  readonly what: string;
  /** It stands in the body of the module: the module must be loaded anew to switch it on. */
  readonly isAtLoad: boolean;
}

/** A file whose mutants are all in place, each asleep until its number is called. */
export interface MutatedFile {
  readonly text: string;
  readonly mutants: readonly Mutant[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Wrap {
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "&&": ["||"],
  "||": ["&&"],
};

const METHODS: Readonly<Record<string, string>> = {
  some: "every",
  every: "some",
  min: "max",
  max: "min",
};

/** Asked at every mutant, so it must cost next to nothing: a live binding, not a global. */
const SWITCH = "mutantAwake";

/** The module that every mutated file asks; `globalThis.wakeMutant` changes its answer. */
export const SWITCH_MODULE = `export let mutantAwake = (globalThis as { mutant?: number }).mutant ?? 0;
(globalThis as { wakeMutant?: (id: number) => void }).wakeMutant = (id) => { mutantAwake = id; };
`;

/** Puts every mutant of a file in place; numbers begin at `firstId`. */
export function mutateFile(file: string, text: string, firstId: number): MutatedFile {
  const mutants: Mutant[] = [];
  const wraps: Wrap[] = [];
  const add = (
    node: Node,
    alternative: string,
    depth: number,
    kind: "expression" | "statement" | "property",
  ) => {
    const id = firstId + mutants.length;
    const source = text.slice(node.start, node.end);
    const line = text.slice(0, node.start).split("\n").length;
    const what = `${oneLine(source)} -> ${alternative === "" ? "(removed)" : oneLine(alternative)}`;
    mutants.push({ id, file, line, what, isAtLoad: depth === 0 });
    const { start, end } = node;
    if (kind === "expression")
      wraps.push({
        start,
        end,
        before: `(${SWITCH} === ${id} ? (${alternative}) : (`,
        after: "))",
      });
    if (kind === "statement")
      wraps.push({ start, end, before: `{ if (${SWITCH} !== ${id}) { `, after: " } }" });
    if (kind === "property")
      wraps.push({ start, end, before: `...(${SWITCH} === ${id} ? {} : { `, after: " })" });
  };
  const program = parseAst(text, { lang: "ts", sourceType: "module" }, file) as unknown as Node;
  walk(program, null, 0, (node, parent, depth) => visit(text, node, parent, depth, add));
  const woven = `import { mutantAwake } from "./mutant-switch.ts";\n${weave(text, wraps)}`;
  return { text: woven, mutants };
}

type Add = (
  node: Node,
  alternative: string,
  depth: number,
  kind: "expression" | "statement" | "property",
) => void;

function visit(text: string, node: Node, parent: Node | null, depth: number, add: Add): void {
  const source = (part: unknown) => (isNode(part) ? text.slice(part.start, part.end) : "");
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
      for (const other of OPERATORS[String(node["operator"])] ?? []) {
        add(
          node,
          `(${source(node["left"])}) ${other} (${source(node["right"])})`,
          depth,
          "expression",
        );
      }
      return;
    case "UnaryExpression":
      if (node["operator"] === "!") add(node, source(node["argument"]), depth, "expression");
      return;
    case "Literal":
      if (typeof node["value"] === "number")
        add(node, String(node["value"] + 1), depth, "expression");
      if (typeof node["value"] === "boolean")
        add(node, String(!node["value"]), depth, "expression");
      return;
    case "IfStatement":
    case "ConditionalExpression": {
      const { test } = node;
      // A comparison is turned round where it stands.
      if (isNode(test) && !["BinaryExpression", "UnaryExpression"].includes(test.type)) {
        add(test, `!(${source(test)})`, depth, "expression");
      }
      return;
    }
    case "ExpressionStatement":
      if (isNode(node["expression"]) && node["expression"].type !== "Literal")
        add(node, "", depth, "statement");
      return;
    case "CallExpression":
      visitCall(text, node, depth, add);
      return;
    case "Property":
      if (isPatched(text, parent)) add(node, "", depth, "property");
      return;
  }
}

function visitCall(text: string, node: Node, depth: number, add: Add): void {
  const { callee } = node;
  if (!isNode(callee) || callee.type !== "MemberExpression" || !isNode(callee["property"])) return;
  const { property } = callee;
  const name = text.slice(property.start, property.end);
  const other = METHODS[name];
  const whole = text.slice(node.start, node.end);
  const at = property.start - node.start;
  if (other)
    add(node, whole.slice(0, at) + other + whole.slice(at + name.length), depth, "expression");
  if (name === "filter" && isNode(callee["object"])) {
    add(node, text.slice(callee["object"].start, callee["object"].end), depth, "expression");
  }
}

/** Objects that replace parts of a state: a forgotten field is a likely mistake. */
function isPatched(text: string, parent: Node | null): boolean {
  if (parent?.type !== "ObjectExpression") return false;
  const parts = parent["properties"];
  if (Array.isArray(parts) && parts.some((part) => isNode(part) && part.type === "SpreadElement"))
    return true;
  return /patch\w*\($/.test(
    text
      .slice(0, parent.start)
      .trimEnd()
      .replace(/\([^()]*,$/, "("),
  );
}

function walk(
  node: Node,
  parent: Node | null,
  depth: number,
  see: (node: Node, parent: Node | null, depth: number) => void,
): void {
  if (
    node.type.startsWith("TS") &&
    !["TSAsExpression", "TSSatisfiesExpression"].includes(node.type)
  )
    return;
  if (node.type === "ImportDeclaration") return;
  see(node, parent, depth);
  const isFunction = /Function|MethodDefinition/.test(node.type);
  for (const [key, part] of Object.entries(node)) {
    if (key === "key" || key === "typeAnnotation" || key === "returnType" || key === "id") continue;
    for (const one of Array.isArray(part) ? part : [part]) {
      if (isNode(one)) walk(one, node, depth + (isFunction ? 1 : 0), see);
    }
  }
}

/** Writes the wraps into the text: at one place the outer begins first and ends last. */
function weave(text: string, wraps: readonly Wrap[]): string {
  const inserts: { at: number; isEnd: boolean; span: number; order: number; text: string }[] = [];
  for (const [order, wrap] of wraps.entries()) {
    const span = wrap.end - wrap.start;
    inserts.push({ at: wrap.start, isEnd: false, span, order, text: wrap.before });
    inserts.push({ at: wrap.end, isEnd: true, span, order, text: wrap.after });
  }
  inserts.sort((one, other) => {
    if (one.at !== other.at) return one.at - other.at;
    if (one.isEnd !== other.isEnd) return one.isEnd ? -1 : 1;
    if (one.isEnd) return one.span - other.span || other.order - one.order;
    return other.span - one.span || one.order - other.order;
  });
  let woven = "";
  let last = 0;
  for (const insert of inserts) {
    woven += text.slice(last, insert.at) + insert.text;
    last = insert.at;
  }
  return woven + text.slice(last);
}

function oneLine(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  return flat.length > 90 ? `${flat.slice(0, 87)}…` : flat;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
