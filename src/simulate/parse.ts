import { HOUR, SECOND } from "../base/duration.ts";
import type { Command, Outcome } from "../core/input.ts";
import type { ModelSpec, ResourceId } from "../core/model.ts";
import { SUSPENSION_DEFAULT } from "../core/suspension.ts";
import { parseClock } from "./clock-text.ts";
import { applyModelLine, EMPTY_SPEC, readScope } from "./parse-model.ts";
import { duration } from "./parse-options.ts";
import {
  type Answer,
  type Behaviour,
  type Happening,
  type Scenario,
  ScenarioError,
  type StartFaults,
  type TimedLine,
  type Until,
  type WorldOptions,
} from "./scenario.ts";

const TIMED = /^((?:\d+d )?[\d:]*\d:\d\d)\s+(.*)$/;

/**
 * Reads a scenario: comments (`#`), model lines, then timed lines `MM:SS  what happens  | decided`.
 * What stands right of the bar, and lines whose happening is in parentheses, were written by a
 * former run and are not read. `given` is the configuration where the file has no model lines.
 * Throws a ScenarioError that names the line.
 */
export function parseScenario(text: string, given: ModelSpec = EMPTY_SPEC): Scenario {
  const head: string[] = [];
  const lines: TimedLine[] = [];
  let spec = given;
  let inForce = given;
  let world: WorldOptions = { uptimeMs: HOUR, hasGuard: true, isCold: false };
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trimEnd();
    const timed = TIMED.exec(line);
    const left = (timed?.[2] ?? "").split("|")[0]?.trim() ?? "";
    if (timed && (left.startsWith("(") || left === "")) continue;
    if (/^\s+\|/.test(line)) continue;
    try {
      if (timed) {
        const next = readTimed(timed[1] ?? "", left, inForce);
        const last = lines.at(-1);
        if (last && next.at < last.at) throw new Error("a scenario goes forward in time");
        if (next.happening.kind === "config") inForce = next.happening.spec;
        lines.push(next);
        continue;
      }
      if (lines.length > 0 && line !== "") throw new Error(`"${line}" has no time before it`);
      if (lines.length === 0) head.push(line);
      if (line === "" || line.startsWith("#")) continue;
      const option = readWorld(world, line);
      if (option) world = option;
      else {
        const changed = applyModelLine(spec, line);
        if (!changed) throw new Error(`"${line}" is not a model line`);
        spec = changed;
        inForce = changed;
      }
    } catch (error) {
      if (error instanceof ScenarioError) throw error;
      throw new ScenarioError(index + 1, error instanceof Error ? error.message : String(error));
    }
  }
  const first = lines.find((one) => !["behave", "needs", "answer"].includes(one.happening.kind));
  const isCold = first?.happening.kind === "agent-starts";
  return { head, spec, world: { ...world, isCold }, lines };
}

function readWorld(world: WorldOptions, line: string): WorldOptions | null {
  if (line === "no guard") return { ...world, hasGuard: false };
  const uptime = /^uptime (\S+)$/.exec(line);
  return uptime ? { ...world, uptimeMs: duration(uptime[1] ?? "") } : null;
}

function readTimed(clock: string, text: string, spec: ModelSpec): TimedLine {
  const at = parseClock(clock);
  if (at === null) throw new Error(`"${clock}" is not a time like 01:30`);
  return { at, text, happening: readHappening(text, spec) };
}

/** Reads one happening, for example `web-http failed` or `person stops shop`. Throws a plain Error. */
export function readHappening(text: string, spec: ModelSpec): Happening {
  const happening =
    readFixed(text) ??
    readConfig(text, spec) ??
    readPerson(text, spec) ??
    readAgent(text) ??
    readWindow(text, spec) ??
    readNamed(text, spec);
  if (!happening) throw new Error(`"${text}" is not something that can happen`);
  return happening;
}

function readFixed(text: string): Happening | null {
  if (text === "end" || text === "time passes") return { kind: "nothing" };
  if (text === "an old operation ends") return { kind: "stale" };
  if (text === "package work begins") return { kind: "package-work", isHeld: true };
  if (text === "package work ends") return { kind: "package-work", isHeld: false };
  if (text === "shutdown begins") return { kind: "shutdown", isOver: false };
  if (text === "shutdown ends") return { kind: "shutdown", isOver: true };
  if (text === "saves work") return { kind: "saves", fault: null, takesMs: 0 };
  const fails = /^saves? fails?(?:: (.*))?$/.exec(text);
  if (fails) return { kind: "saves", fault: fails[1] ?? "no space left on the disk", takesMs: 0 };
  const slow = /^saves take (\S+)$/.exec(text);
  if (slow) return { kind: "saves", fault: null, takesMs: duration(slow[1] ?? "") };
  const gap = /^gap (\S+)$/.exec(text);
  if (gap) return { kind: "gap", lostMs: duration(gap[1] ?? "") };
  const wall = /^calendar jumps (back )?(\S+)$/.exec(text);
  if (!wall) return null;
  return { kind: "wall", jumpMs: duration(wall[2] ?? "") * (wall[1] ? -1 : 1) };
}

