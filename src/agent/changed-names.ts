import type { LoadedConfig } from "../config/loaded-config.ts";

/**
 * Names of groups, resources and monitors that are new, gone or different in the second
 * configuration: what must be treated as new.
 */
export function changedNames(before: LoadedConfig, after: LoadedConfig): ReadonlySet<string> {
  const old = describe(before);
  const now = describe(after);
  const changed = new Set<string>();
  for (const [key, text] of now) if (old.get(key) !== text) changed.add(nameOf(key));
  for (const key of old.keys()) if (!now.has(key)) changed.add(nameOf(key));
  return changed;
}

/** Everything that is configured about each thing, as text; a group and a monitor may share a name. */
function describe(config: LoadedConfig): Map<string, string> {
  const texts = new Map<string, string>();
  for (const group of config.model.groups) texts.set(`group ${group.name}`, JSON.stringify(group));
  for (const resource of config.model.resources) {
    const params = config.resources.get(resource.id);
    texts.set(`resource ${resource.id}`, JSON.stringify([resource, params]));
  }
  for (const monitor of config.model.monitors) {
    const loaded = config.monitors.get(monitor.name);
    const script = config.scripts.get(monitor.name);
    texts.set(`monitor ${monitor.name}`, JSON.stringify([monitor, loaded?.params, script]));
  }
  return texts;
}

function nameOf(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}
