import * as z from "zod/mini";
import type { MonitorType } from "../monitors/define.ts";
import { process } from "../monitors/process.ts";
import { service } from "../monitors/service.ts";
import type { Raw } from "./named-map.ts";
import type { ReadGroups } from "./read-groups.ts";
import type { MonitorDraft } from "./read-monitors.ts";
import { monitor as monitorSchema } from "./schema.ts";

/**
 * Monitors of units that are resources watch those resources: their lives, told by systemd.
 */
export function bindUnits(
  groups: ReadGroups,
  drafts: readonly MonitorDraft[],
): readonly MonitorDraft[] {
  return drafts.map((draft) => {
    const { links } = draft.own;
    const resource = links.unit === undefined ? undefined : groups.units.get(links.unit);
    if (resource === undefined) return draft;
    return { ...draft, own: { ...draft.own, links: { ...links, resource } } };
  });
}

/**
 * A `process` monitor for each resource whose life no configured monitor watches, of a unit a
 * `service` monitor. A one-shot has one too: programs that its start script put under `watch` belong
 * to its life.
 */
export function implicitMonitors(
  groups: ReadGroups,
  drafts: readonly MonitorDraft[],
  takenNames: ReadonlySet<string>,
): readonly MonitorDraft[] {
  const watched = new Set(drafts.map((draft) => draft.own.links.resource));
  const names = new Set(takenNames);
  const made: MonitorDraft[] = [];
  for (const resource of groups.resources) {
    if (watched.has(resource.id)) continue;
    const { type, params, title } = lifeOf(groups, resource.id);
    const name = freeName(`${resource.group}-${resource.name}-${type.name}`, names);
    const own = type.read(params);
    if (!own.ok) continue;
    names.add(name);
    made.push({
      name,
      path: groups.resourcePaths.get(resource.id) ?? [],
      raw: {},
      type,
      common: z.parse(monitorSchema, { title }),
      own: own.value,
      keyOf: (param) => param,
      targetPath: [],
      isImplicit: true,
      isWhole: true,
    });
  }
  return bindUnits(groups, made);
}

function lifeOf(groups: ReadGroups, id: string): { type: MonitorType; params: Raw; title: string } {
  const params = groups.params.get(id);
  if (params?.type !== "service") {
    return { type: process, params: { resource: id }, title: `Process of ${id}` };
  }
  return { type: service, params: { unit: params.unit }, title: `Unit of ${id}` };
}

/** `a-b/c` and `a/b-c` would have the same name. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}
