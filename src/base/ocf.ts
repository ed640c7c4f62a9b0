// The fixed vocabulary of OCF resource agents, so that their scripts are understood unchanged.
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [1, "generic error"],
  [2, "wrong arguments"],
  [3, "not implemented"],
  [4, "not permitted"],
  [5, "not installed"],
  [6, "not configured"],
  [7, "not running"],
  [8, "running as promoted"],
  [9, "failed as promoted"],
]);

/** What an exit code means that is a cluster agent's; null: nothing, or another program's matter. */
export function ocfMeaning(code: number): string | null {
  return MEANINGS.get(code) ?? null;
}
