import type {
  AgentDriver,
  ExecParams,
  ObservedTree,
  OperationEnd,
  OperationRequest,
  ResourceDriver,
  ResourceParams,
  ServiceParams,
  TreeFacts,
} from "../ports/driver.ts";
import { EndsInShutdown } from "./ends-in-shutdown.ts";
import type { ServiceDriver } from "./service-driver.ts";

/** One driver for resources of all types: each is asked for its own. */
export class JoinedDriver implements AgentDriver {
  readonly #exec: ResourceDriver<ExecParams>;
  readonly #services: ServiceDriver;
  readonly #ends: EndsInShutdown;
  /** What units did before everything was looked at is told after it. */
  #early: (() => void)[] | null = [];

  /** `askShutdown`: see `EndsInShutdown`; units tell by themselves why they end. */
  constructor(
    exec: ResourceDriver<ExecParams>,
    services: ServiceDriver,
    askShutdown: () => Promise<unknown> | null,
  ) {
    this.#exec = exec;
    this.#services = services;
    this.#ends = new EndsInShutdown(askShutdown);
  }

  start(request: OperationRequest): Promise<OperationEnd> {
    this.#ends.forget(request.resource);
    return this.#of(request.resource).start(request);
  }

  stop(request: OperationRequest): Promise<OperationEnd> {
    return this.#of(request.resource).stop(request);
  }

  resume(op: string, timeoutMs: number): Promise<OperationEnd> {
    return this.#services.hasBegun(op)
      ? this.#services.resume(op, timeoutMs)
      : this.#exec.resume(op, timeoutMs);
  }

  abandon(op: string): void {
    this.#exec.abandon(op);
    this.#services.abandon(op);
  }

  async observe(): Promise<ReadonlyMap<string, ObservedTree>> {
    const [exec, services] = await Promise.all([this.#exec.observe(), this.#services.observe()]);
    setImmediate(() => {
      const early = this.#early ?? [];
      this.#early = null;
      for (const tell of early) tell();
    });
    return new Map([...exec, ...services]);
  }

  tree(resource: string): TreeFacts {
    return this.#of(resource).tree(resource);
  }

  onEnded(listener: (resource: string, how: string) => void): void {
    this.#exec.onEnded(this.#ends.before(listener));
    this.#services.onEnded((resource, how) => this.#tell(() => listener(resource, how)));
  }

  onStoppedOutside(listener: (resource: string, isStopped: boolean) => void): void {
    this.#services.onStoppedOutside((resource, isStopped) =>
      this.#tell(() => listener(resource, isStopped)),
    );
  }

  onRestartedOutside(listener: (resource: string, count: number) => void): void {
    this.#services.onRestartedOutside((resource, count) =>
      this.#tell(() => listener(resource, count)),
    );
  }

  configure(resources: ReadonlyMap<string, ResourceParams>): void {
    const exec = new Map<string, ExecParams>();
    const services = new Map<string, ServiceParams>();
    for (const [id, params] of resources) {
      if (params.type === "exec") exec.set(id, params);
      else services.set(id, params);
    }
    this.#exec.configure(exec);
    this.#services.configure(services);
  }

  #of(resource: string): ResourceDriver<never> {
    return this.#services.has(resource) ? this.#services : this.#exec;
  }

  #tell(tell: () => void): void {
    if (this.#early === null) tell();
    else this.#early.push(tell);
  }
}
