/** Who comes after (requires, contains) whom, in the order of the file. */
export type Edges = ReadonlyMap<string, readonly string[]>;

/**
 * Circles in a graph, each as its names in order, the first one repeated at the end. Of circles
 * that share a name some may be left out: cutting those that are told shows the rest.
 */
export function findCycles(edges: Edges): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const start of edges.keys()) {
    if (!done.has(start)) walk(edges, start, done, cycles);
  }
  return cycles;
}

/** Depth first, with a stack of its own: a chain may be longer than the program's. */
function walk(edges: Edges, start: string, done: Set<string>, cycles: string[][]): void {
  const trail: string[] = [start];
  const depth = new Map([[start, 0]]);
  const pending: string[][] = [[...(edges.get(start) ?? [])]];
  while (trail.length > 0) {
    const next = pending.at(-1)?.shift();
    if (next === undefined) {
      const left = trail.pop();
      pending.pop();
      if (left !== undefined) {
        depth.delete(left);
        done.add(left);
      }
      continue;
    }
    const from = depth.get(next);
    if (from !== undefined) cycles.push([...trail.slice(from), next]);
    else if (!done.has(next)) {
      depth.set(next, trail.length);
      trail.push(next);
      pending.push([...(edges.get(next) ?? [])]);
    }
  }
}
