/** Stops the program when an invariant is broken: a bug must never be acted upon. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Makes a `switch` over a union complete: a new member breaks the build here. */
export function never(value: never): never {
  throw new Error(`assertion failed: unexpected ${JSON.stringify(value)}`);
}