function readConfig(text: string, spec: ModelSpec): Happening | null {
  if (!text.startsWith("config: ")) return null;
  let next = spec;
  for (const part of text.slice("config: ".length).split(/\s*;\s*/)) {
    const applied = applyModelLine(next, part);
    if (!applied) throw new Error(`"${part}" is not a model line`);
    next = applied;
  }
  return { kind: "config", spec: next, changed: changedNames(spec, next) };
}

/** Names of groups, resources and monitors that are new, gone or different. */
function changedNames(before: ModelSpec, after: ModelSpec): ReadonlySet<string> {
  const rows = (spec: ModelSpec) =>
    new Map<string, string>([
      ...spec.groups.map((row) => [`group:${row.name}`, JSON.stringify(row)] as const),
      ...spec.resources.map((row) => [row.id, JSON.stringify(row)] as const),
      ...spec.monitors.map((row) => [`monitor:${row.name}`, JSON.stringify(row)] as const),
    ]);
  const [old, now] = [rows(before), rows(after)];
  const names = [...old.keys(), ...now.keys()];
  return new Set(names.filter((name) => old.get(name) !== now.get(name)));
}

function readPerson(text: string, spec: ModelSpec): Happening | null {
  const match = /^person (\S+)(?: (.*))?$/.exec(text);
  if (!match) return null;
  return {
    kind: "command",
    command: readCommand(match[1] ?? "", match[2] ?? "", spec),
    by: "root",
  };
}

function readCommand(verb: string, rest: string, spec: ModelSpec): Command {
  if (verb === "stops" && rest === "everything") return { type: "stopAll" };
  if (verb === "starts" || verb === "stops" || verb === "restarts") {
    const type = ({ starts: "start", stops: "stop", restarts: "restart" } as const)[verb];
    const resource = spec.resources.find((row) => row.id === rest);
    if (resource) return { type, group: resource.group, resource: resource.id };
    if (!spec.groups.some((row) => row.name === rest))
      throw new Error(`no group or resource ${rest}`);
    return { type, group: rest, resource: null };
  }
  if (verb === "reboots" && rest === "the server") return { type: "orderServer", kind: "reboot" };
  const name = rest.split(" ")[0] ?? "";
  if (verb === "suspends") {
    const span = / for (\S+)$/.exec(rest);
    if (rest.endsWith(" until told"))
      return { type: "suspend", scope: readScope(name, spec), forMs: null };
    const forMs = span ? duration(span[1] ?? "") : SUSPENSION_DEFAULT;
    return { type: "suspend", scope: readScope(name, spec), forMs };
  }
  if (verb === "resumes") return { type: "resume", scope: readScope(name, spec) };
  if (verb === "rehearses")
    return { type: "rehearse", monitor: name, isOn: !rest.endsWith("no more") };
  if (verb === "clears") {
    if (name === "reboots") return { type: "clearReboots" };
    return { type: "clear", name: name === "everything" ? null : name };
  }
  throw new Error(`a person cannot ${verb}`);
}

function readAgent(text: string): Happening | null {
  const [what = "", ...rest] = text.split(/, */);
  const faults: StartFaults = {
    state: rest.includes("state lost"),
    config: rest.includes("configuration broken"),
    record: rest.includes("record unreadable"),
  };
  if (what === "agent starts") return { kind: "agent-starts", faults };
  const restart = /^agent restarts(?: after (\S+))?$/.exec(what);
  if (restart) return { kind: "agent-restarts", awayMs: duration(restart[1] ?? "2s"), faults };
  if (what === "server is rebooted") return { kind: "boot", how: "clean", faults };
  if (what === "somebody switches the server on") return { kind: "boot", how: "clean", faults };
  if (what === "power cut") return { kind: "boot", how: "power", faults };
  if (what === "watchdog bites") return { kind: "boot", how: "watchdog", faults };
  return what === "kernel panics" ? { kind: "boot", how: "panic", faults } : null;
}

