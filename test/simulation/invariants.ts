import assert from "node:assert/strict";
import type { Action } from "../../src/core/action.ts";
import { decodeState, encodeState } from "../../src/core/codec.ts";
import { decide } from "../../src/core/decide.ts";
import { groupOf, type Model } from "../../src/core/model.ts";
import type { State } from "../../src/core/state.ts";
import { Table } from "../../src/core/table.ts";
import type { Step } from "../../src/simulate/world.ts";
import { deepFreeze } from "./freeze.ts";
import type { Mood } from "./generate.ts";

const DAY = 24 * 3_600_000;
const HOUR = 3_600_000;
/** Encoding a state costs more than deciding; every tenth is enough over many histories. */
const ROUND_TRIP_EVERY = 10;
const SETTLED_EVERY = 5;

/** A broken promise of the policy: which, and what was seen. */
export class Violation extends Error {}

function demand(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Violation(promise);
}

/** The agent does not ask again after an ok that changed nothing while all is as it was (`engine.ts`). */
function staysSettled({ model, before, input, at }: Step): void {
  if (input.type !== "probeFinished" || input.outcome !== "ok" || at % SETTLED_EVERY !== 0) return;
  const later = { ...input, at: input.at + DAY, wall: input.wall + DAY };
  const { state, actions } = decide(model, before, later);
  demand(state === before && actions.length === 0, "what changed nothing changes nothing later");
}

/** Watches a simulated history and throws a Violation at the first broken promise (style.md 4.2). */
export class Invariants {
  readonly #mood: Mood;
  /** Orders for the sake of something that the limit blocks, as uptime over all boots. */
  #orders: number[] = [];
  #uptime = 0;
  #lastAt = new Map<string, number>();
  readonly #stopped = new Set<string>();
  readonly #toldAt = new Map<string, number>();
  #agentUpMs = 0;
  #changes = 0;
  #isBlockedTold = false;
  #areSavesLost = false;

  constructor(mood: Mood) {
    this.#mood = mood;
  }

  /** Looks at one decision. `isAlive` tells whether a tree has processes before the actions. */
  check(step: Step, isAlive: (resource: string) => boolean): void {
    this.#passTime(step);
    // A healthy probe changes nothing, and most probes are healthy.
    if (step.after === step.before && step.actions.length === 0) {
      staysSettled(step);
      return;
    }
    deepFreeze(step.after);
    deepFreeze(step.actions);
    this.#persons(step);
    for (const action of step.actions) this.#action(step, action, isAlive);
    this.#oneActionPerGroup(step.after);
    this.#windows(step);
    this.#bounded(step.model, step.after);
    this.#incidents(step);
    this.#changes += 1;
    if (this.#changes % ROUND_TRIP_EVERY === 0) this.#roundTrip(step);
    if (step.cause === "an old operation ends")
      demand(step.actions.length === 0, "an old operation led to something");
  }

  #passTime(step: Step): void {
    const boot = step.after.bootId;
    const last = this.#lastAt.get(boot);
    const passed = last === undefined ? step.input.at : step.input.at - last;
    demand(passed >= 0, "time goes forward within a boot");
    this.#uptime += passed;
    this.#agentUpMs += last === undefined ? 0 : passed;
    this.#lastAt.set(boot, step.input.at);
  }

  #persons({ input, model, before }: Step): void {
    if (input.type === "saveFinished" || input.type === "actionFinished")
      this.#areSavesLost = before.isSaveFaulty;
    // What could not be saved is not known to the next agent.
    if (input.type === "agentStarted" && this.#areSavesLost) this.#stopped.clear();
    if (input.type !== "command") return;
    const { command } = input;
    if (command.type === "clearReboots") this.#orders = [];
    if (command.type !== "start" && command.type !== "stop" && command.type !== "restart") return;
    const ids =
      command.resource === null
        ? (model.groups.get(command.group)?.resources ?? [])
        : [command.resource];
    for (const id of ids) {
      if (command.type === "stop") this.#stopped.add(id);
      else this.#stopped.delete(id);
    }
    // Starting a resource also starts what it comes after, and a group is started as a whole.
    if (command.type !== "stop")
      for (const id of model.groups.get(command.group)?.resources ?? []) this.#stopped.delete(id);
  }

