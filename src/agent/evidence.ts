import * as z from "zod/mini";
import { type Millis, SECOND } from "../base/duration.ts";
import { outputLog } from "../base/paths.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { Action } from "../core/action.ts";
import type { EventFields } from "../core/event.ts";
import type { Clock } from "../ports/clock.ts";
import type { TreeFacts } from "../ports/driver.ts";
import type { ProgramRun } from "../ports/host.ts";
import type { AgentParts } from "./agent-parts.ts";
import type { Engine } from "./engine.ts";

/** A stop waits so long at most. */
export const EVIDENCE_LIMIT: Millis = 10 * SECOND;
/** The program that takes it, a little less: what it has by then is complete. */
const TAKE_LIMIT: Millis = 8 * SECOND;
/** What nobody waits for may take longer, because everything else goes first. */
const BESIDE_LIMIT: Millis = 60 * SECOND;
const BESIDE_TAKE_LIMIT: Millis = 45 * SECOND;
/** What has ended is started first: only then the server has time to look for why. */
const BESIDE_DELAY: Millis = 5 * SECOND;
/** At once; what is asked for beyond these is not taken. */
const TAKINGS_MOST = 4;
const OUTPUT_BYTES_MOST = 4096;
const PIDS_MOST = 100;

const taken = z.object({ folder: z.nullable(z.string()), files: z.number() });

type Wish = Omit<Extract<Action, { type: "takeEvidence" }>, "type">;

export interface EvidenceParts {
  readonly clock: Clock;
  /** Where evidence is kept, and where the output of programs is. */
  readonly places: { readonly folder: string; readonly logs: string };
  readonly config: () => LoadedConfig;
  readonly tree: (resource: string) => TreeFacts;
  readonly run: (
    words: readonly string[],
    timeoutMs: Millis,
    maxOutputBytes: number,
  ) => Promise<ProgramRun>;
  readonly onKept: (incident: string, fields: EventFields["evidence-kept"]) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/** Has a short-lived program keep what is to be seen of failed resources; nothing hangs on it. */
export class Evidence {
  readonly #parts: EvidenceParts;
  /** By the stop that waits. */
  readonly #pending = new Map<string, PromiseWithResolvers<void>>();
  #running = 0;

  constructor(parts: EvidenceParts) {
    this.#parts = parts;
  }

  /** Begins, now before a stop; beside everything else where nothing of it lives any more. */
  take({ incident, resource, stop }: Wish): void {
    const { clock, config, tree } = this.#parts;
    if (!config().evidence.isEnabled) return;
    const { main, pids } = stop === null ? { main: null, pids: [] } : tree(resource);
    const all = [...new Set([...(main === null ? [] : [main.pid]), ...pids])].slice(0, PIDS_MOST);
    if (stop === null || all.length === 0) {
      clock.timer(BESIDE_DELAY, () => void this.#run(incident, resource, []));
      return;
    }
    const wait = Promise.withResolvers<void>();
    const limit = clock.timer(EVIDENCE_LIMIT, wait.resolve);
    this.#pending.set(stop, wait);
    void wait.promise.then(() => {
      limit.cancel();
      this.#pending.delete(stop);
    });
    void this.#run(incident, resource, all).then(wait.resolve);
  }

  /** What a stop has to wait for; null: nothing. Settles after `EVIDENCE_LIMIT` at the latest. */
  before(stop: string): Promise<void> | null {
    return this.#pending.get(stop)?.promise ?? null;
  }

  /** A server-level action was ordered: no stop waits any longer. */
  hurry(): void {
    for (const wait of this.#pending.values()) wait.resolve();
  }

  async #run(incident: string, resource: string, pids: readonly number[]): Promise<void> {
    if (this.#running >= TAKINGS_MOST) return;
    this.#running += 1;
    try {
      await this.#take(incident, resource, pids);
    } catch (error) {
      this.#parts.onFault(`evidence of ${resource} was not kept`, error);
    } finally {
      this.#running -= 1;
    }
  }

  async #take(incident: string, resource: string, pids: readonly number[]): Promise<void> {
    const { config, places, run, onKept } = this.#parts;
    const { evidence, resources } = config();
    const params = resources.get(resource);
    const isAlive = pids.length > 0;
    const isUnit = params?.type === "service";
    const wish = {
      incident,
      resource,
      isAlive,
      pids,
      unit: isUnit ? params.unit : null,
      output: isUnit ? null : outputLog(places.logs, resource),
      limitMs: isAlive ? TAKE_LIMIT : BESIDE_TAKE_LIMIT,
      keepMs: evidence.keepMs,
      keepBytes: evidence.keepBytes,
    };
    const words = ["--keep", places.folder, "--wish", JSON.stringify(wish)];
    const end = await run(words, isAlive ? EVIDENCE_LIMIT : BESIDE_LIMIT, OUTPUT_BYTES_MOST);
    const { folder, files } = read(end);
    if (folder !== null)
      onKept(incident, { resource, folder: `${places.folder}/${folder}`, files });
  }
}

/** How it ended does not count: a file that hangs holds it although everything is written. */
function read(end: ProgramRun): z.output<typeof taken> {
  try {
    return z.parse(taken, JSON.parse(end.kind === "notStarted" ? "" : end.output));
  } catch {
    throw new Error(JSON.stringify(end).slice(0, 500));
  }
}

/** The evidence of the agent that is made of these parts. */
export function evidenceOf(
  { clock, driver, runRole, evidencePlaces, log }: AgentParts,
  now: () => { readonly config: LoadedConfig; readonly engine: Engine },
): Evidence {
  return new Evidence({
    clock,
    places: evidencePlaces,
    config: () => now().config,
    tree: (resource) => driver.tree(resource),
    run: (...wish) => runRole("evidence", ...wish),
    onKept: (incident, fields) => now().engine.submit({ type: "evidenceKept", incident, fields }),
    onFault: (what, error) => log.fault(what, error),
  });
}