function readWindow(text: string, spec: ModelSpec): Happening | null {
  const match = /^window (\S+) (?:closes|opens for (\S+))$/.exec(text);
  if (!match) return null;
  const [, window = "", span] = match;
  if (!spec.windows.some((row) => row.name === window)) throw new Error(`no window ${window}`);
  return { kind: "window", window, forMs: span === undefined ? null : duration(span) };
}

function readNamed(text: string, spec: ModelSpec): Happening | null {
  const operation =
    /^(start|stop|script) of (\S+) (works|fails|hangs|takes)(?: (\S+))?(?:: (.*))?$/.exec(text);
  if (operation) return readBehaviour(operation);
  const left = /^processes of (\S+) are left$/.exec(text);
  const owner = spec.resources.find((row) => row.id === left?.[1]);
  if (owner) return { kind: "left", resource: owner.id };
  const match = /^(\S+) (.*)$/.exec(text);
  const name = match?.[1] ?? "";
  const rest = match?.[2] ?? "";
  const resource = spec.resources.find((row) => row.id === name);
  if (resource) return readResource(resource.id, rest);
  return spec.monitors.some((row) => row.name === name) ? readAnswer(name, rest) : null;
}

function readBehaviour(match: RegExpExecArray): Happening {
  const [, operation, name = "", how, span, why] = match;
  const behaviour: Behaviour = {
    ends: how === "fails" || how === "hangs" ? how : "works",
    takesMs: span ? duration(span) : null,
    reason: why ?? "exit code 1",
  };
  const kind = operation === "start" || operation === "stop" ? operation : "script";
  return { kind: "behave", operation: kind, name, behaviour };
}

function readResource(resource: ResourceId, rest: string): Happening | null {
  const ended = /^ended(?: \((.*)\))?$/.exec(rest);
  if (ended) return { kind: "ended", resource, how: ended[1] ?? "exit code 1" };
  const needs = /^needs (\S+) to answer$/.exec(rest);
  if (needs) return { kind: "needs", resource, warmUpMs: duration(needs[1] ?? "") };
  if (rest === "stopped outside") return { kind: "outside", resource, isStopped: true };
  if (rest === "started outside") return { kind: "outside", resource, isStopped: false };
  const again = /^restarted by systemd(?: x(\d+))?$/.exec(rest);
  return again ? { kind: "restarted-outside", resource, count: Number(again[1] ?? 1) } : null;
}

const ANSWERS: Readonly<Record<string, { readonly outcome: Outcome; readonly reason: string }>> = {
  ok: { outcome: "ok", reason: "answers" },
  failed: { outcome: "failed", reason: "connection refused" },
  warning: { outcome: "warning", reason: "certificate ends in 5 days" },
  unknown: { outcome: "unknown", reason: "the program of the probe is missing" },
  "times out": { outcome: "failed", reason: "timeout" },
  hangs: { outcome: "failed", reason: "timeout" },
  "failed-beyond": { outcome: "failed", reason: "the gateway answers, what is behind it does not" },
};

function readAnswer(monitor: string, rest: string): Happening | null {
  const later = /^will fail$/.test(rest);
  const slow = /^slow \((\S+)\)$/.exec(rest);
  const match =
    /^(ok|failed-beyond|failed|warning|unknown|times out|hangs)(?: x(\d+))?(?: until (.*?))?(?:: (.*))?$/.exec(
      rest,
    );
  if (!slow && !match && !later) return null;
  const word = later ? "failed" : (match?.[1] ?? "ok");
  const known = ANSWERS[word];
  if (!known) return null;
  const answer: Answer = {
    outcome: known.outcome,
    reason: match?.[4] ?? known.reason,
    isTimeout: word === "times out" || word === "hangs",
    ...(word === "failed-beyond" ? { isAlertOnly: true } : {}),
    ...(word === "hangs" ? { isStuck: true } : {}),
    durationMs: slow ? duration(slow[1] ?? "") : SECOND / 50,
    until: readUntil(match?.[2], match?.[3]),
  };
  return { kind: "answer", monitor, answer, isAtOnce: !later };
}

function readUntil(probes: string | undefined, until: string | undefined): Until {
  if (probes !== undefined) return { kind: "count", probes: Number(probes) };
  if (until === undefined) return { kind: "told" };
  if (until === "the server reboots") return { kind: "reboot" };
  const restart = /^(\S+) restarts$/.exec(until);
  if (!restart)
    throw new Error(`"until ${until}": use "until NAME restarts" or "until the server reboots"`);
  return { kind: "restart", name: restart[1] ?? "" };
}
