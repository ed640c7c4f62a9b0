import type {
  EventRecord,
  MonitorStatus,
  RebootsAnswer,
  ResourceStatus,
  ServerStatus,
} from "../../src/api/answers.ts";
import type { BootReport, BootsAnswer } from "../../src/api/boot-answers.ts";
import { type GuardReport, parseGuardReport } from "../../src/base/guard-report.ts";
import type { GuestEnd } from "./guest-agent.ts";
import type { Machine } from "./machine.ts";
import { until } from "./patience.ts";

const CONFIG = "/etc/solosafe/solosafe.yaml";
const SOCKET = "/run/solosafe/control.sock";
/** Of this guard, not of one that was killed a moment ago. */
const REPORT = "systemctl show solosafe-guard --value -p MainPID && cat /run/solosafe/guard.report";
const ASK_S = "8";

/** What must be the same in events that are waited for. */
type Fields = Readonly<Record<string, string | number | boolean>>;

/** The product in a machine, used as a person uses it: its file, its units, its answers. */
export class Product {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Configures it for the first time, starts it by systemd, and waits until all is well. */
  async begin(config: string): Promise<void> {
    await this.#machine.write(CONFIG, config);
    await this.#machine.shell("systemctl start solosafe.target");
    await this.waitUntilWell(40_000);
  }

