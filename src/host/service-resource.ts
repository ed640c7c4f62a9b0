import type { Millis } from "../base/duration.ts";
import type {
  ObservedTree,
  OperationEnd,
  OperationRequest,
  ServiceParams,
  TreeFacts,
} from "../ports/driver.ts";
import type { UnitFacts } from "../ports/unit.ts";
import { failed, Operation } from "./operation.ts";
import { isRunning, readStat } from "./proc.ts";
import type { ServiceRecord } from "./service-records.ts";
import { describeDown, followStart, startUnit } from "./service-start.ts";
import { followStop, stopUnit } from "./service-stop.ts";
import { isDown, type ServiceParts, type ServiceWork, wasStopped } from "./service-work.ts";
import { UnitGroup } from "./systemd/unit-group.ts";
import type { UnitChange } from "./systemd/units.ts";

/**
 * What is believed of the unit: nothing before somebody wanted to know; `assumed` = up, because
 * systemd could not be asked; `outside` = stopped by others.
 */
type Belief = "unseen" | "assumed" | "up" | "down" | "outside";

/** More restarts than this between two looks are told as so many. */
const RESTARTS_TOLD_MOST = 10;

/** One `service` resource. */
export class ServiceResource {
  readonly params: ServiceParams;
  /** What an earlier agent began and systemd is still busy with. */
  earlier: ServiceRecord | null = null;
  readonly #parts: ServiceParts;
  readonly #group: UnitGroup;
  #operation: Operation | null = null;
  #belief: Belief = "unseen";
  #restarts = 0;
  #mainPid = 0;
  /** The record still says that the last stop was ours. */
  #isStopNoted = false;

  constructor(params: ServiceParams, parts: ServiceParts) {
    this.params = params;
    this.#parts = parts;
    this.#group = new UnitGroup(parts.units, params.unit);
  }

  get isIdle(): boolean {
    return this.#operation === null;
  }

  start(request: OperationRequest): Promise<OperationEnd> {
    return this.#operate(request.op, "start", request.timeoutMs, startUnit);
  }

  stop(request: OperationRequest): Promise<OperationEnd> {
    return this.#operate(request.op, "stop", request.timeoutMs, stopUnit);
  }

  /** Waits for the job that an earlier agent began. */
  resume(timeoutMs: Millis): Promise<OperationEnd> {
    const { earlier } = this;
    this.earlier = null;
    if (earlier === null) return Promise.resolve(failed("nothing is left of what was begun"));
    const follow = earlier.doing === "start" ? followStart : followStop;
    return this.#operate(earlier.op, earlier.doing, timeoutMs, (work) => follow(work, earlier.job));
  }

