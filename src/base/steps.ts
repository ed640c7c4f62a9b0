/** Work that takes long: it yields wherever it may be left for a while. */
export type Steps<Value> = Generator<void, Value>;

/** All of it at once. */
export function toEnd<Value>(work: Steps<Value>): Value {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
