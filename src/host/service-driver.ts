import type { Millis } from "../base/duration.ts";
import type {
  ObservedTree,
  OperationEnd,
  OperationRequest,
  ResourceDriver,
  ServiceParams,
  TreeFacts,
} from "../ports/driver.ts";
import { failed } from "./operation.ts";
import { ServiceRecords } from "./service-records.ts";
import { ServiceResource } from "./service-resource.ts";
import { SERVICE_TIMING, type ServiceTiming } from "./service-work.ts";
import type { Units } from "./systemd/units.ts";

type Ended = (resource: string, how: string) => void;
type StoppedOutside = (resource: string, isStopped: boolean) => void;
type RestartedOutside = (resource: string, count: number) => void;

/** Starts, stops and watches `service` resources through systemd. One per agent. */
export class ServiceDriver implements ResourceDriver<ServiceParams> {
  readonly #units: Units;
  readonly #records: ServiceRecords;
  readonly #timing: ServiceTiming;
  readonly #resources = new Map<string, ServiceResource>();
  #configured: ReadonlyMap<string, ServiceParams> = new Map();
  #ended: Ended = () => {};
  #stoppedOutside: StoppedOutside = () => {};
  #restartedOutside: RestartedOutside = () => {};

  /** `folder`: where operations under way are noted for the next agent; in memory, as `/run` is. */
  constructor(units: Units, folder: string, timing: ServiceTiming = SERVICE_TIMING) {
    this.#units = units;
    this.#records = new ServiceRecords(folder);
    this.#timing = timing;
    units.onChange((change) => {
      for (const one of this.#resources.values()) {
        if (one.params.unit === change.facts.name) one.take(change);
      }
    });
  }

  has(resource: string): boolean {
    return this.#resources.has(resource);
  }

  start(request: OperationRequest): Promise<OperationEnd> {
    const resource = this.#resources.get(request.resource);
    if (!resource || !this.#configured.has(request.resource)) return unknown(request.resource);
    return resource.start(request);
  }

  async stop(request: OperationRequest): Promise<OperationEnd> {
    const resource = this.#resources.get(request.resource);
    if (!resource) return await unknown(request.resource);
    const end = await resource.stop(request);
    this.#dropRemoved();
    return end;
  }

  /** Whether an earlier agent began it. */
  hasBegun(op: string): boolean {
    return [...this.#resources.values()].some((one) => one.earlier?.op === op);
  }

  resume(op: string, timeoutMs: Millis): Promise<OperationEnd> {
    const found = [...this.#resources.values()].find((one) => one.earlier?.op === op);
    return found?.resume(timeoutMs) ?? Promise.resolve(failed("nothing is left of what was begun"));
  }

  abandon(op: string): void {
    for (const one of this.#resources.values()) one.abandon(op);
  }

  async observe(): Promise<ReadonlyMap<string, ObservedTree>> {
    const looks = [...this.#resources.values()].map(async (one) => {
      const tree = await one.observe();
      return [one.params.id, tree] as const;
    });
    return new Map(await Promise.all(looks));
  }

  tree(resource: string): TreeFacts {
    return (
      this.#resources.get(resource)?.facts() ?? { tracking: "systemd unit", main: null, pids: [] }
    );
  }

  onEnded(listener: Ended): void {
    this.#ended = listener;
  }

  onStoppedOutside(listener: StoppedOutside): void {
    this.#stoppedOutside = listener;
  }

  onRestartedOutside(listener: RestartedOutside): void {
    this.#restartedOutside = listener;
  }

  configure(resources: ReadonlyMap<string, ServiceParams>): void {
    this.#configured = resources;
    for (const [id, params] of resources) {
      const known = this.#resources.get(id);
      if (known?.params.unit !== params.unit) this.#resources.set(id, this.#create(params));
    }
    this.#dropRemoved();
  }

  #create(params: ServiceParams): ServiceResource {
    return new ServiceResource(params, {
      units: this.#units,
      records: this.#records,
      timing: this.#timing,
      ended: (how) => this.#ended(params.id, how),
      stoppedOutside: (isStopped) => this.#stoppedOutside(params.id, isStopped),
      restartedOutside: (count) => this.#restartedOutside(params.id, count),
    });
  }

  /** One that is no longer configured stays until what is done to it has ended. */
  #dropRemoved(): void {
    for (const [id, one] of this.#resources) {
      if (!this.#configured.has(id) && one.isIdle) this.#resources.delete(id);
    }
    const units = [...this.#resources.values()].map((one) => one.params.unit);
    this.#units.watch("resources", new Set(units));
  }
}

function unknown(resource: string): Promise<OperationEnd> {
  return Promise.resolve(failed(`there is no resource ${resource}`));
}
