import type { ProcessId } from "../ports/host.ts";
import { Census } from "./census.ts";
import type { ExecParts } from "./exec-parts.ts";
import type { ProcessTree } from "./tree.ts";

/**
 * Has everything in a tree moved into one group, while everything goes on: after a program of it was
 * started (`what`), into a new scope where there is systemd; after a restart of the agent (`what`: a
 * look at all processes), into the scope that part of it is in, when there is one. `after` is called
 * at each look: what is known of it may have changed.
 */
export function keepTogether(
  parts: ExecParts,
  resource: string,
  tree: ProcessTree,
  what: ProcessId | Census,
  after: () => void,
): void {
  const { scopes, sweeper } = parts;
  if (what instanceof Census) {
    // The record may be lost, or older than the scope.
    const scope = scopes?.find(resource, tree.members(what)) ?? null;
    if (scope !== null) tree.enterScope(scope);
  } else if (scopes !== null) {
    void tree
      .beginMove(what)
      .then(() => scopes.request(resource, what, () => tree.record.pids))
      .then((answer) => {
        if (tree.endMove(what, answer)) sweeper.add(tree, after);
      });
  }
  sweeper.add(tree, after);
}
