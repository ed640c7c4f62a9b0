import type { Millis } from "../../base/duration.ts";
import { type Fault, fail, type Result, succeed } from "../../base/result.ts";
import { type Bus, BUS_NAME, type BusSignal, onBus } from "./bus.ts";

export const SYSTEMD = "org.freedesktop.systemd1";
export const MANAGER_PATH = "/org/freedesktop/systemd1";
export const MANAGER = `${SYSTEMD}.Manager`;
const PROPERTIES = "org.freedesktop.DBus.Properties";
const NO_OWNER = "org.freedesktop.DBus.Error.NameHasNoOwner";

export type ManagerSignal =
  | { readonly is: "job-new"; readonly job: number; readonly unit: string }
  | {
      readonly is: "job-removed";
      readonly job: number;
      readonly unit: string;
      readonly result: string;
    }
  | { readonly is: "reloaded" }
  | {
      readonly is: "changed";
      readonly path: string;
      readonly changed: unknown;
      readonly invalidated: readonly unknown[];
    };

/**
 * systemd's manager behind the bus: who it is there, what it is asked and what it tells. Signals of
 * anybody else are not listened to; on the system bus every account may send them.
 */
export class Manager {
  readonly #bus: Bus;
  #owner: string | null = null;
  #isUp = false;
  #rules = new Set<string>();
  #wanted: ReadonlySet<string> = new Set();
  #waiting: (() => void)[] = [];
  #onSignal: (signal: ManagerSignal) => void = () => {};
  #onState: (isUp: boolean) => void = () => {};

