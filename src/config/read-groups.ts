import type { Group, Resource, ResourceId } from "../core/model.ts";
import type { ResourceParams } from "../ports/driver.ts";
import type { KeyPath } from "./document.ts";
import { type ExecResource, execResource, toParams, toResource } from "./exec-resource.ts";
import { notBuilt, unknownKey } from "./issues.ts";
import type { Caption } from "./loaded-config.ts";
import { type Entry, type Raw, type Reading, isRaw, readNamedMap } from "./named-map.ts";
import { LATER_RESOURCE_TYPES, RESERVED_NAMES } from "./names.ts";
import { checkDirectory, checkProgram, withAbsoluteProgram } from "./programs.ts";
import { salvage } from "./salvage.ts";
import { MAX_GROUPS, MAX_RESOURCES, group as groupSchema } from "./schema.ts";
import { didYouMean, nearest } from "./suggest.ts";
import { written } from "./written.ts";

/** Groups and resources as read, with where they stand. */
export interface ReadGroups {
  readonly groups: readonly Group[];
  readonly resources: readonly Resource[];
  readonly params: ReadonlyMap<string, ResourceParams>;
  readonly captions: ReadonlyMap<string, Caption>;
  /** Every name that was written, of broken and not yet built ones too, with its place. */
  readonly groupPaths: ReadonlyMap<string, KeyPath>;
  readonly resourcePaths: ReadonlyMap<string, KeyPath>;
  readonly effective: Readonly<Record<string, unknown>>;
}

interface Draft {
  readonly groups: Group[];
  readonly resources: Resource[];
  readonly params: Map<string, ResourceParams>;
  readonly captions: Map<string, Caption>;
  readonly groupPaths: Map<string, KeyPath>;
  readonly resourcePaths: Map<string, KeyPath>;
  readonly effective: Record<string, unknown>;
}

const GROUP_RULES = {
  kind: "group",
  most: MAX_GROUPS,
  reserved: RESERVED_NAMES,
  example: "Write `shop: { resources: { app: { exec: /srv/shop/run } } }`.",
};

const RESOURCE_RULES = {
  kind: "resource",
  most: MAX_RESOURCES,
  reserved: new Set<string>(),
  example: "Write `app: { exec: /srv/shop/run }`.",
};

/** Reads the top-level key `groups`. */
export function readGroups(reading: Reading, value: unknown): ReadGroups {
  const draft: Draft = {
    groups: [],
    resources: [],
    params: new Map(),
    captions: new Map(),
    groupPaths: new Map(),
    resourcePaths: new Map(),
    effective: {},
  };
  if (isRaw(value)) {
    for (const name of Object.keys(value)) draft.groupPaths.set(name, ["groups", name]);
  }
  for (const entry of readNamedMap(reading, ["groups"], value, GROUP_RULES)) {
    readGroup(reading, draft, entry);
  }
  if (draft.resourcePaths.size > MAX_RESOURCES) {
    const what = `${draft.resourcePaths.size} resources are too many, at most ${MAX_RESOURCES} are possible`;
    reading.report.error(["groups"], { code: "config/out-of-range", what, at: "key" });
  }
  return draft;
}

function readGroup(reading: Reading, draft: Draft, { name, path, raw }: Entry): void {
  const { report } = reading;
  const { resources: rawResources, ...own } = raw;
  const members = readNamedMap(reading, [...path, "resources"], rawResources, RESOURCE_RULES);
  if (isRaw(rawResources)) {
    for (const member of Object.keys(rawResources)) {
      draft.resourcePaths.set(`${name}/${member}`, [...path, "resources", member]);
    }
  }
  if (members.length === 0) {
    const hint = RESOURCE_RULES.example;
    report.warn(path, {
      code: "config/never-acts",
      what: "the group has no resource",
      hint,
      at: "key",
    });
  }
  const parsed = salvage(report, groupSchema, own, { base: path, moreKeys: ["resources"] });
  const effective: Record<string, unknown> = {};
  const ids: ResourceId[] = [];
  for (const member of members) {
    const given = readResource(reading, member);
    if (given === null) continue;
    const id: ResourceId = `${name}/${member.name}`;
    const siblings = Object.keys(isRaw(rawResources) ? rawResources : {});
    const after = resolveAfter(reading, name, member, given.after, siblings);
    draft.resources.push(toResource(name, member.name, given, after));
    draft.params.set(id, toParams(id, given));
    draft.captions.set(id, { title: given.title || member.name, comment: given.comment });
    effective[member.name] = { type: "exec", ...written(execResource, given) };
    ids.push(id);
  }
  if (parsed === null) return;
  const given = parsed.value;
  draft.captions.set(name, { title: given.title || name, comment: given.comment });
  draft.effective[name] = { ...written(groupSchema, given), resources: effective };
  draft.groups.push({
    name,
    title: given.title || name,
    start: given.start,
    after: resolveGroups(reading, draft, path, name, given.after),
    waitLimitMs: given["wait-limit"],
    resources: ids,
  });
}

