import { type Millis, SECOND } from "../base/duration.ts";
import type { StartedProcess } from "../host/spawner-protocol.ts";
import type { ProcessId } from "../ports/host.ts";

/** By then a program has loaded, and its mark can be read from its environment. */
const KEPT_FOR: Millis = 30 * SECOND;
const KEPT_MOST = 1024;

/**
 * What was started lately, and for which resource: while a program is being loaded its environment
 * cannot be read, and an agent that starts just then would not know it and start it again.
 */
export class RecentStarts {
  #started: (StartedProcess & { readonly at: Millis })[] = [];

  /** `environment`: `NAME=value`; `variable`: the name that carries the mark. */
  add(id: ProcessId, environment: readonly string[], variable: string): void {
    const mark = environment.find((one) => one.startsWith(`${variable}=`));
    if (mark === undefined) return;
    const at = performance.now();
    const kept = this.#started.filter((one) => at - one.at < KEPT_FOR).slice(1 - KEPT_MOST);
    this.#started = [...kept, { ...id, mark: mark.slice(variable.length + 1), at }];
  }

  list(): readonly StartedProcess[] {
    const now = performance.now();
    return this.#started
      .filter((one) => now - one.at < KEPT_FOR)
      .map(({ pid, startTime, mark }) => ({ pid, startTime, mark }));
  }
}
