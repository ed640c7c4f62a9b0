import type * as z from "zod/mini";
import { SPANS } from "../monitors/fields.ts";
import type { Raw } from "./named-map.ts";

/** Values that were read, as a person would write them: durations and sizes as text again. */
export function written(schema: z.ZodMiniObject, values: Raw): Raw {
  const result: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(schema.shape)) {
    if (values[key] !== undefined) result[key] = write(inner, values[key]);
  }
  return result;
}

function write(schema: z.core.$ZodType, value: unknown): unknown {
  const span = SPANS.get(schema);
  if (span !== undefined && typeof value === "number") return span.write(value);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const isWrapped = def.type === "optional" || def.type === "default" || def.type === "prefault";
  if (isWrapped) return write(def.innerType, value);
  return def.type === "object" ? writeObject(def.shape, value) : value;
}

function writeObject(shape: Readonly<Record<string, z.core.$ZodType>>, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    known.map(([key, one]) => [key, shape[key] === undefined ? one : write(shape[key], one)]),
  );
}
