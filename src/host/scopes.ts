import { existsSync, readFileSync } from "node:fs";
import { type Millis, SECOND } from "../base/duration.ts";
import type { ProcessId } from "../ports/host.ts";
import { findCgroupMount, groupOf } from "./cgroup.ts";
import { Gate } from "./gate.ts";
import { isAlive } from "./proc.ts";
import { DEFAULT_PATH } from "./script-environment.ts";
import type { SpawnerClient } from "./spawner-client.ts";

const PATIENCE: Millis = 3 * SECOND;
const LOOK_AGAIN: Millis = 10;
const OUTPUT_MOST = 1024;
/** Asked of systemd at the same time. */
const ASKED_AT_ONCE = 4;
const MANAGER = [
  "org.freedesktop.systemd1",
  "/org/freedesktop/systemd1",
  "org.freedesktop.systemd1.Manager",
];

/** A program by which systemd is asked, and its first arguments. */
export type AskSystemd = readonly [string, ...string[]];

/** Folder of the scope; `refused` = nothing is moved; `unanswered` = it may still be moved. */
export type ScopeAnswer = { readonly folder: string } | "refused" | "unanswered";

/**
 * How systemd is reached: the system's bus for root, else the person's own manager; null when this
 * machine runs without systemd or the person has no manager.
 */
export function findSystemd(): AskSystemd | null {
  if (!existsSync("/run/systemd/system")) return null;
  if (process.getuid?.() === 0) return ["busctl"];
  const folder = process.env["XDG_RUNTIME_DIR"];
  return folder && existsSync(`${folder}/systemd`) ? ["busctl", "--user"] : null;
}

/**
 * Has systemd keep a resource's processes in a scope of its own, so that its tools show them by name
 * and do not take them for parts of the agent's service. There is no D-Bus client in the
 * agent until units are watched; `busctl` asks, run by the spawner, never in a start's way.
 */
export class Scopes {
  readonly #ask: AskSystemd;
  readonly #spawner: SpawnerClient;
  readonly #stateId: string;
  readonly #mount: string;
  readonly #gate = new Gate(ASKED_AT_ONCE);

  constructor(ask: AskSystemd, spawner: SpawnerClient, stateId: string, mount: string) {
    this.#ask = ask;
    this.#spawner = spawner;
    this.#stateId = stateId;
    this.#mount = mount;
  }

  /**
   * Asks for a new scope with this process, and waits until it is in it, or one of the `members`,
   * which it may have left in its place. Takes 3 s, when systemd does not answer.
   */
  request(
    resource: string,
    id: ProcessId,
    members: () => readonly ProcessId[],
  ): Promise<ScopeAnswer> {
    return this.#gate.run(() => this.#request(resource, id, members));
  }

  /** Folder of the scope of this resource in which one of these processes is; null when none is. */
  find(resource: string, pids: readonly ProcessId[]): string | null {
    const prefix = this.#prefix(resource);
    for (const id of pids) {
      const path = groupOf(id.pid);
      const unit = path?.slice(path.lastIndexOf("/") + 1) ?? "";
      const isOurs = unit.startsWith(prefix) && /^\d+\.scope$/.test(unit.slice(prefix.length));
      if (!isOurs || !isAlive(id)) continue;
      const folder = `${this.#mount}${path}`;
      if (existsSync(`${folder}/cgroup.procs`)) return folder;
    }
    return null;
  }

  async #request(
    resource: string,
    id: ProcessId,
    members: () => readonly ProcessId[],
  ): Promise<ScopeAnswer> {
    // Its number may be given again, to somebody else's process.
    if (!isAlive(id)) return "refused";
    const until = performance.now() + PATIENCE;
    const answer = await this.#spawner.request(
      {
        type: "run",
        name: null,
        // The start time makes the name new, whatever earlier agents asked for.
        command: this.#command(resource, `${this.#prefix(resource)}${id.startTime}.scope`, id.pid),
        environment: environment(),
        directory: null,
        user: null,
        timeoutMs: PATIENCE,
        maxOutputBytes: OUTPUT_MOST,
      },
      PATIENCE + SECOND,
    );
    if (!answer.ok || answer.value.kind === "timedOut" || answer.value.kind === "signaled") {
      return "unanswered";
    }
    if (answer.value.kind === "notStarted" || answer.value.code !== 0) return "refused";
    for (let pause = LOOK_AGAIN; ; pause *= 2) {
      const folder = this.find(resource, [id, ...members()]);
      if (folder !== null) return { folder };
      if (performance.now() + pause > until) return "unanswered";
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  #prefix(resource: string): string {
    return `solosafe-${this.#stateId}-${resource.replaceAll("/", "-")}-`;
  }

  #command(resource: string, unit: string, pid: number): [string, ...string[]] {
    const properties = [
      ["PIDs", "au", "1", `${pid}`],
      ["Delegate", "b", "true"],
      ["Description", "s", `SoloSafe ${resource}`],
    ];
    const call = ["StartTransientUnit", "ssa(sv)a(sa(sv))", unit, "fail"];
    const [program, ...rest] = this.#ask;
    const count = `${properties.length}`;
    return [program, ...rest, "call", ...MANAGER, ...call, count, ...properties.flat(), "0"];
  }
}

/** Null when systemd is not asked, or there is no group that could be read. */
export function openScopes(
  ask: AskSystemd | null,
  spawner: SpawnerClient,
  stateId: string,
): Scopes | null {
  if (ask === null) return null;
  try {
    const mount = findCgroupMount(readFileSync("/proc/self/mountinfo", "utf8"));
    return mount === null ? null : new Scopes(ask, spawner, stateId, mount);
  } catch {
    return null;
  }
}

function environment(): string[] {
  const names = ["XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"];
  const found = names.filter((name) => process.env[name] !== undefined);
  const path = process.env["PATH"] ?? DEFAULT_PATH;
  return [`PATH=${path}`, ...found.map((name) => `${name}=${process.env[name]}`)];
}
