import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import type { Order } from "../core/action.ts";
import type { BootFacts } from "../core/input.ts";
import { NO_FAULTS, type StartFaults } from "./scenario.ts";
import type { Shell } from "./shell.ts";

/** How a boot ends, and so what it leaves behind. */
export type BootEnd = "clean" | "power" | "watchdog" | "panic";

/** What a boot does to the rest of the world. */
export interface PowerEffects {
  onDown(how: BootEnd): void;
  onUp(): void;
  startAgent(faults: StartFaults, cause: string, seen: Partial<BootFacts>): void;
}

const AGENT_UP_AFTER_MS: Millis = 20 * SECOND;
const DOWN_MS: Millis = MINUTE;
/** Between the end of the last group and systemd, and between systemd and the end of the boot. */
const LEAVE_MS: Millis = 5 * SECOND;
const UP_AGAIN = "(server is up again)";

/** The guard, systemd and the power switch of the simulated server. */
export class Power {
  readonly #shell: Shell;
  readonly #effects: PowerEffects;
  #order: Order | null = null;
  #isUp = true;
  #isLeaving = false;
  /** Since the beginning of the scenario: the clock of the boot began then. */
  bootedAt: Millis;
  bootNumber = 1;

  constructor(shell: Shell, effects: PowerEffects, bootedAt: Millis) {
    this.#shell = shell;
    this.#effects = effects;
    this.bootedAt = bootedAt;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** The guard takes an order; the same one is performed once. */
  obey(order: Order): void {
    if (this.#order) return;
    this.#order = order;
    const { now, timeline } = this.#shell;
    if (order.kind === "reset" || order.kind === "panic") {
      const how = order.kind === "reset" ? "watchdog" : "panic";
      timeline.add(now + LEAVE_MS, "down", () => this.boot(how, NO_FAULTS));
      return;
    }
    const deadline = order.deadlineAt + this.bootedAt;
    timeline.add(deadline, "down", () => this.#leave(order, "power"));
    this.goDownWhenEmpty();
  }

  /** The groups have stopped: systemd need not wait for the guard's deadline. */
  goDownWhenEmpty(): void {
    const order = this.#order;
    if (order?.kind !== "reboot" && order?.kind !== "poweroff") return;
    const { now, timeline, trees } = this.#shell;
    if (this.#isLeaving || trees.isAnyAlive()) return;
    this.#isLeaving = true;
    timeline.cancel("down");
    timeline.add(now + LEAVE_MS, "down", () => this.#shutDown(() => this.#leave(order, "clean")));
  }

  /** A boot that ends without an order of ours; a clean one is announced by systemd. */
  reboot(how: BootEnd, faults: StartFaults): void {
    if (how !== "clean" || !this.#isUp) return this.boot(how, faults);
    this.#shell.timeline.cancel("down");
    this.#shutDown(() => this.boot(how, faults));
  }

  /** The boot ends and the next begins: clock at zero, trees gone, what was saved carried over. */
  boot(how: BootEnd, faults: StartFaults): void {
    this.#goDown(how);
    const { now, timeline } = this.#shell;
    timeline.clear();
    timeline.add(now + DOWN_MS, "boot", () => this.#goUp(how, faults));
  }

  #goUp(how: BootEnd, faults: StartFaults): void {
    const { now, timeline } = this.#shell;
    this.bootedAt = now;
    this.bootNumber += 1;
    this.#isUp = true;
    this.#effects.onUp();
    const seen = { hasWatchdogStatus: how === "watchdog", hasPanicRecord: how === "panic" };
    timeline.add(now + AGENT_UP_AFTER_MS, "agent", () =>
      this.#effects.startAgent(faults, UP_AGAIN, seen),
    );
  }

  #shutDown(then: () => void): void {
    this.#shell.feed({ type: "shutdownBegan" }, "(systemd shuts down)");
    this.#shell.timeline.add(this.#shell.now + LEAVE_MS, "down", then);
  }

  #leave(order: Order, how: BootEnd): void {
    if (order.kind === "reboot") this.boot(how, NO_FAULTS);
    else this.#goDown(how);
  }

  #goDown(how: BootEnd): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#order = null;
    this.#isLeaving = false;
    this.#shell.timeline.clear();
    this.#effects.onDown(how);
  }
}
