/** What is there at once, or comes later. Waiting for what is there costs more than many looks do. */
export type Soon<Value> = Value | Promise<Value>;

/** Goes on with a value: within this call where it is there, otherwise when it comes. */
export function whenThere<Value, Next>(
  soon: Soon<Value>,
  next: (value: Value) => Soon<Next>,
): Soon<Next> {
  return soon instanceof Promise ? soon.then(next) : next(soon);
}

/** All of them in their order; at once when each is there. */
export function allThere<Value>(soon: readonly Soon<Value>[]): Soon<readonly Value[]> {
  return soon.some((one) => one instanceof Promise)
    ? Promise.all(soon)
    : (soon as readonly Value[]);
}
