import { createBroker, createConnection, type DBusBroker, type DBusConnection } from "dbus-native";
import type { Message } from "dbus-native";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { typeOf } from "../../src/base/unit-name.ts";
import type { BusTiming } from "../../src/host/systemd/bus.ts";

const SYSTEMD = "org.freedesktop.systemd1";
const PATH = "/org/freedesktop/systemd1";
const PROPERTIES = "org.freedesktop.DBus.Properties";

export interface FakeUnit {
  readonly name: string;
  /** The unit that this is another name of. */
  alias: string | null;
  load: string;
  active: string;
  sub: string;
  result: string;
  restarts: number;
  mainPid: number;
  exit: readonly [code: number, status: number];
  job: number;
  changedAtMs: number;
  /** Left inactive, became active, stopped to be so, and its main process ended; 0 = never. */
  times: readonly [leftInactive: number, entered: number, left: number, mainEnded: number];
  cgroup: string;
  killMode: string;
  remainsAfterExit: boolean;
  /** What a start or stop job does; left out: it succeeds at once. */
  onStart: (unit: FakeUnit, job: number) => void;
  onStop: (unit: FakeUnit, job: number) => void;
}

export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Far longer than a busy machine needs: for what happens in the end. */
export const PATIENCE_MS = 60_000;
export const BUS: BusTiming = {
  connectMs: PATIENCE_MS,
  callMs: PATIENCE_MS,
  retryLeastMs: 10,
  retryMostMs: 40,
};
/** Where nobody answers, and that is what is tested. */
export const IMPATIENT_BUS: BusTiming = { ...BUS, connectMs: 500, callMs: 500 };

/** systemd's manager as far as the agent talks to it, on a bus of its own in this process. */
export class FakeSystemd {
  readonly folder = mkdtempSync(join(tmpdir(), "solosafe-bus-"));
  readonly socket = join(this.folder, "bus");
  readonly units = new Map<string, FakeUnit>();
  readonly #paths = new Map<string, FakeUnit>();
  /** What it was asked, such as `StartUnit web.service replace`. */
  readonly calls: string[] = [];
  /** Set: nothing is answered any more. */
  isSilent = false;
  /** Instead of the answer to GetAll. */
  garbage: { readonly signature: string; readonly body: unknown[] } | null = null;
  systemState = "running";
  #broker: DBusBroker | null = null;
  #connection: DBusConnection | null = null;
  #serial = 1;
  #job = 100;

  async start(): Promise<void> {
    await this.startBus();
    await this.join();
  }

  startBus(): Promise<void> {
    const broker = createBroker();
    broker.on("clientError", () => {});
    this.#broker = broker;
    return new Promise((resolve) => broker.listen({ socket: this.socket }, () => resolve()));
  }