/** Null when it cannot be understood; why has been reported. */
function readResource(reading: Reading, entry: Entry): ExecResource | null {
  const { report, folder } = reading;
  const type = resourceType(reading, entry);
  if (type === null) return null;
  const { type: _type, exec, ...rest } = entry.raw;
  const isShort = exec !== undefined;
  if (isShort && "start" in rest) {
    const what = "`exec` and `start` say the same";
    report.error([...entry.path, "start"], {
      code: "config/duplicate-key",
      what,
      hint: "Keep one of them.",
      at: "key",
    });
  }
  const input = withPrograms(folder, isShort ? { ...rest, start: exec } : rest);
  const renamed: Readonly<Record<string, string>> = isShort ? { start: "exec" } : {};
  const where = { base: entry.path, renamed, moreKeys: ["type", "exec"] };
  const parsed = salvage(report, execResource, input, where);
  if (parsed === null) return null;
  checkPrograms(reading, entry, parsed.value, isShort ? "exec" : "start");
  if (parsed.isWhole) checkReady(reading, entry, parsed.value);
  return parsed.value;
}

/** `exec` when it is a type of this version; else null, and reported. */
function resourceType({ report }: Reading, { path, raw }: Entry): "exec" | null {
  const later = Object.keys(raw).find((key) => LATER_RESOURCE_TYPES.has(key));
  const written = raw["type"];
  if (written === undefined && later !== undefined) {
    report.error([...path, later], { ...notBuilt("resource type", later), at: "key" });
    return null;
  }
  if (written === undefined && ("exec" in raw || "start" in raw)) return "exec";
  if (written === undefined) {
    const strange = Object.keys(raw).find((key) => nearest(key, ["exec"]) !== null);
    if (strange === undefined) {
      const what = "it is not said what the resource is";
      report.error(path, {
        code: "config/missing-key",
        what,
        hint: RESOURCE_RULES.example,
        at: "key",
      });
    } else report.error([...path, strange], unknownKey(strange, ["exec"]));
    return null;
  }
  if (written === "exec") return "exec";
  const name = typeof written === "string" ? written : JSON.stringify(written).slice(0, 60);
  const finding = LATER_RESOURCE_TYPES.has(name)
    ? notBuilt("resource type", name)
    : {
        code: "config/unknown-type" as const,
        what: `\`${name}\` is not a resource type`,
        hint: didYouMean(name, ["exec", ...LATER_RESOURCE_TYPES]) ?? "Write `exec`.",
      };
  report.error([...path, "type"], finding);
  return null;
}

function withPrograms(folder: string, raw: Raw): Raw {
  const { start, stop, ready } = raw;
  return {
    ...raw,
    ...(start === undefined ? {} : { start: withAbsoluteProgram(folder, start) }),
    ...(stop === undefined ? {} : { stop: withAbsoluteProgram(folder, stop) }),
    ...(isRaw(ready) && "script" in ready
      ? { ready: { ...ready, script: withAbsoluteProgram(folder, ready["script"]) } }
      : {}),
  };
}

function checkPrograms(
  reading: Reading,
  { path }: Entry,
  given: ExecResource,
  start: string,
): void {
  checkProgram(reading, [...path, start], given.start);
  checkProgram(reading, [...path, "stop"], given.stop);
  checkDirectory(reading, [...path, "directory"], given.directory);
  checkProgram(reading, [...path, "ready", "script"], given.ready?.script);
}

function checkReady({ report }: Reading, { path }: Entry, { ready, kind }: ExecResource): void {
  if (ready === undefined) return;
  const place = [...path, "ready"];
  if (kind === "one-shot") {
    const what = "a one-shot resource is ready when it has ended";
    report.error(place, { code: "config/wrong-value", what, hint: "Remove `ready`.", at: "key" });
  }
  if ((ready.script === undefined) === (ready.tcp === undefined)) {
    const what =
      ready.tcp === undefined ? "it is not said how" : "`script` and `tcp` exclude each other";
    const hint = "Write exactly one of `script` and `tcp`.";
    report.error(place, { code: "config/wrong-value", what, hint, at: "key" });
  }
}

function resolveAfter(
  { report }: Reading,
  group: string,
  { path }: Entry,
  after: readonly string[],
  siblings: readonly string[],
): readonly ResourceId[] {
  const ids = new Set<ResourceId>();
  for (const [at, name] of after.entries()) {
    const [owner = "", own] = name.split("/");
    const sibling = own === undefined ? name : owner === group ? own : null;
    if (sibling !== null && siblings.includes(sibling)) ids.add(`${group}/${sibling}`);
    else {
      const what = `there is no resource \`${name}\` in group \`${group}\``;
      const other = "Order between groups is the `after` of a group.";
      const hint = (): string | null => (sibling === null ? other : didYouMean(sibling, siblings));
      report.error([...path, "after", at], { code: "config/unknown-name", what, hint });
    }
  }
  return [...ids];
}

function resolveGroups(
  { report }: Reading,
  draft: Draft,
  path: KeyPath,
  own: string,
  after: readonly string[],
): readonly string[] {
  for (const [at, name] of after.entries()) {
    if (draft.groupPaths.has(name)) continue;
    const others = (): string[] => [...draft.groupPaths.keys()].filter((other) => other !== own);
    const what = `there is no group \`${name}\``;
    const hint = (): string | null => didYouMean(name, others());
    report.error([...path, "after", at], { code: "config/unknown-name", what, hint });
  }
  return [...new Set(after)];
}
