/** What a mock of the web program answers to each route that the page asks. */
import type { MonitorStatus, ServerStatus, Statement } from "../../src/api/answers.ts";
import type { AvailabilityAnswer } from "../../src/api/availability-answers.ts";
import type { Who } from "../../src/api/access-answers.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/base/duration.ts";
import { findLanguage } from "../../src/base/language.ts";
import { hasText, isWanted, toAlert } from "../../src/events/alert.ts";
import { isSeverity } from "../../src/events/entry.ts";
import { loadSpeech } from "../../src/events/speech.ts";
import type { Role } from "../../src/api/route.ts";
import type { Story } from "./mock-story.ts";

/** A GET request: the part of the path behind `/v1/`, and its query. */
export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly role: Role;
}

/** The answer as JSON; null: there is no such route. */
export async function answer(story: Story, { path, query, role }: Asked): Promise<unknown> {
  const { status } = story;
  const name = query.get("name");
  switch (path) {
    case "status":
      return { ...status, wall: Date.now() };
    case "session":
      return who(role);
    case "events":
      return events(story, query);
    case "alerts":
      return await alerts(story, query);
    case "explain":
      return explained(status, name);
    case "monitor":
      return shownMonitor(status, name ?? "");
    case "availability":
      return availability(status);
    case "boots":
      return story.boots;
    case "server":
      return ofWholeServer(status);
    case "reboots":
      return REBOOTS;
    case "config/history":
      return configHistory();
    case "config/version":
      return { text: CONFIG, version: null };
    default:
      return null;
  }
}

export function who(role: Role): Who {
  return {
    user: role === "administrator" ? "admin" : "mori",
    role,
    by: "session",
    csrf: "a-token-of-the-mock",
    endsAt: Date.now() + 12 * HOUR,
    idleMs: 30 * MINUTE,
    mustSetPassword: false,
  };
}

function ofWholeServer(status: ServerStatus): unknown {
  const groups = status.groups.map(({ name }) => name);
  return { name: "office-1", title: status.server, refusal: null, groups };
}

const REBOOTS = {
  limit: 3,
  counted: [],
  observed: [],
  intent: null,
  didNotHelp: [],
  powerLosses: 0,
  fault: null,
};

function events(story: Story, query: URLSearchParams): unknown {
  const incident = query.get("incident");
  const found = story.events.filter((one) => incident === null || one.incident === incident);
  const limit = Number(query.get("limit") ?? 100);
  const lastSeq = story.events.at(-1)?.seq ?? 0;
  return { events: found.slice(-limit), firstSeq: story.events[0]?.seq ?? 0, lastSeq };
}

async function alerts(story: Story, query: URLSearchParams): Promise<unknown> {
  const speech = await loadSpeech(findLanguage(query.get("language") ?? "") ?? "en");
  const number = (key: string): number | null =>
    query.get(key) === null ? null : Number(query.get(key));
  const severity = query.get("severity") ?? "";
  const filter = {
    sinceWall: number("sinceWall"),
    untilWall: number("untilWall"),
    grep: query.get("grep"),
    module: query.get("module"),
    severity: isSeverity(severity) ? severity : null,
    incident: query.get("incident"),
    beforeSeq: number("beforeSeq"),
  };
  const found = story.events
    .toReversed()
    .filter((event) => isWanted(event, filter))
    .map((event) => ({ event, alert: toAlert(event, story.status.server, speech) }))
    .filter(({ event, alert }) => hasText(alert, event, filter.grep))
    .map(({ alert }) => alert);
  return { alerts: found, hasMore: false };
}

function explained(status: ServerStatus, name: string | null): unknown {
  const monitor = status.monitors.find((one) => one.name === name);
  if (monitor !== undefined) {
    return { name, kind: "monitor", statements: ofMonitor(monitor), events: [] };
  }
  const group = status.groups.find((one) => one.name === name);
  const resource = status.groups.flatMap((one) => one.resources).find((one) => one.id === name);
  if (group !== undefined) {
    const { phase, goal, lastsMs: lasts } = group;
    const fields = { group: group.name, phase, goal, lasts };
    return { name, kind: "group", statements: [{ id: "group-is", fields }], events: [] };
  }
  if (resource !== undefined) {
    const { id, phase, reason, lastsMs: lasts, blocked, pids, tracking } = resource;
    const statements: Statement[] = [
      { id: "resource-is", fields: { resource: id, phase, reason, lasts } },
      { id: "resource-tree", fields: { resource: id, pids: pids.map(String), tracking } },
      ...(blocked === null
        ? []
        : [{ id: "resource-blocked", fields: { resource: id, reason: blocked } }]),
    ];
    return { name, kind: "resource", statements, events: [] };
  }
  return { name: "server", kind: "server", statements: ofServer(status), events: [] };
}