  /** The manager comes onto the bus, under a new unique name. */
  async join(isOwner = true): Promise<void> {
    const connection = createConnection({
      stream: connect(this.socket),
      authMethods: ["EXTERNAL"],
    });
    connection.on("error", () => {});
    connection.on("message", (message: Message) => this.#answer(message));
    this.#connection = connection;
    this.#callBus("Hello");
    if (!isOwner) return;
    this.#callBus("RequestName", "su", [SYSTEMD, 0]);
    await until(() => this.#broker?.names().includes(SYSTEMD) ?? false);
  }

  /** The manager leaves the bus, as at `systemctl daemon-reexec`. */
  async leave(): Promise<void> {
    this.#connection?.stream.destroy();
    await until(() => !(this.#broker?.names().includes(SYSTEMD) ?? false));
  }

  stopBus(): Promise<void> {
    this.#connection?.stream.destroy();
    return new Promise((resolve) => (this.#broker ? this.#broker.close(resolve) : resolve()));
  }

  async close(): Promise<void> {
    await this.stopBus();
    rmSync(this.folder, { recursive: true, force: true });
  }

  add(name: string, more: Partial<FakeUnit> = {}): FakeUnit {
    const unit: FakeUnit = {
      name,
      alias: null,
      load: "loaded",
      active: "inactive",
      sub: "dead",
      result: "success",
      restarts: 0,
      mainPid: 0,
      exit: [0, 0],
      job: 0,
      changedAtMs: now(),
      times: [0, 0, 0, 0],
      cgroup: "",
      killMode: "control-group",
      remainsAfterExit: false,
      onStart: (one, job) => this.finish(one, job, "done", RUNNING),
      onStop: (one, job) => this.finish(one, job, "done", STOPPED),
      ...more,
    };
    this.units.set(name, unit);
    this.#paths.set(pathOf(name), unit);
    return unit;
  }

  /** Changes a unit and tells it, as systemd does, in two signals. */
  change(unit: FakeUnit, more: Partial<FakeUnit>): void {
    Object.assign(unit, { changedAtMs: now() }, more);
    const { common, special } = this.#properties(unit);
    const path = pathOf(unit.name);
    for (const [name, changed] of [
      [`${SYSTEMD}.${typeOf(unit.name)}`, special],
      [`${SYSTEMD}.Unit`, common],
    ] as const) {
      const invalidated = name.endsWith(".Unit") ? ["Conditions"] : ["ExecStart"];
      this.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [name, changed, invalidated]);
    }
  }

  /** A job begins, ours or somebody else's; its number. */
  begin(unit: FakeUnit): number {
    this.#job += 1;
    this.change(unit, { job: this.#job });
    this.#tellJob("JobNew", unit, this.#job);
    return this.#job;
  }

  /** A job ends with this result, and leaves the unit like this. */
  finish(unit: FakeUnit, job: number, result: string, more: Partial<FakeUnit> = {}): void {
    this.change(unit, { ...more, job: 0 });
    this.#tellJob("JobRemoved", unit, job, result);
  }

  signal(path: string, name: string, member: string, signature: string, body: unknown[]): void {
    this.#send({ type: 4, path, interface: name, member, signature, body });
  }

  managerSignal(member: string, signature: string, body: unknown[]): void {
    this.signal(PATH, `${SYSTEMD}.Manager`, member, signature, body);
  }

  /** Clients of the bus, this manager included. */
  get clients(): number {
    return this.#broker?.names().filter((name) => name.startsWith(":")).length ?? 0;
  }

  /** So often it was asked this since the calls were last emptied. */
  asked(member: string): number {
    return this.calls.filter((call) => call.split(" ")[0] === member).length;
  }

  #tellJob(member: string, unit: FakeUnit, job: number, ...more: readonly string[]): void {
    const path = `${PATH}/job/${job}`;
    const signature = `uos${"s".repeat(more.length)}`;
    this.managerSignal(member, signature, [job, path, unit.name, ...more]);
  }

  #answer(message: Message): void {
    if (message.type !== 1 || this.isSilent) return;
    const body = message.body ?? [];
    const { member = "" } = message;
    if (member !== "Ping") this.calls.push([member, ...body].join(" "));
    switch (member) {
      case "Ping":
      case "Subscribe":
        return this.#reply(message);
      case "LoadUnit":
        return this.#reply(message, "o", [pathOf(this.#real(String(body[0])).name)]);
      case "StartUnit":
      case "StopUnit":
        return this.#operate(message, this.#real(String(body[0])));
      case "ResetFailedUnit":
        Object.assign(this.#real(String(body[0])), { restarts: 0 });
        return this.#reply(message);
      case "KillUnit":
        return this.#reply(message);
      case "GetAll":
        return this.#getAll(message, String(body[0]));
      case "Get":
        return this.#get(message, String(body[1]));
      default:
        return this.#refuse(message, "org.freedesktop.DBus.Error.UnknownMethod", member);
    }
  }

  #operate(message: Message, unit: FakeUnit): void {
    const isStart = message.member === "StartUnit";
    if (unit.load === "not-found") {
      return this.#refuse(message, `${SYSTEMD}.NoSuchUnit`, `Unit ${unit.name} not found.`);
    }
    if (unit.load === "masked" && isStart) {
      return this.#refuse(message, `${SYSTEMD}.UnitMasked`, `Unit ${unit.name} is masked.`);
    }
    const job = this.begin(unit);
    this.#reply(message, "o", [`${PATH}/job/${job}`]);
    if (isStart) unit.onStart(unit, job);
    else unit.onStop(unit, job);
  }

  #getAll(message: Message, name: string): void {
    if (this.garbage) return this.#reply(message, this.garbage.signature, this.garbage.body);
    const unit = this.#paths.get(message.path ?? "");
    if (!unit) return this.#refuse(message, "org.freedesktop.DBus.Error.UnknownObject", "none");
    const { common, special } = this.#properties(unit);
    this.#reply(message, "a{sv}", [name === `${SYSTEMD}.Unit` ? common : special]);
  }

  #get(message: Message, key: string): void {
    if (key === "SystemState") return this.#reply(message, "v", [["s", this.systemState]]);
    const unit = this.#paths.get(message.path ?? "");
    if (key === "KillMode") return this.#reply(message, "v", [["s", unit?.killMode ?? ""]]);
    if (key === "ControlGroup") return this.#reply(message, "v", [["s", unit?.cgroup ?? ""]]);
    this.#refuse(message, "org.freedesktop.DBus.Error.UnknownProperty", key);
  }

  #properties(unit: FakeUnit): { common: Pairs; special: Pairs } {
    const jobPath = unit.job === 0 ? "/" : `${PATH}/job/${unit.job}`;
    return {
      common: [
        ["Id", ["s", unit.name]],
        ["LoadState", ["s", unit.load]],
        ["ActiveState", ["s", unit.active]],
        ["SubState", ["s", unit.sub]],
        ["Job", ["(uo)", [unit.job, jobPath]]],
        ["StateChangeTimestampMonotonic", ["t", Math.round(unit.changedAtMs * 1000)]],
        ["InactiveExitTimestampMonotonic", ["t", unit.times[0]]],
        ["ActiveEnterTimestampMonotonic", ["t", unit.times[1]]],
        ["ActiveExitTimestampMonotonic", ["t", unit.times[2]]],
      ],
      special: [
        ["Result", ["s", unit.result]],
        ["NRestarts", ["u", unit.restarts]],
        ["MainPID", ["u", unit.mainPid]],
        ["ExecMainPID", ["u", unit.mainPid || unit.exit[0]]],
        ["ExecMainCode", ["i", unit.exit[0]]],
        ["ExecMainStatus", ["i", unit.exit[1]]],
        ["ExecMainExitTimestampMonotonic", ["t", unit.times[3]]],
        ["RemainAfterExit", ["b", unit.remainsAfterExit]],
      ],
    };
  }

  /** Units that nobody made are not found, as with systemd. */
  #real(name: string): FakeUnit {
    const unit = this.units.get(name) ?? this.add(name, { load: "not-found" });
    return unit.alias === null ? unit : this.#real(unit.alias);
  }

  #reply(call: Message, signature = "", body: unknown[] = []): void {
    this.#respond(call, signature === "" ? { type: 2 } : { type: 2, signature, body });
  }