  constructor(bus: Bus) {
    this.#bus = bus;
    bus.onState((isUp) => (isUp ? void this.#greet() : this.#leave()));
    bus.onSignal((signal) => this.#hear(signal));
  }

  /** systemd is there and tells us what happens. */
  get isUp(): boolean {
    return this.#isUp;
  }

  onSignal(listener: (signal: ManagerSignal) => void): void {
    this.#onSignal = listener;
  }

  onState(listener: (isUp: boolean) => void): void {
    this.#onState = listener;
  }

  /** Resolves when it is up, or after `limitMs`. */
  whenUp(limitMs: Millis): Promise<void> {
    if (this.#isUp) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Exactly these signals are asked for from now on, besides its own. */
  listenTo(rules: ReadonlySet<string>): void {
    this.#wanted = rules;
    if (this.#isUp) void this.#syncRules();
  }

  call(
    member: string,
    signature: string,
    body: readonly unknown[],
  ): Promise<Result<readonly unknown[]>> {
    return this.#ask(MANAGER_PATH, MANAGER, member, signature, body);
  }

  /** All properties that an interface of an object has. */
  async properties(path: string, name: string): Promise<Result<unknown>> {
    const answer = await this.#ask(path, PROPERTIES, "GetAll", "s", [name]);
    return answer.ok ? succeed(answer.value[0]) : answer;
  }

  async property(path: string, name: string, key: string): Promise<Result<unknown>> {
    const answer = await this.#ask(path, PROPERTIES, "Get", "ss", [name, key]);
    return answer.ok ? succeed(answer.value[0]) : answer;
  }

  /** Everything that it told before this was asked has been heard when this is answered. */
  async ping(): Promise<boolean> {
    return (await this.#ask(MANAGER_PATH, "org.freedesktop.DBus.Peer", "Ping", "", [])).ok;
  }

  #ask(
    path: string,
    name: string,
    member: string,
    signature: string,
    body: readonly unknown[],
  ): Promise<Result<readonly unknown[]>> {
    if (this.#bus.isUp && this.#owner === null) return Promise.resolve(fail(NOT_THERE));
    const call = { destination: SYSTEMD, path, interface: name, member };
    return this.#bus.call(signature === "" ? call : { ...call, signature, body });
  }

  async #greet(): Promise<void> {
    this.#rules = new Set();
    const rule = `type='signal',sender='${BUS_NAME}',member='NameOwnerChanged',arg0='${SYSTEMD}'`;
    const matched = await this.#bus.call(onBus("AddMatch", rule));
    const owner = await this.#bus.call(onBus("GetNameOwner", SYSTEMD));
    if (!this.#bus.isUp) return;
    if (owner.ok && typeof owner.value[0] === "string") await this.#meet(owner.value[0]);
    // Without the rule nobody would say when systemd comes, and without an answer nobody knows
    // whether it is there: the connection is of no use.
    else if (!matched.ok) this.#bus.drop(matched.problem.message);
    else if (!owner.ok && owner.problem.code !== NO_OWNER) this.#bus.drop(owner.problem.message);
  }

  /** Also when systemd executed itself anew and so came back under another name. */
  async #meet(owner: string): Promise<void> {
    this.#owner = owner;
    // The answer "already subscribed" of an earlier connection's end is as good.
    await this.call("Subscribe", "", []);
    await this.#syncRules();
    if (this.#owner !== owner || !this.#bus.isUp) return;
    this.#isUp = true;
    this.#onState(true);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #leave(): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#owner = null;
    this.#rules = new Set();
    if (wasUp) this.#onState(false);
  }

  async #syncRules(): Promise<void> {
    const rules = this.#rules;
    const wanted = new Set([RELOADING, ...this.#wanted]);
    const asked: Promise<unknown>[] = [];
    for (const rule of wanted) {
      if (rules.has(rule)) continue;
      rules.add(rule);
      asked.push(this.#bus.call(onBus("AddMatch", rule)));
    }
    for (const rule of rules) {
      if (wanted.has(rule)) continue;
      rules.delete(rule);
      asked.push(this.#bus.call(onBus("RemoveMatch", rule)));
    }
    await Promise.all(asked);
  }

  #hear(signal: BusSignal): void {
    const { sender, member, body } = signal;
    if (sender === BUS_NAME && member === "NameOwnerChanged" && body[0] === SYSTEMD) {
      const owner = typeof body[2] === "string" ? body[2] : "";
      if (owner === "") {
        const rules = this.#rules;
        this.#leave();
        // The rules are the connection's, and stay when the one they name comes back.
        this.#rules = rules;
      } else if (owner !== this.#owner) void this.#meet(owner);
      return;
    }
    if (sender !== this.#owner) return;
    const read = readSignal(signal);
    if (read !== null) this.#onSignal(read);
  }
}

const NOT_THERE: Fault = {
  code: "systemd/missing",
  message: "systemd is not on the bus",
  hint: "units exist only where systemd is the server's first process",
};

const RELOADING = managerRule("member='Reloading'");

/** The jobs of one unit: of all units on a server with very many. */
export function jobRule(unit: string | null): string {
  return managerRule(unit === null ? "" : `arg2='${unit}'`);
}

/** The properties of one unit, or of all. */
export function unitRule(path: string | null): string {
  const place = path === null ? `path_namespace='${MANAGER_PATH}/unit'` : `path='${path}'`;
  return `type='signal',sender='${SYSTEMD}',interface='${PROPERTIES}',member='PropertiesChanged',${place}`;
}

function managerRule(more: string): string {
  const rule = `type='signal',sender='${SYSTEMD}',interface='${MANAGER}',path='${MANAGER_PATH}'`;
  return more === "" ? rule : `${rule},${more}`;
}

/** Null for what is of no interest, or not what it ought to be. */
function readSignal({ path, interface: name, member, body }: BusSignal): ManagerSignal | null {
  if (name === PROPERTIES && member === "PropertiesChanged") {
    const [, changed, invalidated] = body;
    return {
      is: "changed",
      path,
      changed,
      invalidated: Array.isArray(invalidated) ? invalidated : [],
    };
  }
  if (name !== MANAGER) return null;
  if (member === "Reloading") return body[0] === false ? { is: "reloaded" } : null;
  const [job, , unit, result] = body;
  if (typeof job !== "number" || typeof unit !== "string") return null;
  if (member === "JobNew") return { is: "job-new", job, unit };
  if (member !== "JobRemoved" || typeof result !== "string") return null;
  return { is: "job-removed", job, unit, result };
}
