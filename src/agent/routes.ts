import type { AgentFacts, CommandAnswer, EventRecord } from "../api/answers.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import { refusal } from "../core/command.ts";
import type { Command } from "../core/input.ts";
import type { Group, ResourceId, SuspendScope } from "../core/model.ts";
import type { AgentParts } from "./agent-parts.ts";
import { alertHandlers } from "./alert-routes.ts";
import type { AskedWork } from "./asked-work.ts";
import { type CommandEnd, type CommandParts, groupEnd, runCommand } from "./commands.ts";
import { configHandlers } from "./config-routes.ts";
import type { Configuration } from "./configuration.ts";
import type { AccessGate } from "./access-gate.ts";
import type { Caller, Refusal } from "./caller.ts";
import type { Handlers } from "./control.ts";
import { drillHandlers, type DrillRouteParts } from "./drill-routes.ts";
import { explainGroup, explainMonitor, explainResource, explainServer } from "./explain.ts";
import { evidenceHandlers } from "./evidence-routes.ts";
import type { History } from "./history.ts";
import { tellingHandlers } from "./destination-routes.ts";
import { reportHandlers } from "./report-routes.ts";
import type { Reports } from "./reports.ts";
import { monitorStatus, rebootsAnswer, type ShellFacts, serverStatus } from "./status.ts";
import type { Telling } from "./telling.ts";
import { serverHandlers } from "./server-routes.ts";
import { shownParams } from "./shown-params.ts";
import type { View } from "./view.ts";

export interface RouteParts extends CommandParts {
  readonly view: () => View;
  readonly facts: () => AgentFacts;
  readonly shell: () => ShellFacts;
  readonly history: History;
  readonly drilling: DrillRouteParts;
  /** The way to users, sessions and tokens. */
  readonly gate: AccessGate;
  /** What a monitor type is blind to. */
  readonly cannotDetect: (type: string) => string;
  /** Keeps an outside tool's word for a `message` monitor and probes it. */
  readonly takeMessage: (monitor: string, outcome: "ok" | "failed", text: string) => void;
  /** False when the process does not belong to the resource's tree. */
  readonly watch: (resource: ResourceId, name: string, pid: number) => boolean;
  readonly configuration: Configuration;
  readonly reports: Reports;
  readonly telling: Telling;
  readonly runRole: AgentParts["runRole"];
  readonly asked: AskedWork;
}

/** Events that are told along with an explanation. */
const EXPLAIN_EVENTS = 20;

/** What each route does. Those that change something give the policy a command and tell its answer. */
export function createHandlers(parts: RouteParts): Handlers {
  const { engine } = parts;
  return {
    version: async () => succeed(parts.facts()),
    status: async () => succeed(serverStatus(parts.view(), parts.shell())),
    start: (request, caller) => groupCommand(parts, "start", request, caller),
    stop: (request, caller) => groupCommand(parts, "stop", request, caller),
    restart: (request, caller) => groupCommand(parts, "restart", request, caller),
    suspend: ({ scope, forMs }, caller) =>
      scopeCommand(parts, { type: "suspend", scope: scope as SuspendScope, forMs }, caller),
    resume: ({ scope }, caller) =>
      scopeCommand(parts, { type: "resume", scope: scope as SuspendScope }, caller),
    monitors: async () => {
      const view = parts.view();
      const all = [...view.model.monitors.values()];
      return succeed({ monitors: all.map((monitor) => monitorStatus(view, monitor)) });
    },
    monitor: async ({ name }) => showMonitor(parts, name),
    rehearse: async ({ monitor, isOn }, caller) => {
      if (!engine.model.monitors.has(monitor)) return fail(unknownName(parts, monitor));
      return simply(parts, { type: "rehearse", monitor, isOn }, caller);
    },
    clear: async ({ name }, caller) => {
      if (name !== null && kindOf(parts, name) === null) return fail(unknownName(parts, name));
      return simply(parts, { type: "clear", name }, caller);
    },
    events: async ({ after, before, limit, incident }) => {
      const { history } = parts;
      const page = await history.page(after ?? null, limit, incident ?? null, before ?? null);
      return succeed({ ...page, events: [...page.events] });
    },
    explain: async ({ name }) => explain(parts, name ?? null),
    reboots: async () => succeed(rebootsAnswer(parts.view())),
    clearReboots: async (_request, caller) => simply(parts, { type: "clearReboots" }, caller),
    message: async ({ monitor, outcome, text }) => {
      const known = engine.model.monitors.get(monitor);
      if (!known) return fail(unknownName(parts, monitor));
      if (known.type !== "message") {
        const message = `${monitor} is of type ${known.type}; only a message monitor takes messages`;
        return fail({ status: 409, code: "message/wrong-type", message });
      }
      parts.takeMessage(monitor, outcome, text);
      return succeed({ monitor });
    },
    ...reportHandlers(parts),
    ...alertHandlers(parts),
    ...evidenceHandlers(parts),
    ...tellingHandlers(parts.telling),
    ...drillHandlers(parts.drilling),
    ...parts.gate.handlers(),
    ...serverHandlers(parts),
    watch: async ({ group, name, pid }) => {
      const ids = engine.model.groups.get(group)?.resources;
      if (!ids) return fail(unknownName(parts, group));
      const resource = ids.find((id) => parts.watch(id, name, pid));
      if (resource !== undefined) return succeed({ resource, name, pid });
      const message = `process ${pid} belongs to no resource of ${group}`;
      const hint = "Call `solosafe watch` inside the start script of a resource.";
      return fail({ status: 409, code: "watch/not-ours", message, hint });
    },
    config: async () => {
      const { config } = parts.view();
      const { isLastGoodConfig } = parts.shell();
      return succeed({ path: config.path, isLastGood: isLastGoodConfig, config: config.effective });
    },
    ...configHandlers(parts.configuration),
    stopAll: async ({ waitMs }, caller) =>
      succeed(await runCommand(parts, { type: "stopAll" }, caller.name, waitMs, () => null)),
  };
}

