import { fitState, initialState } from "../core/initial.ts";
import type { Observed } from "../core/input.ts";
import type { Model, ResourceId } from "../core/model.ts";
import type { State } from "../core/state.ts";
import type { ObservedTree } from "../ports/driver.ts";
import type { AgentParts } from "./agent-parts.ts";
import type { Engine } from "./engine.ts";
import { History } from "./history.ts";

/** The saved state where there is one, with the record that counts most. */
export function beginning(parts: AgentParts, model: Model): State {
  const { state, record } = parts.saved;
  const now = { at: parts.clock.now(), wall: parts.clock.wall() };
  if (state === null) {
    const fresh = initialState(model, now);
    // Operations of the state that was lost may still run: their numbers are not used again.
    return record === null ? fresh : { ...fresh, record, nextId: Math.round(now.wall / 1000) };
  }
  const fitted = fitState(model, state);
  return record === null ? fitted : { ...fitted, record };
}

/** Whether an earlier agent has marked this very boot as open. */
export function isMarked({ saved, boot }: AgentParts): boolean {
  return saved.record?.mark === "open" && saved.record.bootId === boot.bootId;
}

/** Whether the configuration in force has it. */
export function isResource(engine: Engine, id: string): id is ResourceId {
  return engine.model.resources.has(id);
}

/** Trees of resources that are no longer configured are none of the policy's business. */
export function observedResources(
  engine: Engine,
  trees: ReadonlyMap<string, ObservedTree>,
): ReadonlyMap<string, Observed> {
  return new Map([...trees].filter(([id]) => isResource(engine, id)));
}

/** The events on this server's disk. */
export function historyOf({ historyFiles, clock, log, saved, boot }: AgentParts): History {
  const before = saved.record;
  const isInOrder = before?.bootId === boot.bootId || before?.mark === "closed";
  return new History({
    files: historyFiles,
    isAfterCut: !isInOrder,
    wall: () => clock.wall(),
    onFault: (fault) => {
      if (fault !== null) log.fault("events cannot be written", fault);
    },
  });
}
