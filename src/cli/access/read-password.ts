import { readFileSync, statSync } from "node:fs";
import { PASSWORD_MAX, PASSWORD_MIN } from "../../api/contract-access.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import { usageFault, type Words } from "../command.ts";
import type { Context } from "../context.ts";

/** Options of every command that sets a password. */
export const PASSWORD_OPTIONS = {
  "password-file": { value: "FILE", help: "a file that holds nothing but the password" },
} as const;

/** In UTF-8, with a line's end. */
const FILE_MAX = PASSWORD_MAX * 4 + 2;
const OTHERS = 0o077;

/**
 * A new password, typed twice without being shown, or from a file. Never from the command line:
 * everybody on the server can read that.
 */
export async function readPassword(context: Context, words: Words): Promise<Result<string>> {
  const file = words.text("password-file");
  const read = file === undefined ? await askTwice(context) : fromFile(context, file);
  if (!read.ok) return read;
  const { length } = read.value;
  if (length >= PASSWORD_MIN && length <= PASSWORD_MAX) return read;
  const message = `a password has ${PASSWORD_MIN} to ${PASSWORD_MAX} characters; this one has ${length}`;
  return fail(usageFault(message, "Four words that do not belong together are easy to keep."));
}

async function askTwice(context: Context): Promise<Result<string>> {
  const first = await context.ask("New password: ", true);
  if (first === null) {
    const message = "nobody is there to type a password";
    return fail(usageFault(message, "Give `--password-file FILE`."));
  }
  const again = await context.ask("Once more: ", true);
  return first === again
    ? succeed(first)
    : fail(usageFault("they were not the same", "Try again."));
}

function fromFile(context: Context, path: string): Result<string> {
  try {
    const { size, mode } = statSync(path);
    if (size > FILE_MAX) return fail(usageFault(`\`${path}\` holds more than a password`, null));
    if ((mode & OTHERS) !== 0) context.err(`Others may read \`${path}\`: remove it afterwards.`);
    const text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    if (/[\r\n]/.test(text)) return fail(usageFault(`\`${path}\` has more than one line`, null));
    return succeed(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(usageFault(`\`${path}\` cannot be read: ${why}`, null));
  }
}
