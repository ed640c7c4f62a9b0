import { parsePath, removeValue, setValue } from "../../config/edit.ts";
import type { Words } from "../command.ts";
import { type Context, refuse } from "../context.ts";
import { readText } from "../read-config.ts";
import { change } from "./change.ts";

/** `config set` and `config unset`: one value of the file, by the same way as a whole new file. */
export async function editFile(
  context: Context,
  words: Words,
  key: string,
  value: string | null,
): Promise<number> {
  const path = parsePath(key);
  if (!path.ok) return refuse(context, 2, path.problem);
  const file = context.paths.config;
  const read = readText(file);
  if (!read.ok) return refuse(context, 1, read.problem);
  const edited =
    value === null ? removeValue(read.value, path.value) : setValue(read.value, path.value, value);
  if (!edited.ok) return refuse(context, 1, edited.problem);
  return change(context, words, { text: edited.value, file });
}
