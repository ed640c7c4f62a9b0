import type { Command } from "../monitors/fields.ts";
import type { KeyPath } from "./document.ts";
import type { Reading } from "./named-map.ts";

/** The same command with a program written as `./…` or `../…` made absolute; anything else unchanged. */
export function withAbsoluteProgram(folder: string, value: unknown): unknown {
  if (typeof value === "string") return absoluteProgram(folder, value);
  if (!Array.isArray(value) || typeof value[0] !== "string") return value;
  return [absoluteProgram(folder, value[0]), ...value.slice(1)];
}

function absoluteProgram(folder: string, program: string): string {
  if (program.startsWith("./")) return `${folder}/${program.slice(2)}`;
  return program.startsWith("../") ? `${folder}/${program}` : program;
}

/** The folder a file lies in, without a slash at its end. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  if (slash < 0) return ".";
  return slash === 0 ? "" : path.slice(0, slash);
}

/** A program that is a path must be there and be executable. A bare name is searched for when it is run. */
export function checkProgram(
  { report, surroundings }: Reading,
  path: KeyPath,
  command: Command | undefined,
): void {
  const program = command?.[0];
  if (program === undefined) return;
  if (program === "") {
    report.error(path, { code: "config/wrong-value", what: "the program's name is empty" });
    return;
  }
  if (!program.includes("/")) return;
  if (!/^\.{0,2}\//.test(program)) {
    const what = `\`${program}\` is neither a path from the root nor a bare name`;
    const hint = `Write \`./${program}\` for a path from this file's folder.`;
    report.error(path, { code: "config/wrong-value", what, hint });
    return;
  }
  const facts = surroundings.inspectFile?.(program);
  if (facts === undefined) return;
  const code = "config/script-unusable";
  if (facts === null) {
    report.error(path, { code, what: `there is no file ${program}` });
  } else if (facts.kind !== "file") {
    report.error(path, { code, what: `${program} is not a file` });
  } else if (!facts.isExecutable) {
    const hint = `Run \`chmod +x ${program}\`.`;
    report.error(path, { code, what: `${program} is not executable`, hint });
  }
}

/** A working directory must be there. */
export function checkDirectory(
  { report, surroundings }: Reading,
  path: KeyPath,
  directory: string | undefined,
): void {
  const facts = directory === undefined ? undefined : surroundings.inspectFile?.(directory);
  if (facts === undefined || facts?.kind === "folder") return;
  const what = facts === null ? `there is no folder ${directory}` : `${directory} is not a folder`;
  report.error(path, { code: "config/script-unusable", what });
}
