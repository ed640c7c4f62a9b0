import { formatClock } from "../../src/simulate/clock-text.ts";
import { Prng } from "./prng.ts";

/** What a random history is to show beside the invariants that hold always. */
export type Mood =
  /** Everything that can go wrong. */
  | "wild"
  /** Probes are unknown, slow or warn, or fail by others' fault: nothing may be done. */
  | "unsure"
  /** One monitor fails for ever: recovery must come to its end. */
  | "stubborn";

/** A random scenario as text, ready to paste into `test/scenarios`. */
export interface RandomScenario {
  readonly seed: number;
  readonly mood: Mood;
  readonly text: string;
  /** From here on everything is well and nobody does anything. */
  readonly quietFrom: number;
  readonly end: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const QUIET_MS = 2 * HOUR;

const FINALS = [
  "none",
  "none",
  "stop-resource",
  "stop-group",
  "reboot",
  "reboot",
  "reset",
  "poweroff",
  "panic",
];

interface Names {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly monitors: readonly string[];
  readonly tracked: readonly string[];
}

/** The whole history follows from the seed. */
export function randomScenario(seed: number): RandomScenario {
  const random = new Prng(seed);
  const mood: Mood = seed % 10 === 7 ? "unsure" : seed % 10 === 3 ? "stubborn" : "wild";
  const head: string[] = [`# Found by the simulation with seed ${seed} (${mood}).`];
  const names = model(random, head, mood);
  const lines: string[] = [];
  let at = 0;
  const span = random.pick([10 * MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR, 3 * HOUR, 30 * HOUR]);
  const happenings = random.between(3, 25);
  const offs: string[] = [];
  for (let count = 0; count < happenings && at < span; count += 1) {
    at += pause(random, span / happenings);
    const text = mood === "wild" ? wild(random, names, offs) : calm(random, names, mood, count);
    lines.push(`${formatClock(at)}  ${text}`);
    if (text.startsWith("gap ")) at += 10 * MINUTE;
    if (mood !== "wild" || !random.isLucky(0.2)) continue;
    // Most is at stake in the seconds after something happened.
    at += random.between(1, 8) * 1000;
    lines.push(
      `${formatClock(at)}  ${random.pick(["agent restarts after 1s", "agent restarts after 4s", "gap 20s"])}`,
    );
    at += 30 * 1000;
  }
  at += 15 * MINUTE;
  if (mood !== "stubborn") {
    for (const name of names.monitors) lines.push(`${formatClock(at)}  ${name} ok`);
    for (const off of offs) lines.push(`${formatClock(at)}  ${off}`);
    lines.push(`${formatClock(at)}  saves work`);
  }
  const end = at + (mood === "stubborn" ? 26 * HOUR : QUIET_MS);
  lines.push(`${formatClock(end)}  end`);
  return { seed, mood, text: `${[...head, "", ...lines].join("\n")}\n`, quietFrom: at, end };
}

function pause(random: Prng, typical: number): number {
  if (random.isLucky(0.4)) return random.between(0, 20) * 1000;
  return Math.round((random.next() * 2 * typical) / 1000) * 1000;
}

function model(random: Prng, head: string[], mood: Mood): Names {
  if (mood === "wild" && random.isLucky(0.1)) head.push("mode observe");
  if (mood === "wild" && random.isLucky(0.15)) head.push("no guard");
  head.push(`uptime ${random.pick(["1m", "20m", "2h"])}`);
  head.push(
    `reboots: limit ${random.between(1, 3)}, least-uptime ${random.pick(["1m", "10m"])}, escalate-after ${random.pick(["0s", "1m", "5m"])}`,
  );
  const groups = ["base", "shop", "mail"].slice(0, random.between(1, 3));
  const resources: string[] = [];
  for (const [index, group] of groups.entries()) {
    const parts = ["db", "web", "app"].slice(0, random.between(1, 3));
    const members = parts.map((part, place) => {
      const earlier =
        place > 0 && random.isLucky(0.6) ? ` after ${random.pick(parts.slice(0, place))}` : "";
      return `${part}${earlier}`;
    });
    const after =
      index > 0 && random.isLucky(0.5) ? ` after ${random.pick(groups.slice(0, index))}` : "";
    head.push(`group ${group}${after}: ${members.join(", ")}`);
    for (const part of parts) {
      resources.push(`${group}/${part}`);
      if (random.isLucky(0.5)) head.push(resourceLine(random, `${group}/${part}`));
    }
  }
  const monitors: string[] = [];
  const tracked: string[] = [];
  const count = random.between(2, 5);
  for (let index = 0; index < count; index += 1)
    head.push(monitorLine(random, groups, resources, monitors, tracked));
  head.push(`window night: ${random.pick([...groups, ...monitors, "everything"])}`);
  return { groups, resources, monitors, tracked };
}

function resourceLine(random: Prng, id: string): string {
  const options = [
    random.pick(["start-timeout 10s", "start-timeout 1m", "start-timeout 5m"]),
    random.pick(["stop-timeout 5s", "stop-timeout 30s"]),
    `start-failure ${random.between(0, 2)} ${random.pick(["none", "stop-resource", "stop-group", "reboot"])}`,
    `stop-failure ${random.between(0, 1)} ${random.pick(["none", "none", "stop-group", "reboot"])}`,
    ...(random.isLucky(0.4) ? ["ready"] : []),
    ...(random.isLucky(0.2) ? ["packaged"] : []),
    ...(random.isLucky(0.2) ? ["outside-stop restore"] : []),
  ];
  return `resource ${id}: ${options.join(", ")}`;
}

function monitorLine(
  random: Prng,
  groups: readonly string[],
  resources: readonly string[],
  monitors: string[],
  tracked: string[],
): string {
  const name = `m${monitors.length + 1}`;
  const isLife = random.isLucky(0.35);
  const place = isLife
    ? random.pick(resources)
    : random.pick([...resources, ...groups, "server", "nothing", "all-groups"]);
  const hasSteps = place !== "server" && place !== "nothing";
  const options = [
    `interval ${random.pick(["20s", "1m", "2m"])}`,
    `retries ${isLife ? 0 : random.between(0, 2)}`,
    `failure-timeout ${random.pick(["3m", "10m"])}`,
    `final ${random.pick(FINALS)}`,
    ...(hasSteps
      ? [
          `reactivate ${random.between(0, 3)}`,
          `restart ${place === "all-groups" ? 0 : random.between(0, 1)}`,
        ]
      : []),
    ...(random.isLucky(0.3) ? ["script 1"] : []),
    ...(random.isLucky(0.2) ? ["no-retry-on-timeout"] : []),
    ...(random.isLucky(0.2) ? ["no-recover-on-timeout"] : []),
    ...(random.isLucky(0.2) ? ["urgent"] : []),
    ...(random.isLucky(0.2) ? ["repeat-reboot"] : []),
    ...(random.isLucky(0.2) ? [`stuck ${random.pick(["reset", "reboot", "none"])}`] : []),
    ...(random.isLucky(0.2) ? ["chronic 2"] : []),
    ...(random.isLucky(0.1) ? ["chronic-escalates"] : []),
    ...(random.isLucky(0.1) ? ["always"] : []),
    ...(random.isLucky(0.3) ? ["start-delay 30s"] : []),
    ...(monitors.length > 0 && random.isLucky(0.25) ? [`requires ${random.pick(monitors)}`] : []),
  ];
  monitors.push(name);
  if (isLife) tracked.push(name);
  return `monitor ${name} ${isLife ? "watches" : "on"} ${place}: ${options.join(", ")}`;
}

function calm(random: Prng, names: Names, mood: Mood, count: number): string {
  const monitor = random.pick(names.monitors);
  if (mood === "stubborn") return count === 0 ? `${names.monitors[0]} failed` : "time passes";
  return random.pick([
    `${monitor} unknown`,
    `${monitor} warning`,
    `${monitor} slow (9s)`,
    `${monitor} failed-beyond`,
    `${monitor} ok`,
  ]);
}

function wild(random: Prng, names: Names, offs: string[]): string {
  const monitor = random.pick(names.monitors);
  const resource = random.pick(names.resources);
  const group = random.pick(names.groups);
  const dice = random.next();
  if (dice < 0.4) return probes(random, monitor, resource);
  if (dice < 0.55) return `${resource} ended (signal KILL)`;
  if (dice < 0.65) {
    const operation = random.pick(["start", "stop"]);
    offs.push(`${operation} of ${resource} works`);
    return `${operation} of ${resource} ${random.pick(["fails", "hangs", "takes 8s", "works"])}`;
  }
  if (dice < 0.78) return person(random, names, { monitor, resource, group }, offs);
  if (dice < 0.86) {
    return random.pick([
      "agent restarts after 1s",
      "agent restarts after 20s",
      "agent restarts after 3m",
      "agent restarts after 5s, record unreadable",
      "an old operation ends",
    ]);
  }
  if (dice < 0.875) return outside(random, resource, offs);
  if (dice < 0.92)
    return random.pick(["power cut", "watchdog bites", "kernel panics", "server is rebooted"]);
  if (dice < 0.95)
    return random.pick(["gap 30s", "gap 5m", "calendar jumps 90d", "calendar jumps back 300d"]);
  if (dice < 0.97) {
    const isOn = random.isLucky(0.5);
    offs.push("package work ends");
    return isOn ? "package work begins" : "package work ends";
  }
  if (dice < 0.98) return random.pick(["saves fail", "saves work", "saves take 3s"]);
  if (random.isLucky(0.4)) {
    return random.pick([
      "config: group extra: job",
      `config: group extra after ${names.groups[0]}: job, other after job`,
      "config: no group extra",
      `config: window night: ${random.pick(["everything", ...names.groups])}`,
    ]);
  }
  return `config: monitor ${monitor}: retries ${random.between(0, 2)}, final ${random.pick(FINALS)}`;
}

function outside(random: Prng, resource: string, offs: string[]): string {
  offs.push("shutdown ends");
  return random.pick([
    `${resource} stopped outside`,
    `${resource} started outside`,
    `${resource} restarted by systemd`,
    "shutdown begins",
    "shutdown ends",
  ]);
}

function probes(random: Prng, monitor: string, resource: string): string {
  return random.pick([
    `${monitor} failed`,
    `${monitor} failed x${random.between(1, 4)}`,
    `${monitor} failed until ${resource} restarts`,
    `${monitor} failed until the server reboots`,
    `${monitor} times out`,
    `${monitor} hangs`,
    `${monitor} hangs until the server reboots`,
    `${monitor} failed-beyond`,
    `${monitor} failed-beyond x2`,
    `${monitor} unknown`,
    `${monitor} warning`,
    `${monitor} ok`,
    `${resource} needs ${random.pick(["5s", "30s"])} to answer`,
  ]);
}

interface Places {
  readonly monitor: string;
  readonly resource: string;
  readonly group: string;
}

function person(random: Prng, names: Names, places: Places, offs: string[]): string {
  const { monitor, resource, group } = places;
  const name = random.pick([group, resource]);
  const rehearsed = random.pick(names.monitors);
  // A rehearsal that nobody ends is a failure that never ends.
  const isRehearsal = random.isLucky(0.15);
  if (isRehearsal) offs.push(`person rehearses ${rehearsed} no more`);
  if (isRehearsal) return `person rehearses ${rehearsed}`;
  if (random.isLucky(0.15)) {
    return `window night ${random.pick(["opens for 2m", "opens for 20m", "opens for 3h", "closes"])}`;
  }
  return random.pick([
    `person stops ${name}`,
    `person starts ${name}`,
    `person restarts ${name}`,
    `person suspends ${random.pick([group, monitor, "everything"])} for ${random.pick(["1m", "30m", "3h"])}`,
    `person resumes ${random.pick([group, monitor, "everything"])}`,
    `person clears ${random.pick([name, monitor, "everything", "reboots"])}`,
  ]);
}
