import * as z from "zod/mini";
import { process } from "../monitors/process.ts";
import type { ReadGroups } from "./read-groups.ts";
import type { MonitorDraft } from "./read-monitors.ts";
import { monitor as monitorSchema } from "./schema.ts";

/**
 * A `process` monitor for each resource whose life no configured monitor watches. A one-shot has one
 * too: programs that its start script put under `watch` belong to its life.
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
    const name = freeName(`${resource.group}-${resource.name}-process`, names);
    const own = process.read({ resource: resource.id });
    if (!own.ok) continue;
    names.add(name);
    made.push({
      name,
      path: groups.resourcePaths.get(resource.id) ?? [],
      raw: {},
      type: process,
      common: z.parse(monitorSchema, { title: `Process of ${resource.id}` }),
      own: own.value,
      keyOf: (param) => param,
      targetPath: [],
      isImplicit: true,
      isWhole: true,
    });
  }
  return made;
}

/** `a-b/c` and `a/b-c` would have the same name. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}