  /** Null while it does not answer. */
  async status(): Promise<ServerStatus | null> {
    return (await this.#ask("status")) as ServerStatus | null;
  }

  /** Events with a higher number than `after`; waits for the agent's answer. */
  async events(after: number): Promise<readonly EventRecord[]> {
    return await until("the agent's events", 20_000, () => this.#eventsNow(after));
  }

  /** The number of the last event so far: a place from which to look. */
  async mark(): Promise<number> {
    return (await this.#must()).lastEvent;
  }

  /** Waits until everything runs and every monitor is ok; an incident may still be open. */
  async waitUntilWell(quietMs = 20_000): Promise<void> {
    let last: ServerStatus | null = null;
    await until(
      "a server that is well",
      quietMs,
      async () => {
        last = await this.status();
        return last !== null && summarise(last) === "" ? true : null;
      },
      () => (last === null ? "the agent does not answer" : summarise(last)),
    );
  }

  /** Waits for an event with these fields among others; tells what came instead. */
  async waitForEvent(
    id: string,
    fields: Fields,
    after: number,
    quietMs: number,
  ): Promise<EventRecord> {
    let seen: readonly EventRecord[] = [];
    return await until(
      `event ${id} ${JSON.stringify(fields)}`,
      quietMs,
      async () => {
        seen = (await this.#eventsNow(after)) ?? seen;
        return seen.find((event) => event.id === id && hasFields(event, fields)) ?? null;
      },
      () => `events: ${seen.map(describe).join("; ")}`,
    );
  }

  /** Waits until each of these monitors says what it should, as in `failed: the disk is full`. */
  async waitForWords(expected: Readonly<Record<string, RegExp>>, quietMs = 20_000): Promise<void> {
    let said: readonly (readonly [name: string, words: string])[] = [];
    await until(
      `monitors that say ${Object.values(expected).join(" and ")}`,
      quietMs,
      async () => {
        const { monitors } = await this.#must();
        said = monitors.map(({ name, status, reason }) => [name, `${status}: ${reason}`]);
        const isSaid = ([name, words]: readonly [string, string]): boolean =>
          expected[name]?.test(words) ?? true;
        return said.every(isSaid) ? true : null;
      },
      () => said.map(([name, words]) => `${name} ${words}`).join("; "),
    );
  }

  async monitor(name: string): Promise<MonitorStatus> {
    const found = (await this.#must()).monitors.find((monitor) => monitor.name === name);
    if (found === undefined) throw new Error(`there is no monitor ${name}`);
    return found;
  }

  async resource(id: string): Promise<ResourceStatus> {
    const resources = (await this.#must()).groups.flatMap((group) => group.resources);
    const found = resources.find((resource) => resource.id === id);
    if (found === undefined) throw new Error(`there is no resource ${id}`);
    return found;
  }

  /** The one process of a resource: waits while there is none, or several. */
  async pidOf(id: string): Promise<number> {
    let last: readonly number[] = [];
    return await until(
      `one process of ${id}`,
      10_000,
      async () => {
        last = (await this.resource(id)).pids;
        return last.length === 1 ? (last[0] ?? null) : null;
      },
      () => `its pids: ${last.join()}`,
    );
  }

  async reboots(): Promise<RebootsAnswer> {
    return (await until("the record", 20_000, () => this.#ask("reboots"))) as RebootsAnswer;
  }

  /** Why the boot before ended; waits until that has been found out in this boot. */
  async why(): Promise<BootReport> {
    return await until("a report on the boot before", 40_000, async () => {
      const answer = (await this.#ask("boots")) as BootsAnswer | null;
      return answer?.isThisBoot === true ? (answer.boots[0] ?? null) : null;
    });
  }

  /** Waits until the kernel's watchdog runs and a guard, another than `old`, feeds it; gives its pid. */
  async waitUntilArmed(old: number | null = null): Promise<number> {
    let last: GuardReport | null = null;
    return await until(
      "an armed guard",
      30_000,
      async () => {
        const { code, out } = await this.#run(["sh", "-c", REPORT]);
        const [pid = "", text = ""] = out.split("\n");
        last = code === 0 ? parseGuardReport(text) : null;
        if (last === null || last.device === null || last.fedAt === null) return null;
        return String(last.pid) === pid && last.pid !== old ? last.pid : null;
      },
      () => `its report: ${JSON.stringify(last)}`,
    );
  }

  /** The command line, as a person types it. */
  async cli(...words: readonly string[]): Promise<GuestEnd> {
    return await this.#machine.run(["solosafe", ...words]);
  }

  async #must(): Promise<ServerStatus> {
    return await until("the agent's answer", 20_000, () => this.status());
  }

  async #eventsNow(after: number): Promise<readonly EventRecord[] | null> {
    const answer = await this.#ask(`events?after=${after}&limit=1000`);
    return answer === null ? null : (answer as { events: readonly EventRecord[] }).events;
  }

  /** Null while the agent does not answer, or nobody in the guest can be asked. */
  async #ask(route: string): Promise<unknown> {
    const address = `http://localhost/v1/${route}`;
    const words = ["-s", "--max-time", ASK_S, "--unix-socket", SOCKET, address];
    const { code, out } = await this.#run(["curl", ...words]);
    if (code !== 0) return null;
    try {
      return JSON.parse(out);
    } catch {
      return null;
    }
  }

  /** Who looks again and again loses nothing by a hand in the guest that is silent for a moment. */
  async #run(words: readonly [string, ...string[]]): Promise<GuestEnd> {
    return await this.#machine.run(words).catch(() => SILENT);
  }
}

const SILENT: GuestEnd = { code: null, out: "", err: "" };

/** One line of what is not well; empty when all is. */
function summarise(status: ServerStatus): string {
  const resources = status.groups
    .flatMap((group) => group.resources)
    .filter((resource) => resource.phase !== "active")
    .map((resource) => `${resource.id} ${resource.phase} ${resource.reason}`);
  const monitors = status.monitors
    .filter((monitor) => monitor.status !== "ok")
    .map((monitor) => `${monitor.name} ${monitor.status}: ${monitor.reason}`);
  return [...resources, ...monitors].join("; ");
}

/** An event as one short line. */
function describe(event: EventRecord): string {
  const fields = Object.entries(event.fields).map(([name, value]) => `${name}=${String(value)}`);
  return `${event.id} ${fields.join(" ")}`;
}

function hasFields(event: EventRecord, fields: Fields): boolean {
  return Object.entries(fields).every(([name, value]) => event.fields[name] === value);
}