  #action(step: Step, action: Action, isAlive: (resource: string) => boolean): void {
    const { model, after } = step;
    if (action.type === "startResource") {
      demand(
        !isAlive(action.resource),
        `${action.resource} is started although its tree is not empty`,
      );
      demand(
        !this.#stopped.has(action.resource),
        `${action.resource} is started although a person stopped it`,
      );
      demand(after.shutdownSince === null, `${action.resource} is started in a shutdown`);
    }
    if (action.type === "startResource" || action.type === "stopResource") {
      const isRecovery = action.event === "RECOVER";
      demand(!isRecovery || model.mode === "enforce", "observe mode does nothing");
      const plan = after.plans.find((one) =>
        [...one.toStart, ...one.toStop].includes(action.resource),
      );
      demand(plan !== undefined, `${action.type} of ${action.resource} belongs to no plan`);
    }
    if (action.type === "order") this.#order(step, action.order.kind);
    if (action.type !== "event") return;
    const { event } = action;
    if (event.id === "server-action-blocked") this.#isBlockedTold = true;
    if (event.incident !== null) this.#toldAt.set(event.incident, this.#agentUpMs);
    if (event.id === "step-begun") this.#stepBegun(step, event.fields.step, event.fields.reason);
  }

  #windows({ input, before, after }: Step): void {
    const rehearsed = after.monitors.find(after.order?.cause ?? "")?.isRehearsed ?? false;
    demand(before.order !== null || !rehearsed, "a dummy failure ends the boot");
    if (input.type !== "tick") return;
    const uptime = after.record.uptimeBefore + input.at;
    for (const [name, { untilWall, untilUptime }] of after.windows) {
      demand(input.wall < untilWall && uptime < untilUptime, `window ${name} never closes`);
    }
  }

  #order({ model, input, before, after }: Step, kind: string): void {
    demand(model.mode === "enforce", "observe mode orders nothing");
    demand(this.#mood !== "unsure", `${kind} although no probe failed`);
    demand(after.record.intent !== null, `${kind} is ordered without an intent`);
    // A new agent sends an order again that was given before; the guard performs it once.
    if (input.type === "agentStarted" && before.order?.saveOp === null) return;
    const cause = after.order?.cause ?? "";
    const isStuck = after.monitors.find(cause)?.isStuck ?? false;
    const isUrgent = (model.monitors.get(cause)?.isUrgent ?? false) || isStuck;
    const isSaved =
      input.type === "actionFinished" &&
      input.op === before.order?.saveOp &&
      input.result === "done";
    demand(isSaved || isUrgent, `${kind} is ordered before its intent is durable`);
    if (isUrgent) return;
    this.#orders = this.#orders.filter((at) => this.#uptime - at < DAY);
    this.#orders.push(this.#uptime);
    demand(
      this.#orders.length <= model.reboots.limit,
      `${this.#orders.length} server-level actions in a day, the limit is ${model.reboots.limit}`,
    );
  }

  #stepBegun({ model, after }: Step, step: string, reason: string): void {
    demand(this.#mood !== "unsure", `${step} although no probe failed`);
    demand(after.shutdownSince === null, `${step} in a shutdown`);
    const name = reason.split(":")[0] ?? "";
    const monitor = model.monitors.get(name);
    if (!monitor) return;
    const group = groupOf(model, monitor);
    const scopes = [...after.suspensions.keys()];
    for (const window of after.windows.values()) scopes.push(...window.scopes);
    const own = ["all", `monitor:${name}`, `group:${group}`];
    demand(!scopes.some((scope) => own.includes(scope)), `${step} for ${name}, which is suspended`);
    const { ladder, isAlertOnly } = after.monitors.get(name);
    demand(!isAlertOnly, `${step} for ${name} by somebody else's fault`);
    const { recovery } = monitor;
    if (step === "group-restart") {
      demand(ladder.scripts >= recovery.scriptCount, "a recovery script was skipped");
      demand(ladder.reactivations >= recovery.reactivationThreshold, "a reactivation was skipped");
    }
    if (step === "reactivation")
      demand(ladder.scripts >= recovery.scriptCount, "a recovery script was skipped");
  }

  #oneActionPerGroup(state: State): void {
    const held = new Set<string>();
    for (const plan of state.plans) {
      for (const group of plan.groups) {
        demand(!held.has(group), `two plans hold group ${group}`);
        held.add(group);
      }
    }
  }

  #bounded(model: Model, state: State): void {
    for (const [name, monitor] of state.monitors.entries()) {
      const { flappingLimit, chronicLimit, recovery, retries } =
        model.monitors.get(name) ?? fail(name);
      demand(monitor.changes.length <= flappingLimit + 1, `${name} keeps too many changes`);
      demand(monitor.cures.length <= chronicLimit + 1, `${name} keeps too many cures`);
      demand(monitor.ladder.scripts <= recovery.scriptCount, `${name} ran too many scripts`);
      demand(
        // While a server-level action has to wait the last kind of restart goes on.
        monitor.ladder.groupRestarts <= recovery.groupRestartThreshold ||
          isServerLevel(recovery.finalAction),
        `${name} restarted its group too often`,
      );
      const { status } = monitor;
      if (status.is === "failed")
        demand(status.failures <= retries + 1, `${name} counts without limit`);
    }
    for (const incident of state.incidents)
      demand(incident.steps.length <= 50, "an incident keeps too many steps");
    demand(
      state.incidents.length <= model.groups.size + 1,
      "more incidents than groups and server",
    );
    demand(state.plans.length <= model.groups.size + 1, "more plans than groups");
    demand(state.record.counted.length <= 100, "the record has a limit");
  }

  #incidents({ after }: Step): void {
    for (const incident of after.incidents) {
      const told = this.#toldAt.get(incident.id) ?? this.#agentUpMs;
      this.#toldAt.set(incident.id, told);
      demand(
        this.#agentUpMs - told <= DAY + HOUR,
        `incident ${incident.id} was silent for more than a day`,
      );
    }
  }

  #roundTrip({ after, model }: Step): void {
    const again = decodeState(model, JSON.parse(JSON.stringify(encodeState(after))), after);
    demand(again.ok, "a saved state cannot be read again");
    assert.deepEqual(plain(again.value), plain(after), "decode(encode(state)) is not the state");
  }

  /** A monitor that failed for more than a day: its recovery has come to its end, and said so. */
  checkStubborn(state: State, model: Model, name: string): void {
    const monitor = model.monitors.get(name) ?? fail(name);
    const { status, ladder, consequenceOf } = state.monitors.get(name);
    const { target } = monitor.recovery;
    if (status.is !== "failed" || consequenceOf !== null) return;
    const isBlocked = target.kind === "resource" && state.resources.get(target.id).blocked !== null;
    demand(
      ladder.isExhausted || isBlocked || this.#isBlockedTold,
      `${name} failed for a day and its recovery has not come to an end`,
    );
    demand(
      state.incidents.some((one) => one.members.includes(name)),
      `${name} failed for a day and no incident says so`,
    );
  }

  /** After the quiet end: nothing is forgotten, and everything that must be forgotten is. */
  checkEnd(state: State, model: Model): void {
    demand(state.plans.length === 0, `a plan is never finished: ${JSON.stringify(state.plans[0])}`);
    for (const [name, monitor] of state.monitors.entries()) {
      if (!monitor.isProbing || monitor.isRehearsed || monitor.status.is !== "ok") continue;
      const { scripts, reactivations, groupRestarts, isExhausted } = monitor.ladder;
      const isZero = scripts === 0 && reactivations === 0 && groupRestarts === 0 && !isExhausted;
      const { chronic } = model.monitors.get(name) ?? fail(name);
      demand(
        isZero || chronic === "escalate",
        `${name} is ok for hours and its counts are not zero`,
      );
      demand(
        !state.incidents.some((one) => one.members.includes(name)),
        `${name} is ok for hours and its incident is open`,
      );
    }
    this.#nothingLost(state, model);
  }

  #nothingLost(state: State, model: Model): void {
    if (model.mode === "observe" || state.suspensions.size + state.windows.size > 0) return;
    for (const [id, resource] of state.resources.entries()) {
      const group = state.groups.get(model.resources.get(id)?.group ?? "");
      if (group.goal !== "active" || resource.phase.is === "active") continue;
      // Held down, or what it comes after is: nobody may start it.
      const needed = [id, ...(model.required.get(id) ?? [])].map((one) => state.resources.get(one));
      const isHeldDown = needed.some(
        (one) => one.isStoppedByPerson || one.blocked !== null || one.stoppedOutsideSince !== null,
      );
      if (isHeldDown) continue;
      const isTold = state.incidents.some((one) => one.group === model.resources.get(id)?.group);
      demand(isTold, `${id} should be active, is ${resource.phase.is}, and no incident says so`);
    }
  }
}

function isServerLevel(action: string): boolean {
  return ["reboot", "poweroff", "reset", "panic"].includes(action);
}

function fail(name: string): never {
  throw new Violation(`the state has a monitor ${name} that the model has not`);
}

/** Tables and maps as plain data, for a comparison that shows the difference. */
function plain(value: unknown): unknown {
  if (value instanceof Table) return [...value.entries()].map(([key, row]) => [key, plain(row)]);
  if (value instanceof Map) return [...value].map(([key, row]) => [key, plain(row)]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
