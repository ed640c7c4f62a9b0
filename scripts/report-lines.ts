/** A reporter for node:test that writes each verdict as one JSON line, for `scripts/test.ts`. */
import { inspect } from "node:util";

/** One test (never a suite) and its verdict. */
export interface Verdict {
  readonly kind: "passed" | "failed" | "skipped";
  /** Names from the outermost suite to the test. */
  readonly path: readonly string[];
  /** Why it failed, with the stack; why it was skipped; empty when it passed. */
  readonly detail: string;
}

interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly nesting?: number;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly details?: {
      readonly type?: string;
      readonly error?: { readonly failureType?: string; readonly cause?: unknown };
    };
  };
}

const DETAIL_MAX = 20_000;

/**
 * Yields a line for each test in the order of their ends. Names of the suites around a test are
 * known from `test:start`, which comes in order of declaration.
 */
export async function* reportLines(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const names: string[] = [];
  for await (const { type, data } of source) {
    const depth = data.nesting ?? 0;
    if (type === "test:start") {
      names.length = depth;
      names[depth] = data.name ?? "";
    }
    if (type !== "test:pass" && type !== "test:fail") continue;
    const verdict = judge(type, data, [...names.slice(0, depth), data.name ?? ""]);
    if (verdict) yield `${JSON.stringify(verdict)}\n`;
  }
}

function judge(type: string, data: TestEvent["data"], path: readonly string[]): Verdict | null {
  const error = data.details?.error;
  const isSuite = data.details?.type === "suite";
  if (type === "test:fail") {
    // A suite, or a test with subtests, that only passes on the failure of what is inside it.
    if (error?.failureType === "subtestsFailed") return null;
    return { kind: "failed", path, detail: describe(error?.cause ?? error) };
  }
  const reason = data.skip ?? data.todo;
  if (reason !== undefined && reason !== false) {
    return {
      kind: "skipped",
      path,
      detail: typeof reason === "string" ? reason : "no reason given",
    };
  }
  return isSuite ? null : { kind: "passed", path, detail: "" };
}

function describe(error: unknown): string {
  const text = error instanceof Error ? inspect(error, { depth: 6 }) : String(error);
  return text.length > DETAIL_MAX ? `${text.slice(0, DETAIL_MAX)}\n… cut` : text;
}

// Node loads a reporter by its default export; there is no other way to name one.
// oxlint-disable-next-line import/no-default-export
export default reportLines;
