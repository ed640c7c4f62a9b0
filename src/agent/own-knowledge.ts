import type { LoadedConfig } from "../config/loaded-config.ts";
import type { TreeFacts } from "../ports/driver.ts";
import type { OwnKnowledge } from "./agent-parts.ts";
import type { Engine } from "./engine.ts";
import type { Messages } from "./messages.ts";

export interface KnowledgeParts {
  readonly tree: (resource: string) => TreeFacts;
  readonly messages: Messages;
  readonly config: () => LoadedConfig;
  readonly engine: () => Engine;
}

/** What probes ask the agent itself. */
export function createOwnKnowledge(parts: KnowledgeParts): OwnKnowledge {
  return {
    resourceTree: async (resource) => {
      const { pids } = parts.tree(resource);
      // A one-shot has done its work when its script ended; what it left under watch tells itself.
      const isOneShot = parts.config().resources.get(resource)?.kind === "one-shot";
      return { isAlive: pids.length > 0 || isOneShot, pids };
    },
    monitorStatuses: () => {
      const entries = [...parts.engine().state.monitors.entries()];
      return new Map(entries.map(([name, monitor]) => [name, monitor.status.is]));
    },
    lastMessage: (monitor) => parts.messages.last(monitor),
  };
}