  #refuse(call: Message, errorName: string, text: string): void {
    this.#respond(call, { type: 3, errorName, signature: "s", body: [text] });
  }

  #respond(call: Message, answer: Message): void {
    const { serial = 0, sender = "" } = call;
    this.#send({ ...answer, replySerial: serial, destination: sender });
  }

  #callBus(member: string, signature = "", body: unknown[] = []): void {
    const bus = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" };
    const call = { type: 1, ...bus, interface: "org.freedesktop.DBus", member };
    this.#send(signature === "" ? call : { ...call, signature, body });
  }

  #send(message: Message): void {
    this.#serial += 1;
    this.#connection?.message({ ...message, serial: this.#serial });
  }
}

type Pairs = [string, [string, unknown]][];

export const RUNNING: Partial<FakeUnit> = {
  active: "active",
  sub: "running",
  result: "success",
  mainPid: 4711,
  exit: [0, 0],
};
export const STOPPED: Partial<FakeUnit> = {
  active: "inactive",
  sub: "dead",
  result: "success",
  mainPid: 0,
  exit: [1, 0],
};
export const CRASHED: Partial<FakeUnit> = {
  active: "failed",
  sub: "failed",
  result: "exit-code",
  mainPid: 0,
  exit: [1, 3],
};

/** systemd's escaping of names in object paths: all but letters and digits as `_` and hex. */
export function pathOf(name: string): string {
  const escaped = [...Buffer.from(name)].map((byte, at) => {
    const char = String.fromCharCode(byte);
    const isPlain = /[A-Za-z]/.test(char) || (at > 0 && /\d/.test(char));
    return isPlain ? char : `_${byte.toString(16).padStart(2, "0")}`;
  });
  return `${PATH}/unit/${escaped.join("")}`;
}

/** Looks again and again until it is so; fails the test after a minute. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`it never was so: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
