/**
 * The three functions of the metadata proposal that the certificate library's container of parts
 * asks for when it is loaded. Without them it refuses to load; the package that has all of them is
 * larger than the library's part that we use.
 */
export function provideMetadata(): void {
  const kept = new WeakMap<object, Map<unknown, unknown>>();
  const own = (key: unknown, target: object): unknown => kept.get(target)?.get(key);
  const define = (key: unknown, value: unknown, target: object): void => {
    const entries = kept.get(target) ?? new Map<unknown, unknown>();
    kept.set(target, entries.set(key, value));
  };
  const inherited = (key: unknown, target: object): unknown => {
    for (let each: object | null = target; each !== null; each = Reflect.getPrototypeOf(each)) {
      const value = own(key, each);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  Object.assign(Reflect, {
    getMetadata: inherited,
    getOwnMetadata: own,
    defineMetadata: define,
  });
}
