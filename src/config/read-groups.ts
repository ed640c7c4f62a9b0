import type { Steps } from "../base/steps.ts";
import type { Group, Resource, ResourceId } from "../core/model.ts";
import type { ResourceParams } from "../ports/driver.ts";
import type { KeyPath } from "./document.ts";
import type { Caption } from "./loaded-config.ts";
import { type Entry, type Reading, isRaw, readNamedMap } from "./named-map.ts";
import { RESERVED_NAMES } from "./names.ts";
import { readResource } from "./read-resource.ts";
import { salvage } from "./salvage.ts";
import { MAX_GROUPS, MAX_RESOURCES, group as groupSchema } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { written } from "./written.ts";

/** Groups and resources as read, with where they stand. */
export interface ReadGroups {
  readonly groups: readonly Group[];
  readonly resources: readonly Resource[];
  readonly params: ReadonlyMap<string, ResourceParams>;
  /** Resources by the systemd unit that they are. */
  readonly units: ReadonlyMap<string, string>;
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
  readonly units: Map<string, string>;
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
  example: "Write `app: { exec: /srv/shop/run }`, or `web: { service: nginx }`.",
};

/** Reads the top-level key `groups`. */
export function* readGroups(reading: Reading, value: unknown): Steps<ReadGroups> {
  const draft: Draft = {
    groups: [],
    resources: [],
    params: new Map(),
    units: new Map(),
    captions: new Map(),
    groupPaths: new Map(),
    resourcePaths: new Map(),
    effective: {},
  };
  if (isRaw(value)) {
    for (const name of Object.keys(value)) draft.groupPaths.set(name, ["groups", name]);
  }
  for (const entry of readNamedMap(reading, ["groups"], value, GROUP_RULES)) {
    yield;
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
    draft.resources.push(given.toResource(name, member.name, after));
    addParams(reading, draft, member, given.toParams(id));
    draft.captions.set(id, { title: given.title || member.name, comment: given.comment });
    effective[member.name] = given.effective;
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

/** A unit that two resources start and stop would never be where either wants it. */
function addParams(
  { report }: Reading,
  draft: Draft,
  { path, raw }: Entry,
  params: ResourceParams,
): void {
  const owner = params.type === "service" ? draft.units.get(params.unit) : undefined;
  if (owner !== undefined) {
    const what = `the unit is the resource \`${owner}\` already`;
    const hint = "Remove one of them.";
    const place = [...path, "service" in raw ? "service" : "unit"];
    report.error(place, { code: "config/duplicate-key", what, hint });
  } else if (params.type === "service") draft.units.set(params.unit, params.id);
  draft.params.set(params.id, params);
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
