import type { LoadedConfig } from "../config/loaded-config.ts";

/** Monitors by the news that make them look at once. */
export function listenersOf(config: LoadedConfig): ReadonlyMap<string, readonly string[]> {
  const listeners = new Map<string, string[]>();
  for (const { name, links } of config.monitors.values()) {
    for (const source of links.wakes ?? []) {
      listeners.set(source, [...(listeners.get(source) ?? []), name]);
    }
  }
  return listeners;
}
