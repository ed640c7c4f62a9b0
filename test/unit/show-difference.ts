import { Table } from "../../src/core/table.ts";

/** One line for each part of the second state that is not as in the first. Times of `at` are left out. */
export function differences(before: object, after: object): string[] {
  return compare("", { ...before, at: 0, wall: 0 }, { ...after, at: 0, wall: 0 }, 0);
}

/** How deep rows lie: below that a value is shown whole. */
const DEPTH = 3;

function compare(path: string, before: unknown, after: unknown, depth: number): string[] {
  const one = show(before);
  const other = show(after);
  if (one === other) return [];
  const parts = partsOf(before);
  const others = partsOf(after);
  if (depth === DEPTH || parts === null || others === null) {
    if (before === undefined) return [`+ ${path} ${other}`];
    return [after === undefined ? `- ${path}` : `~ ${path}: ${one} -> ${other}`];
  }
  const keys = new Set([...parts.keys(), ...others.keys()]);
  return [...keys].flatMap((key) =>
    compare(path === "" ? key : `${path}.${key}`, parts.get(key), others.get(key), depth + 1),
  );
}

/** The named parts of a value; null where it has none. Lists of things with an id are named by it. */
function partsOf(value: unknown): Map<string, unknown> | null {
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [String(key), part]));
  if (value instanceof Table) return new Map(value.entries());
  if (Array.isArray(value)) {
    const rows = value.map((row: unknown) => [idOf(row), row] as const);
    return rows.every(([id]) => id !== null)
      ? new Map(rows.map(([id, row]) => [id ?? "", row]))
      : null;
  }
  if (typeof value !== "object" || value === null) return null;
  return new Map(Object.entries(value));
}

function idOf(row: unknown): string | null {
  if (typeof row !== "object" || row === null || !("id" in row)) return null;
  return typeof row.id === "string" ? row.id : null;
}

/** A value on one line, with as few quotes as it needs to be read. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (value instanceof Map || value instanceof Table) {
    return show(Object.fromEntries(value.entries()));
  }
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).map(([key, part]) => `${key}: ${show(part)}`);
    return `{${parts.join(", ")}}`;
  }
  if (typeof value === "string" && !/^[\w/:.-]+$/.test(value)) return JSON.stringify(value);
  return String(value);
}
