/** An expected outcome that may be a failure: a value, not an exception. */
export type Result<Value, Problem = Fault> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem };

/** What happened (`message`), under which searchable name (`code`), and what to do (`hint`). */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export function succeed<Value>(value: Value): Result<Value, never> {
  return { ok: true, value };
}

export function fail<Problem>(problem: Problem): Result<never, Problem> {
  return { ok: false, problem };
}