async function groupCommand(
  parts: RouteParts,
  type: "start" | "stop" | "restart",
  request: { readonly name: string; readonly waitMs: number },
  caller: Caller,
): Promise<Result<CommandAnswer, Refusal>> {
  const model = parts.engine.model;
  const found = request.name.includes("/") ? model.resources.get(request.name) : undefined;
  const group = model.groups.get(found?.group ?? request.name);
  if (!group || (request.name.includes("/") && !found)) {
    return fail(unknownName(parts, request.name));
  }
  const resource = found?.id ?? null;
  const command: Command = { type, group: group.name, resource };
  const refused = refuse(parts, command);
  if (refused !== null) return fail(refused);
  const wanted = type === "stop" ? "inactive" : "active";
  const endOf = (): CommandEnd => groupEndNow(parts, group, resource, wanted);
  return succeed(await runCommand(parts, command, caller.name, request.waitMs, endOf));
}

/** A new configuration may have taken the group away meanwhile. */
function groupEndNow(
  parts: RouteParts,
  group: Group,
  resource: ResourceId | null,
  wanted: "active" | "inactive",
): CommandEnd {
  const current = parts.engine.model.groups.get(group.name);
  if (!current || (resource !== null && !current.resources.includes(resource))) {
    return { outcome: "failed", reason: "a new configuration removed it" };
  }
  return groupEnd(parts.engine, current, resource, wanted);
}

async function scopeCommand(
  parts: RouteParts,
  command: Extract<Command, { type: "suspend" | "resume" }>,
  caller: Caller,
): Promise<Result<CommandAnswer, Refusal>> {
  const model = parts.engine.model;
  const [kind = "", name = ""] = command.scope.split(":");
  const isKnown =
    kind === "all" || (kind === "group" ? model.groups.has(name) : model.monitors.has(name));
  // What was suspended stays resumable after a new configuration took it away.
  if (!isKnown && !parts.engine.state.suspensions.has(command.scope)) {
    return fail(unknownName(parts, name));
  }
  return simply(parts, command, caller);
}

/** A command that has ended when it was decided. */
async function simply(
  parts: RouteParts,
  command: Command,
  caller: Caller,
): Promise<Result<CommandAnswer, Refusal>> {
  const refused = refuse(parts, command);
  if (refused !== null) return fail(refused);
  const endOf = (): CommandEnd => ({ outcome: "done", reason: "" });
  return succeed(await runCommand(parts, command, caller.name, 0, endOf));
}

function refuse(parts: RouteParts, command: Command): Refusal | null {
  const why = refusal(parts.engine.model, parts.engine.state, command);
  return why === null ? null : { status: 409, code: "command/refused", message: why };
}

function showMonitor(parts: RouteParts, name: string): Awaited<ReturnType<Handlers["monitor"]>> {
  const view = parts.view();
  const monitor = view.model.monitors.get(name);
  if (!monitor) return fail(unknownName(parts, name));
  return succeed({
    monitor: monitorStatus(view, monitor),
    params: shownParams(view.config.monitors.get(name)?.params ?? {}),
    cannotDetect: parts.cannotDetect(monitor.type),
    statements: explainMonitor(view, monitor),
  });
}

async function explain(
  parts: RouteParts,
  name: string | null,
): Promise<Awaited<ReturnType<Handlers["explain"]>>> {
  const view = parts.view();
  if (name === null) {
    const events = parts.history.recent.slice(-EXPLAIN_EVENTS);
    return succeed({ name: "server", kind: "server", statements: explainServer(view), events });
  }
  const kind = kindOf(parts, name);
  if (kind === null) return fail(unknownName(parts, name));
  const { model } = view;
  const monitor = model.monitors.get(name);
  const resource = model.resources.get(name);
  const group = model.groups.get(name);
  // A group and a monitor may have the same name: both are told then.
  const statements = [
    ...(resource ? explainResource(view, resource) : []),
    ...(group ? explainGroup(view, group) : []),
    ...(monitor ? explainMonitor(view, monitor) : []),
  ];
  const events = parts.history.recent.filter((event) => names(event, name)).slice(-EXPLAIN_EVENTS);
  return succeed({ name, kind, statements, events });
}

function names(event: EventRecord, name: string): boolean {
  return Object.values(event.fields).includes(name);
}

function kindOf(parts: RouteParts, name: string): "monitor" | "resource" | "group" | null {
  const model = parts.engine.model;
  if (model.resources.has(name)) return "resource";
  if (model.groups.has(name)) return "group";
  return model.monitors.has(name) ? "monitor" : null;
}

function unknownName(parts: RouteParts, name: string): Refusal {
  const model = parts.engine.model;
  const all = [...model.groups.keys(), ...model.resources.keys(), ...model.monitors.keys()];
  const near = all.find((one) => one.includes(name) || name.includes(one));
  return {
    status: 404,
    code: "name/unknown",
    message: `there is no group, resource or monitor ${name}`,
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  };
}
