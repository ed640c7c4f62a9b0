import type { LoadedConfig } from "./loaded-config.ts";
import { isRaw, type Raw } from "./named-map.ts";
import { shownValue } from "./shown-value.ts";

/** One key whose value in force is another one. */
export interface KeyChange {
  /** `monitors.page.interval`. */
  readonly key: string;
  readonly kind: "added" | "removed" | "changed";
  /** As one writes it, cut to a line, secrets hidden; null where there is none or it is a map. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface ChangedNames {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What a second configuration changes, whatever is active now. */
export interface Difference {
  /** In the order of the second file, what is gone behind it. */
  readonly keys: readonly KeyChange[];
  readonly groups: ChangedNames;
  readonly resources: ChangedNames;
  readonly monitors: ChangedNames;
  /** Changed resources whose program is started in another way: what runs of them is the old one. */
  readonly otherPrograms: readonly string[];
}

/** Compares what two configurations mean; comments, order and spelling are no difference. */
export function compareConfigs(before: LoadedConfig, after: LoadedConfig): Difference {
  const resources = compareThings(resourceTexts(before), resourceTexts(after));
  return {
    keys: keyChanges(before.effective, after.effective, []),
    groups: compareThings(groupTexts(before), groupTexts(after)),
    resources,
    monitors: compareThings(monitorTexts(before), monitorTexts(after)),
    otherPrograms: resources.changed.filter((id) => programOf(before, id) !== programOf(after, id)),
  };
}

/**
 * Names of groups, resources and monitors that are new, gone or different in the second
 * configuration: what must be treated as new. As the policy wants them: `group:shop`,
 * `monitor:page`, `shop/app`.
 */
export function changedNames(before: LoadedConfig, after: LoadedConfig): ReadonlySet<string> {
  const lists = [
    ["group:", compareThings(groupTexts(before), groupTexts(after))],
    ["", compareThings(resourceTexts(before), resourceTexts(after))],
    ["monitor:", compareThings(monitorTexts(before), monitorTexts(after))],
  ] as const;
  return new Set(
    lists.flatMap(([kind, { added, removed, changed }]) =>
      [...added, ...removed, ...changed].map((name) => `${kind}${name}`),
    ),
  );
}

type Texts = ReadonlyMap<string, string>;

function compareThings(before: Texts, after: Texts): ChangedNames {
  const added = [...after.keys()].filter((name) => !before.has(name));
  const removed = [...before.keys()].filter((name) => !after.has(name));
  const changed = [...after].filter(([name, text]) => (before.get(name) ?? text) !== text);
  return { added, removed, changed: changed.map(([name]) => name) };
}

/** Everything that is configured about each group, as text. */
function groupTexts({ model }: LoadedConfig): Texts {
  return new Map(model.groups.map((group) => [group.name, JSON.stringify(group)]));
}

function resourceTexts({ model, resources }: LoadedConfig): Texts {
  return new Map(
    model.resources.map((one) => [one.id, JSON.stringify([one, resources.get(one.id)])]),
  );
}

function monitorTexts({ model, monitors, scripts }: LoadedConfig): Texts {
  return new Map(
    model.monitors.map((monitor) => {
      const { name } = monitor;
      const params = monitors.get(name)?.params;
      return [name, JSON.stringify([monitor, params, scripts.get(name)])];
    }),
  );
}

/** These are looked at anew each time they are needed; what runs need not be started again for them. */
const NOT_OF_THE_PROGRAM = new Set(["id", "stop", "successCodes", "ready", "logMaxBytes"]);

function programOf(config: LoadedConfig, id: string): string {
  const params = Object.entries(config.resources.get(id) ?? {});
  return JSON.stringify(params.filter(([key]) => !NOT_OF_THE_PROGRAM.has(key)));
}

function keyChanges(before: Raw, after: Raw, above: readonly string[]): KeyChange[] {
  const keys = [...Object.keys(after), ...Object.keys(before).filter((key) => !(key in after))];
  return keys.flatMap((key) => {
    const path = [...above, key];
    const [old, now] = [before[key], after[key]];
    if (isRaw(old) && isRaw(now)) return keyChanges(old, now, path);
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    const kind = old === undefined ? "added" : now === undefined ? "removed" : "changed";
    return [
      {
        key: path.map(quoted).join("."),
        kind,
        before: shownValue(path, old),
        after: shownValue(path, now),
      } as const,
    ];
  });
}

/** A key with a dot in it is one key. */
function quoted(key: string): string {
  return key.includes(".") ? JSON.stringify(key) : key;
}
