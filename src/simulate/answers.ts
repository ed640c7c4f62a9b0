import type { Millis } from "../base/duration.ts";
import type { Model, Monitor, ResourceId } from "../core/model.ts";
import type { Answer } from "./scenario.ts";
import type { Trees } from "./trees.ts";

const OK: Answer = {
  outcome: "ok",
  reason: "answers",
  isTimeout: false,
  durationMs: 20,
  until: { kind: "told" },
};

/** What the probes of a simulated world find: what the scenario told, else what its trees do. */
export class Answers {
  readonly #told = new Map<string, Answer>();
  readonly #warmUps = new Map<ResourceId, Millis>();

  tell(monitor: string, answer: Answer): void {
    this.#told.set(monitor, answer);
  }

  needs(resource: ResourceId, warmUpMs: Millis): void {
    this.#warmUps.set(resource, warmUpMs);
  }

  /** What a probe that begins at `now` finds. */
  probe(monitor: Monitor, trees: Trees, now: Millis): Answer {
    const told = this.#told.get(monitor.name);
    const isPlainOk =
      told?.outcome === "ok" && told.until.kind === "told" && told.durationMs === OK.durationMs;
    // Told ok: from now on it says again what there is; what does not run is not ok.
    if (isPlainOk) this.#told.delete(monitor.name);
    else if (told) return this.#count(monitor.name, told);
    return this.#fromTrees(monitor, trees, now);
  }

  #count(monitor: string, told: Answer): Answer {
    if (told.until.kind !== "count") return told;
    const probes = told.until.probes - 1;
    if (probes <= 0) this.#told.delete(monitor);
    else this.#told.set(monitor, { ...told, until: { kind: "count", probes } });
    return told;
  }

  #fromTrees(monitor: Monitor, trees: Trees, now: Millis): Answer {
    const { target } = monitor.recovery;
    if (target.kind !== "resource" || trees.isOneShot(target.id)) return OK;
    if (!trees.isAlive(target.id))
      return failed(monitor.watches ? "not running" : "connection refused");
    const since = trees.runningSince(target.id);
    const warmUpMs = this.#warmUps.get(target.id) ?? 0;
    if (monitor.watches === null && since !== null && now < since + warmUpMs)
      return failed("connection refused");
    return OK;
  }

  /** A start of `resource` heals what was told to last until then. */
  onStarted(resource: ResourceId, model: Model): void {
    const group = model.resources.get(resource)?.group;
    for (const [monitor, { until }] of this.#told) {
      if (until.kind !== "restart") continue;
      if (until.name === resource || until.name === group) this.#told.delete(monitor);
    }
  }

  onBoot(): void {
    for (const [monitor, { until }] of this.#told)
      if (until.kind === "reboot") this.#told.delete(monitor);
  }
}

function failed(reason: string): Answer {
  return { ...OK, outcome: "failed", reason };
}
