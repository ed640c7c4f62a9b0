import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Millis } from "../base/duration.ts";
import type { Paths } from "../base/paths.ts";
import type {
  ObservedTree,
  OperationEnd,
  OperationRequest,
  ResourceDriver,
  ExecParams,
  TreeFacts,
} from "../ports/driver.ts";
import { MarkCache } from "./census.ts";
import { Cgroup, prepareCgroupRoot } from "./cgroup.ts";
import type { ExecParts } from "./exec-parts.ts";
import { ExecResource } from "./exec-resource.ts";
import { logOf } from "./exec-script.ts";
import { Gate } from "./gate.ts";
import { failed } from "./operation.ts";
import type { ProcessWatch } from "./process-watch.ts";
import { type AskSystemd, findSystemd, openScopes } from "./scopes.ts";
import type { SpawnerClient } from "./spawner-client.ts";
import { Sweeper } from "./sweeper.ts";
import { type FoundRunner, TreeStore } from "./tree-store.ts";

export interface ExecDriverOptions {
  readonly paths: Paths;
  readonly spawner: SpawnerClient;
  readonly watch: ProcessWatch;
  /** One per state folder, kept in it: names the trees of this agent. `[A-Za-z0-9-]+`. */
  readonly stateId: string;
  /** `none`: trees are followed by session and mark although groups could be made. */
  readonly cgroups: "where-possible" | "none";
  /** How systemd is asked for scopes; null = it is not. */
  readonly systemd: AskSystemd | null;
}

/** How trees are followed: by the means there are, or on purpose by none of them. */
export function trackedBy(hasCgroups: boolean): Pick<ExecDriverOptions, "cgroups" | "systemd"> {
  return hasCgroups
    ? { cgroups: "where-possible", systemd: findSystemd() }
    : { cgroups: "none", systemd: null };
}

/** Facts for probes and people may be this old; the end of a process is told at once. */
const FACTS_AGE: Millis = 1000;
/** Starts that wait for the spawner at the same time. */
const STARTS_AT_ONCE = 16;
/** Logs named to the spawner in one line. */
const LOGS_AT_ONCE = 100;

/** Starts, stops and watches `exec` resources through the spawner. One per agent. */
export class ExecDriver implements ResourceDriver<ExecParams> {
  readonly #parts: ExecParts;
  readonly #resources = new Map<string, ExecResource>();
  #configured: ReadonlyMap<string, ExecParams> = new Map();
  #runners = new Map<string, FoundRunner>();
  #listener: (resource: string, how: string) => void = () => {};

  constructor(options: ExecDriverOptions) {
    const marks = new MarkCache();
    const { paths, spawner, stateId } = options;
    this.#parts = {
      spawner,
      gate: new Gate(STARTS_AT_ONCE),
      watch: options.watch,
      marks,
      sweeper: new Sweeper(marks),
      store: new TreeStore(paths.run, readBootId()),
      stateId,
      cgroupRoot: options.cgroups === "none" ? null : prepareCgroupRoot(stateId),
      scopes: openScopes(options.systemd, spawner, stateId),
      logFolder: paths.logs,
      server: hostname(),
      ended: (resource, how) => this.#listener(resource, how),
    };
    spawner.onState((state) => {
      if (state === "connected") this.#nameLogs();
    });
  }

  start(request: OperationRequest): Promise<OperationEnd> {
    const resource = this.#resources.get(request.resource);
    if (!resource || !this.#configured.has(request.resource)) return unknown(request.resource);
    return resource.start(request);
  }

  async stop(request: OperationRequest): Promise<OperationEnd> {
    const resource = this.#resources.get(request.resource);
    if (!resource) return unknown(request.resource);
    const end = await resource.stop(request);
    this.#dropRemoved(request.resource);
    return end;
  }

  resume(op: string, timeoutMs: Millis): Promise<OperationEnd> {
    const found = this.#runners.get(op);
    this.#runners.delete(op);
    const resource = found && this.#resources.get(found.resource);
    if (!resource) return Promise.resolve(failed("nothing is left of what was begun"));
    return resource.resume(found, timeoutMs);
  }

  abandon(op: string): void {
    for (const resource of this.#resources.values()) if (resource.abandon(op)) return;
  }

  async observe(): Promise<ReadonlyMap<string, ObservedTree>> {
    const { store, spawner } = this.#parts;
    // What the last agent asked of the spawner is done when this is answered: then nothing appears
    // any more after we looked.
    const [, started] = await Promise.all([store.prepare(), spawner.request({ type: "started" })]);
    for (const one of started.ok ? started.value.processes : []) {
      this.#parts.marks.claim(one, one.mark);
    }
    const [trees, runners] = await Promise.all([store.readTrees(), store.readRunners()]);
    this.#runners = new Map(runners.map((one) => [one.op, one]));
    const byResource = new Map(runners.map((one) => [one.resource, one]));
    const census = this.#parts.marks.look(performance.now());
    const found = new Map<string, ObservedTree>();
    for (const [id, resource] of this.#resources) {
      const saved = trees.get(id) ?? null;
      found.set(id, await resource.observe(census, saved, byResource.get(id) ?? null));
    }
    return found;
  }

  tree(resource: string): TreeFacts {
    const found = this.#resources.get(resource);
    if (!found) return { tracking: "session and mark", main: null, pids: [] };
    return found.facts((since) => this.#parts.marks.look(since, FACTS_AGE));
  }

  onEnded(listener: (resource: string, how: string) => void): void {
    this.#listener = listener;
  }

  configure(resources: ReadonlyMap<string, ExecParams>): void {
    this.#configured = resources;
    for (const [id, params] of resources) {
      const known = this.#resources.get(id);
      if (known) known.params = params;
      else this.#resources.set(id, new ExecResource(this.#parts, params));
    }
    for (const id of this.#resources.keys()) this.#dropRemoved(id);
    this.#nameLogs();
  }

  /**
   * Puts a process that a start script started under watch as part of the resource's life (product.md
   * G8); it is found again after a restart of the agent. False when it is not in the resource's tree.
   */
  adopt(resource: string, name: string, pid: number): boolean {
    return this.#resources.get(resource)?.adopt(name, pid) ?? false;
  }

  /** The agent leaves: watching ends, the programs go on. */
  close(): void {
    this.#parts.sweeper.close();
    this.#parts.store.close();
    for (const resource of this.#resources.values()) resource.close();
    const { cgroupRoot } = this.#parts;
    if (cgroupRoot !== null) new Cgroup(cgroupRoot).remove();
  }

  #dropRemoved(id: string): void {
    const resource = this.#resources.get(id);
    if (!resource || this.#configured.has(id) || !resource.isIdle) return;
    resource.remove();
    this.#resources.delete(id);
  }

  /** A new spawner does not know the logs of programs that an earlier one started. */
  #nameLogs(): void {
    const logs = [...this.#resources.values()].map((one) => logOf(this.#parts, one.params));
    for (let at = 0; at < logs.length; at += LOGS_AT_ONCE) {
      void this.#parts.spawner.request({ type: "logs", logs: logs.slice(at, at + LOGS_AT_ONCE) });
    }
  }
}

function unknown(resource: string): Promise<OperationEnd> {
  return Promise.resolve(failed(`there is no resource ${resource}`));
}

function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}
