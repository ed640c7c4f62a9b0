import { usageFault, type Words } from "../command.ts";
import { type Context, refuse } from "../context.ts";
import { readText } from "../read-config.ts";
import { change } from "./change.ts";
import { diff } from "./diff.ts";
import { editFile } from "./edit-file.ts";
import { history, rollback } from "./history.ts";
import { pull } from "./pull.ts";

/** What is done with a configuration in daily life; null when `action` is none of these. */
export async function dailyAction(
  context: Context,
  words: Words,
  action: string,
  word: string | undefined,
  value: string | undefined,
): Promise<number | null> {
  switch (action) {
    case "diff":
      return diff(context, words, word ?? context.paths.config);
    case "apply":
      return applyFile(context, words, word ?? context.paths.config);
    case "push":
      return word === undefined ? missing(context) : applyFile(context, words, word);
    case "set":
      return word === undefined || value === undefined
        ? missing(context)
        : editFile(context, words, word, value);
    case "unset":
      return word === undefined ? missing(context) : editFile(context, words, word, null);
    case "history":
      return history(context);
    case "rollback":
      return rollback(context, words, word);
    case "pull":
      return pull(context, words, word);
    default:
      return null;
  }
}

async function applyFile(context: Context, words: Words, file: string): Promise<number> {
  const read = readText(file);
  if (!read.ok) return refuse(context, 1, read.problem);
  return change(context, words, { text: read.value, file });
}

function missing(context: Context): number {
  return refuse(context, 2, usageFault("something is missing", "See `solosafe config --help`."));
}
