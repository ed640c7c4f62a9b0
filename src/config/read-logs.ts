import * as z from "zod/mini";
import { type Millis, MINUTE, SECOND } from "../base/duration.ts";
import type { Upload } from "../base/upload.ts";
import { about, absolutePath, type Command, command, duration, prose } from "../monitors/fields.ts";
import { loadUpload, logUpload } from "./log-upload.ts";
import { isRaw, type Raw, type Reading, readNamedMap } from "./named-map.ts";
import { checkProgram, withAbsoluteProgram } from "./programs.ts";
import { salvage } from "./salvage.ts";
import { written } from "./written.ts";

const MAX_PATTERNS = 100;
const MAX_FILES = 50;

/** What is collected without being configured; these names are taken. */
export const LOG_PATTERNS = ["solosafe", "system", "journal", "sysstat"] as const;

export const logPattern = z.strictObject({
  comment: about("Text for people", z._default(prose(), "")),
  files: about(
    "Paths of files; `*` and `?` stand for parts of one name. Links are not followed, `.gz` is unpacked",
    z._default(z.array(absolutePath()).check(z.maxLength(MAX_FILES)), () => []),
  ),
  command: about("A program and its words; what it prints is collected", z.optional(command())),
  timeout: about(
    "The program is killed when it runs longer",
    z.prefault(duration(SECOND, 10 * MINUTE), "30s"),
  ),
});

/** Files and a program whose output `logs collect` takes too. */
export interface LogPattern {
  readonly name: string;
  readonly files: readonly string[];
  readonly command: Command | null;
  readonly timeoutMs: Millis;
}

export interface ReadLogs {
  readonly logs: readonly LogPattern[];
  /** Null: an archive is sent nowhere. */
  readonly upload: Upload | null;
  readonly effective: Raw;
}

const RULES = {
  kind: "pattern",
  most: MAX_PATTERNS,
  reserved: new Set<string>(LOG_PATTERNS),
  example: "Write `shop: { files: [/var/log/shop/*.log] }`.",
};

/** Reads the top-level key `logs`. */
export function readLogs(reading: Reading, value: unknown): ReadLogs {
  const logs: LogPattern[] = [];
  const effective: Record<string, unknown> = {};
  const { upload: destination, ...patterns } = isRaw(value) ? value : {};
  const named = isRaw(value) ? patterns : value;
  const upload = destination === undefined ? null : readUpload(reading, destination, effective);
  for (const { name, path, raw } of readNamedMap(reading, ["logs"], named, RULES)) {
    const program = withAbsoluteProgram(reading.folder, raw["command"]);
    const input = program === undefined ? raw : { ...raw, command: program };
    const read = salvage(reading.report, logPattern, input, { base: path });
    if (read === null) continue;
    const given = read.value;
    checkProgram(reading, [...path, "command"], given.command);
    if (read.isWhole && given.files.length === 0 && given.command === undefined) {
      const what = "nothing is collected by it";
      const hint = "Add `files` or `command`.";
      reading.report.warn(path, { code: "config/never-acts", what, hint });
    }
    const { files, timeout: timeoutMs } = given;
    logs.push({ name, files, command: given.command ?? null, timeoutMs });
    effective[name] = written(logPattern, given);
  }
  return { logs, upload, effective };
}

/** `upload` stands among the patterns, and is none. */
function readUpload(
  { report }: Reading,
  value: unknown,
  effective: Record<string, unknown>,
): Upload | null {
  const path = ["logs", "upload"];
  if (!isRaw(value)) {
    const what = "keys and values are needed here";
    const hint = "Write `upload: { to: https://support.example.org/upload/ }`.";
    report.error(path, { code: "config/wrong-type", what, hint });
    return null;
  }
  const read = salvage(report, logUpload, value, { base: path });
  if (read === null) return null;
  effective["upload"] = written(logUpload, read.value);
  return loadUpload(report, path, read.value);
}
