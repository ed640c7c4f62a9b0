import type * as z from "zod/mini";
import type { Steps } from "../base/steps.ts";
import type { MonitorType, ReadMonitor } from "../monitors/define.ts";
import { MONITOR_TYPES } from "../monitors/registry.generated.ts";
import { notBuilt, reportIssues, unknownKey } from "./issues.ts";
import { type Entry, type Raw, type Reading, isRaw, readNamedMap } from "./named-map.ts";
import { LATER_MONITOR_KEYS, LATER_MONITOR_TYPES, RESERVED_MONITOR_NAMES } from "./names.ts";
import { checkDirectory, checkProgram, withAbsoluteProgram } from "./programs.ts";
import type { Report } from "./report.ts";
import { type Salvaged, salvage, withoutWrong } from "./salvage.ts";
import { MAX_MONITORS, monitor as monitorSchema } from "./schema.ts";
import { didYouMean, nearest } from "./suggest.ts";

/** What every monitor has, as read. */
export type CommonKeys = z.output<typeof monitorSchema>;

/** A monitor that was understood by itself; its references are not yet checked. */
export interface MonitorDraft extends Entry {
  readonly type: MonitorType;
  readonly common: CommonKeys;
  readonly own: ReadMonitor;
  /** Where a parameter of its type stands: its key, or the short form's. */
  readonly keyOf: (param: string) => string;
  /** Where the target stands: `target`, or `recovery.target`. */
  readonly targetPath: readonly string[];
  readonly isImplicit: boolean;
  /** Nothing of it had to be left out. */
  readonly isWhole: boolean;
}

const RULES = {
  kind: "monitor",
  most: MAX_MONITORS,
  reserved: RESERVED_MONITOR_NAMES,
  example: 'Write `shop-page: { http: "http://127.0.0.1/" }`.',
};

/** Reads the top-level key `monitors`; what was not understood is reported and left out. */
export function* readMonitors(reading: Reading, value: unknown): Steps<readonly MonitorDraft[]> {
  const drafts: MonitorDraft[] = [];
  for (const entry of readNamedMap(reading, ["monitors"], value, RULES)) {
    yield;
    const type = typeOf(reading, entry);
    if (type === null) continue;
    const draft = readMonitor(reading, entry, type);
    if (draft !== null) drafts.push(draft);
  }
  return drafts;
}

/** Every monitor name that was written, of broken ones too. */
export function writtenNames(value: unknown): ReadonlySet<string> {
  return new Set(isRaw(value) ? Object.keys(value) : []);
}

/** What needs no monitor: a program that finds it would have to be started for it. */
const STALL = "user-space-stall";
const OF_THE_GUARD = {
  code: "config/unknown-type",
  what: "a stall of user space is found by the guard, without a monitor",
  hint: "Remove this, and set it with `watchdog:` at the top.",
} as const;

/** Null when it is not one of this version; why has been reported. */
function typeOf({ report }: Reading, { path, raw }: Entry): MonitorType | null {
  const known = [...MONITOR_TYPES.keys(), ...LATER_MONITOR_TYPES];
  if (raw["type"] !== undefined) {
    const name =
      typeof raw["type"] === "string" ? raw["type"] : JSON.stringify(raw["type"]).slice(0, 60);
    const type = MONITOR_TYPES.get(name);
    if (type !== undefined) return type;
    const list = [...MONITOR_TYPES.keys()].map((one) => `\`${one}\``).join(", ");
    const finding = LATER_MONITOR_TYPES.has(name)
      ? notBuilt("monitor type", name)
      : name === STALL
        ? OF_THE_GUARD
        : {
            code: "config/unknown-type" as const,
            what: `\`${name}\` is not a monitor type`,
            hint: didYouMean(name, known) ?? `There are ${list}.`,
          };
    report.error([...path, "type"], finding);
    return null;
  }
  const keys = Object.keys(raw);
  if (keys.includes(STALL)) {
    report.error([...path, STALL], { ...OF_THE_GUARD, at: "key" });
    return null;
  }
  const short = keys.map((key) => MONITOR_TYPES.get(key)).find((type) => type !== undefined);
  if (short !== undefined) return short;
  const later = keys.find((key) => LATER_MONITOR_TYPES.has(key));
  if (later !== undefined) {
    report.error([...path, later], { ...notBuilt("monitor type", later), at: "key" });
    return null;
  }
  const common = Object.keys(monitorSchema.shape);
  const strange = keys.find((key) => !common.includes(key) && nearest(key, known) !== null);
  if (strange !== undefined) report.error([...path, strange], unknownKey(strange, known));
  else {
    const what = "it is not said which type of monitor this is";
    report.error(path, { code: "config/missing-key", what, hint: RULES.example, at: "key" });
  }
  return null;
}

interface Split {
  readonly common: Raw;
  readonly params: Raw;
  readonly renamed: Readonly<Record<string, string>>;
  /** The short form's value could be meant so. */
  readonly isUnderstood: boolean;
}

