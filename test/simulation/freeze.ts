import { Table } from "../../src/core/table.ts";

const frozen = new WeakSet<object>();

/** Makes a value unchangeable all the way down, so that a policy that changes its input is caught. */
export function deepFreeze<Value>(value: Value): Value {
  freeze(value);
  return value;
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || frozen.has(value)) return;
  frozen.add(value);
  if (value instanceof Table) {
    freeze(value.rows());
    return;
  }
  if (value instanceof Map || value instanceof Set) {
    for (const part of value.values()) freeze(part);
    const refuse = () => {
      throw new TypeError("a frozen collection was changed");
    };
    Object.assign(value, { set: refuse, add: refuse, delete: refuse, clear: refuse });
    return;
  }
  for (const part of Object.values(value)) freeze(part);
  Object.freeze(value);
}