  abandon(op: string): void {
    if (this.#operation?.op === op) this.#operation.settle(failed("it was given up"));
  }

  /** Without a bus nobody knows: it is taken to run, and judged when it is seen. */
  async observe(): Promise<ObservedTree> {
    const { units, records } = this.#parts;
    const [look, record] = await Promise.all([
      units.look(this.params.unit),
      records.read(this.params.id),
    ]);
    if (!look.ok) {
      this.#belief = "assumed";
      return { is: "running" };
    }
    const facts = look.value;
    if (record !== null && facts.job === record.job) {
      this.earlier = record;
      return { is: "busy", op: record.op };
    }
    // The last stop was ours, and nobody has seen it up since.
    this.#isStopNoted = record?.doing === "stop" && isDown(facts);
    if (record !== null && !this.#isStopNoted) await records.remove(this.params.id);
    if (!isDown(facts)) {
      this.#seeUp(facts);
      return { is: "running" };
    }
    this.#belief = "down";
    if (this.#isStopNoted) return { is: "empty" };
    if (!wasStopped(facts)) return { is: "ended", how: describeDown(facts) };
    this.#belief = "outside";
    return { is: "stoppedOutside" };
  }

  facts(): TreeFacts {
    const pids = this.#belief === "up" ? this.#group.members() : [];
    const stat = this.#mainPid > 0 ? readStat(this.#mainPid) : null;
    // Who was killed a moment ago waits for systemd to take notice.
    const isThere = stat !== null && isRunning(stat);
    const main = isThere ? { pid: stat.pid, startTime: stat.startTime } : null;
    const isMissing = main !== null && !pids.includes(main.pid);
    return { tracking: "systemd unit", main, pids: isMissing ? [main.pid, ...pids] : pids };
  }

  /** The unit changed, and everything that led to it was heard. */
  take({ facts, isUnheard }: UnitChange): void {
    if (this.earlier !== null && facts.job !== this.earlier.job) this.earlier = null;
    // Its own operation says how that ends; what a job of others will leave is told with its end.
    if (this.#operation !== null || this.earlier !== null) return;
    if (!isDown(facts)) return this.#takeUp(facts);
    const wasUp = this.#belief === "up";
    if (facts.job !== 0 || (!wasUp && this.#belief !== "assumed")) return;
    this.#mainPid = 0;
    // Who stopped it while the bus was away is not known.
    const isMeant = isUnheard && wasStopped(facts) && (wasUp || facts.lastEnd !== null);
    if (facts.isStoppedByJob || facts.load === "masked" || isMeant) {
      this.#belief = "outside";
      this.#parts.stoppedOutside(true);
    } else {
      this.#belief = "down";
      this.#parts.ended(describeDown(facts));
    }
  }

  #takeUp(facts: UnitFacts): void {
    const wasDown = this.#belief === "down" || this.#belief === "outside";
    const more = this.#belief === "up" ? facts.restarts - this.#restarts : 0;
    // A unit that is only on its way up may yet fail.
    if (wasDown && facts.active === "activating") return;
    this.#seeUp(facts);
    if (wasDown) this.#parts.stoppedOutside(false);
    for (let told = 0; told < Math.min(more, RESTARTS_TOLD_MOST); told += 1) {
      this.#parts.restartedOutside(facts.restarts);
    }
  }

  #seeUp(facts: UnitFacts): void {
    if (this.#belief !== "up") void this.#group.find();
    // A stop of ours is not the last one that it had.
    if (this.#isStopNoted) void this.#parts.records.remove(this.params.id);
    this.#isStopNoted = false;
    this.#belief = "up";
    this.#restarts = facts.restarts;
    this.#mainPid = facts.mainPid;
  }

  async #operate(
    op: string,
    doing: "start" | "stop",
    timeoutMs: Millis,
    run: (work: ServiceWork) => Promise<OperationEnd>,
  ): Promise<OperationEnd> {
    this.#operation?.settle(failed(`a ${doing} took its place`));
    this.earlier = null;
    const operation = new Operation(op, doing);
    this.#operation = operation;
    const until = performance.now() + timeoutMs;
    const { params } = this;
    const work = { parts: this.#parts, params, operation, group: this.#group, until };
    run(work).then(
      (end) => operation.settle(end),
      (error: unknown) => operation.settle(failed(`a bug: ${String(error)}`)),
    );
    const end = await operation.promise;
    if (this.#operation !== operation) return end;
    await this.#believe(doing, end);
    // Of a stop the note stays: whoever comes next knows by it that nobody else stopped it.
    if (this.#belief === "down" && doing === "stop") this.#isStopNoted = true;
    else await this.#parts.records.remove(params.id);
    if (this.#operation === operation) this.#operation = null;
    return end;
  }

  async #believe(doing: "start" | "stop", end: OperationEnd): Promise<void> {
    const look = await this.#parts.units.look(this.params.unit);
    if (look.ok && !isDown(look.value)) this.#seeUp(look.value);
    else if (doing === "start" && end.result === "done") this.#belief = "up";
    else this.#belief = "down";
    if (this.#belief === "down") this.#mainPid = 0;
  }
}