function ofServer(status: ServerStatus): Statement[] {
  const failed = status.monitors.filter((one) => one.status === "failed").length;
  const fields = {
    mode: status.agent.mode,
    groups: status.groups.length,
    monitors: status.monitors.length,
    failed,
    incidents: status.incidents.length,
  };
  return [
    { id: "server-is", fields },
    { id: "server-record", fields: { counted: 0, limit: 3 } },
    {
      id: "guard-feeds",
      fields: { device: "iTCO_wdt", kind: "hardware", timeout: MINUTE },
    },
  ];
}

function ofMonitor(one: MonitorStatus): Statement[] {
  const { name, status, reason, lastsMs: lasts, lastProbe, ladder, target } = one;
  const said: Statement[] = [
    { id: "monitor-is", fields: { monitor: name, status, lasts, reason } },
  ];
  if (lastProbe !== null) {
    const { outcome, tookMs: took, agoMs: ago } = lastProbe;
    const why = lastProbe.reason;
    said.push({
      id: "monitor-last-probe",
      fields: { monitor: name, outcome, reason: why, took, ago },
    });
  }
  if (one.isProbing) {
    said.push({ id: "monitor-next-probe", fields: { monitor: name, wait: 19 * SECOND } });
  } else {
    const fields = { monitor: name, because: "suspended", place: "" };
    said.push({ id: "monitor-not-probed", fields });
  }
  if (ladder.isExhausted) said.push({ id: "ladder-exhausted", fields: { monitor: name } });
  else if (ladder.reactivationThreshold > 0) {
    const isLeft = ladder.reactivations < ladder.reactivationThreshold;
    const step = isLeft ? "reactivation" : "group-restart";
    said.push({ id: "ladder-next", fields: { monitor: name, step, target } });
  }
  return said;
}

function shownMonitor(status: ServerStatus, name: string): unknown {
  const monitor = status.monitors.find((one) => one.name === name);
  if (monitor === undefined) return null;
  return {
    monitor,
    params: { url: "http://127.0.0.1:8080/health", status: "200-299", body: "ready" },
    cannotDetect:
      "That the page is right for customers: only status, body and time of one address are looked at.",
    statements: ofMonitor(monitor),
  };
}

function availability(status: ServerStatus): AvailabilityAnswer {
  const now = new Date();
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const row = (name: string, down: number): AvailabilityAnswer["rows"][number] => ({
    name,
    up: 20 * DAY,
    down,
    planned: 2 * HOUR,
    unwatched: 20 * MINUTE,
    failures: down > 0 ? 2 : 0,
    availability: (20 * DAY) / (20 * DAY + down),
    repairMs: down > 0 ? down / 2 : null,
    betweenMs: down > 0 ? 10 * DAY : null,
  });
  const rows = status.groups.map(({ name }, at) => row(name, at === 0 ? 7 * MINUTE : 0));
  return { from: day(first), to: day(now), rows: [row("server", 4 * MINUTE), ...rows] };
}

const CONFIG = `# What is guarded on office-1.
server:
  name: office-1

groups:
  web:
    title: The shop
    resources:
      database: { service: postgresql }
      shop:
        exec: [/srv/shop/bin/start]
        after: [database]
  files:
    title: Shared folders
    resources:
      samba: { service: smbd }

monitors:
  shop-answers:
    type: http
    url: http://127.0.0.1:8080/health
    interval: 30s
    recovery: { target: web/shop, reactivation-threshold: 3, final-action: reboot }
  gateway: { type: ping, targets: [gateway] }
`;

function configHistory(): unknown {
  const version = (id: number, agoMs: number, kind: string, message: string): unknown => ({
    id,
    wall: Date.now() - agoMs,
    by: "mori",
    message,
    kind,
    of: null,
    hash: "7d9f3c",
  });
  return {
    path: "/etc/solosafe/solosafe.yaml",
    inForce: 3,
    isLastGood: false,
    versions: [
      version(1, 40 * DAY, "start", ""),
      version(2, 12 * DAY, "apply", "watch the shop's own health page"),
      version(3, 2 * DAY, "apply", "samba is guarded too"),
    ],
  };
}