function readMonitor(reading: Reading, entry: Entry, type: MonitorType): MonitorDraft | null {
  const { report } = reading;
  const parts = split(reading, entry, type);
  const common = salvage(report, monitorSchema, parts.common, { base: entry.path });
  const own = parts.isUnderstood ? readParams(report, entry, type, parts) : null;
  if (common === null || own === null) return null;
  const keyOf = (param: string): string => parts.renamed[param] ?? param;
  const isWhole = common.isWhole && own.isWhole;
  for (const { key, what, hint } of own.isWhole ? own.value.complaints : []) {
    const place = key === "" ? entry.path : [...entry.path, keyOf(key)];
    report.error(place, {
      code: "config/wrong-value",
      what,
      hint,
      at: key === "" ? "key" : "value",
    });
  }
  const draft: MonitorDraft = {
    ...entry,
    type,
    common: common.value,
    own: own.value,
    keyOf,
    targetPath: "target" in entry.raw ? ["target"] : ["recovery", "target"],
    isImplicit: false,
    isWhole,
  };
  checkPrograms(reading, draft);
  return draft;
}

function readParams(
  report: Report,
  { path, raw }: Entry,
  type: MonitorType,
  { params, renamed }: Split,
): Salvaged<ReadMonitor> | null {
  const own = type.read(params);
  if (own.ok) return { value: own.value, isWhole: true };
  const checked = { base: path, schema: type.params, input: params, renamed };
  const isMap = isRaw(raw[type.name]) && raw["type"] === undefined;
  reportIssues(report, isMap ? { ...checked, mapKey: type.name } : checked, own.problem);
  const rest = type.read(withoutWrong(params, own.problem));
  return rest.ok ? { value: rest.value, isWhole: false } : null;
}

/** Sorts the keys into those of every monitor and those of its type. */
function split({ report, folder }: Reading, { path, raw }: Entry, type: MonitorType): Split {
  const isShort = raw["type"] === undefined;
  const common: Record<string, unknown> = {};
  const params: Record<string, unknown> = {};
  const renamed: Record<string, string> = {};
  const commonKeys = Object.keys(monitorSchema.shape);
  const typeKeys = Object.keys(type.params.shape);
  for (const [key, value] of Object.entries(raw)) {
    if (key === "type" || (isShort && key === type.name)) continue;
    if (commonKeys.includes(key))
      common[key] = key === "recovery" ? withScript(folder, value) : value;
    else if (typeKeys.includes(key))
      params[key] = key === "command" ? withAbsoluteProgram(folder, value) : value;
    else if (LATER_MONITOR_KEYS.has(key)) {
      const what = `\`${key}\` is known but not built yet, and ignored`;
      report.warn([...path, key], { code: "config/not-built", what, at: "key" });
    } else {
      const known = ["type", ...commonKeys, ...typeKeys];
      report.error([...path, key], unknownKey(key, known));
    }
  }
  if (common["target"] !== undefined && isRaw(raw["recovery"]) && "target" in raw["recovery"]) {
    const what = "`target` is written here and in `recovery`";
    report.error([...path, "target"], {
      code: "config/duplicate-key",
      what,
      hint: "Keep one of them.",
      at: "key",
    });
  }
  const meant = isShort ? type.shortForm(raw[type.name]) : {};
  const isUnderstood = meant !== null;
  if (isShort) {
    if (meant === null) {
      const what = `this is not what \`${type.name}:\` can be followed by`;
      const hint = `Write \`${type.name}: ${type.shortExample}\`, or \`type: ${type.name}\` and its keys.`;
      report.error([...path, type.name], { code: "config/wrong-value", what, hint });
    }
    for (const [key, value] of Object.entries(meant ?? {})) {
      if (key in params) {
        const what = `\`${type.name}\` and \`${key}\` say the same`;
        report.error([...path, key], {
          code: "config/duplicate-key",
          what,
          hint: "Keep one of them.",
          at: "key",
        });
      }
      params[key] = key === "command" ? withAbsoluteProgram(folder, value) : value;
      renamed[key] = type.name;
    }
  }
  return { common, params, renamed, isUnderstood };
}

function withScript(folder: string, recovery: unknown): unknown {
  if (!isRaw(recovery) || !isRaw(recovery["script"]) || !("run" in recovery["script"])) {
    return recovery;
  }
  const { script } = recovery;
  if (!isRaw(script)) return recovery;
  return { ...recovery, script: { ...script, run: withAbsoluteProgram(folder, script["run"]) } };
}

function checkPrograms(reading: Reading, draft: MonitorDraft): void {
  const { path, own, common, keyOf } = draft;
  checkProgram(reading, [...path, keyOf("command")], own.links.command ?? undefined);
  const { directory } = own.params;
  if (typeof directory === "string") checkDirectory(reading, [...path, "directory"], directory);
  const { script } = common.recovery;
  checkProgram(reading, [...path, "recovery", "script", "run"], script?.run);
  checkDirectory(reading, [...path, "recovery", "script", "directory"], script?.directory);
}
