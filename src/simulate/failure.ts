import { DAY, formatDuration, MINUTE, type Millis } from "../base/duration.ts";
import type { EventId } from "../core/event.ts";
import type { Model } from "../core/model.ts";
import { renderActions, renderLines, type TranscriptLine } from "./render.ts";
import { NO_FAULTS } from "./scenario.ts";
import { type Step, World } from "./world.ts";

/** What `solosafe simulate --fail` shows: the steps with their times, and where it ends. */
export interface SimulatedFailure {
  readonly lines: readonly string[];
  readonly end: string;
}

const HORIZON_MS = 2 * DAY;
const UPTIME_MS = 2 * 60 * MINUTE;
/** One screen: the beginning and the end of what is longer. */
const LINES_MAX = 40;

/** Housekeeping that does not help to see what a failure leads to. */
const QUIET: ReadonlySet<EventId> = new Set<EventId>([
  "agent-started",
  "resource-started",
  "resource-stopped",
  "group-activated",
  "monitor-still-failed",
]);

/**
 * Plays a failure of `monitor` that lasts `forMs` (null: until the end), on a server that has been
 * up for two hours. It ends with the cure, or after two days.
 */
export function simulateFailure(
  model: Model,
  monitor: string,
  forMs: Millis | null,
): SimulatedFailure {
  const lines: TranscriptLine[] = [];
  const seen = new Seen();
  const world = new World(model, { uptimeMs: UPTIME_MS, hasGuard: true, isCold: false }, (step) => {
    if (step.at < 0) return;
    seen.read(step);
    const visible = step.actions.filter(
      (action) => action.type !== "event" || !QUIET.has(action.event.id),
    );
    const right = renderActions(
      step.model,
      visible.filter((action) => action.type === "event" || action.type === "order"),
    );
    if (right.length > 0) lines.push({ at: step.at, left: step.cause, right });
  });
  if (model.mode === "observe") world.trees.runAll(world.now);
  world.startAgent(NO_FAULTS, "(agent starts)");
  world.run(0);
  const until = { kind: "told" } as const;
  const failed = {
    outcome: "failed",
    reason: "simulated failure",
    isTimeout: false,
    durationMs: 20,
    until,
  } as const;
  world.probes.tell(monitor, failed, `${monitor} failed`);
  if (forMs !== null) {
    world.run(forMs);
    world.probes.tell(monitor, { ...failed, outcome: "ok", reason: "answers" }, `${monitor} ok`);
  }
  while (world.now < HORIZON_MS && !seen.isOver(world, forMs)) world.run(world.now + MINUTE);
  return { lines: shorten(renderLines(lines)), end: seen.end(world, monitor) };
}

/** Remembers what decides how a simulated failure ended. */
class Seen {
  readonly #counts = new Map<EventId, number>();
  #lastAt: Millis = 0;

  read(step: Step): void {
    for (const action of step.actions) {
      if (action.type !== "event") continue;
      const { id } = action.event;
      this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
      this.#lastAt = step.at;
    }
  }

  count(id: EventId): number {
    return this.#counts.get(id) ?? 0;
  }

  isOver(world: World, forMs: Millis | null): boolean {
    if (!world.power.isUp && world.now - this.#lastAt > 30 * MINUTE) return true;
    if (forMs !== null && world.now < forMs) return false;
    return forMs !== null && world.state !== null && world.state.incidents.length === 0;
  }

  end(world: World, monitor: string): string {
    const restarts = this.count("step-begun");
    const orders = this.count("server-action-ordered");
    const did = `${restarts} steps of recovery, ${orders} server-level actions`;
    if (!world.power.isUp) return `It ends with the server switched off: ${did}.`;
    const state = world.state?.monitors.find(monitor)?.status.is;
    if (state !== "failed" && state !== "suspect") {
      return this.count("incident-opened") === 0
        ? "It ends with nothing done: the failures are forgiven."
        : `It ends cured after ${formatDuration(this.#lastAt)}: ${did}.`;
    }
    if (this.count("server-action-blocked") > 0)
      return `It ends blocked by the reboot limit, alerting daily: ${did}.`;
    if (this.count("reboot-did-not-help") > 0)
      return `It ends failed and alerted: a reboot did not help; ${did}.`;
    if (this.count("recovery-exhausted") > 0)
      return `It ends failed and alerted, recovery exhausted: ${did}.`;
    if (restarts + orders === 0)
      return "It stays failed and is alerted daily: nothing is recovered.";
    return `It goes on after ${formatDuration(world.now)}: ${did}.`;
  }
}

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length <= LINES_MAX) return lines;
  const first = lines.slice(0, LINES_MAX - 11);
  const last = lines.slice(-10);
  return [...first, `       … ${lines.length - first.length - last.length} lines more …`, ...last];
}
