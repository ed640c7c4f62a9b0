import type { KeyPath } from "./document.ts";
import type { ConfigSurroundings } from "./loaded-config.ts";
import { NAME_PATTERN, proposeName } from "./names.ts";
import type { Report } from "./report.ts";

/** What every part of the reader needs. */
export interface Reading {
  readonly report: Report;
  /** Folder of the configuration file; programs written as `./…` lie below it. */
  readonly folder: string;
  readonly surroundings: ConfigSurroundings;
}

/** Keys and values as they were written, nothing checked. */
export type Raw = Readonly<Record<string, unknown>>;

export function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One entry of a map by name. */
export interface Entry {
  readonly name: string;
  readonly path: KeyPath;
  readonly raw: Raw;
}

export interface MapRules {
  /** "group", for messages. */
  readonly kind: string;
  readonly most: number;
  readonly reserved: ReadonlySet<string>;
  readonly example: string;
}

/** The entries of a map by name; nothing written after the key is an empty map. */
export function readNamedMap(
  { report }: Reading,
  path: KeyPath,
  value: unknown,
  rules: MapRules,
): readonly Entry[] {
  if (value === undefined || value === null) return [];
  if (!isRaw(value)) {
    const what = `${rules.kind}s by name are needed here`;
    report.error(path, { code: "config/wrong-type", what, hint: rules.example });
    return [];
  }
  const all = Object.entries(value);
  if (all.length > rules.most) {
    const what = `${all.length} ${rules.kind}s are too many, at most ${rules.most} are possible`;
    report.error(path, { code: "config/out-of-range", what, at: "key" });
  }
  const entries: Entry[] = [];
  for (const [name, raw] of all.slice(0, rules.most)) {
    const place = [...path, name];
    checkName(report, place, name, rules);
    if (isRaw(raw)) entries.push({ name, path: place, raw });
    else {
      const what = `a ${rules.kind} is keys and values`;
      report.error(place, { code: "config/wrong-type", what, hint: rules.example });
    }
  }
  return entries;
}

function checkName(report: Report, path: KeyPath, name: string, rules: MapRules): void {
  const code = "config/bad-name";
  if (rules.reserved.has(name)) {
    const what = `\`${name}\` cannot be the name of a ${rules.kind}, it means something else`;
    report.error(path, { code, what, at: "key" });
  } else if (!NAME_PATTERN.test(name)) {
    const proposal = proposeName(name);
    const write = proposal === null ? "" : `Write \`${proposal}\`; `;
    const hint = `${write}${write === "" ? "F" : "f"}ree text goes into \`title:\`.`;
    const what = "a name has 1 to 63 of a-z, 0-9 and -, and does not begin with -";
    report.error(path, { code, what, hint, at: "key" });
  }
}
