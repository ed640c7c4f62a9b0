/** Parts of a server that exists on paper only, each well until told otherwise. */
import type {
  EventRecord,
  GroupStatus,
  IncidentStatus,
  MonitorStatus,
  ResourceStatus,
  ServerStatus,
} from "../../src/api/answers.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/base/duration.ts";
import type { EventFields, EventId } from "../../src/core/event.ts";

export function resource(id: string, change: Partial<ResourceStatus> = {}): ResourceStatus {
  return {
    id,
    type: "exec",
    kind: "resident",
    phase: "active",
    reason: "",
    lastsMs: 3 * DAY + 4 * HOUR,
    pids: [1843, 1851],
    tracking: "systemd scope",
    starts: 1,
    isStoppedByPerson: false,
    isStoppedOutside: false,
    blocked: null,
    awaiting: [],
    after: [],
    ...change,
  };
}

export function group(
  name: string,
  resources: readonly ResourceStatus[],
  change: Partial<GroupStatus> = {},
): GroupStatus {
  return {
    name,
    title: "",
    goal: "active",
    phase: "active",
    isByPerson: false,
    lastsMs: 3 * DAY + 4 * HOUR,
    waitsMs: null,
    after: [],
    resources: [...resources],
    ...change,
  };
}

export function monitor(
  name: string,
  type: string,
  target: string,
  change: Partial<MonitorStatus> = {},
): MonitorStatus {
  const wall = Date.now();
  const ladder: MonitorStatus["ladder"] = {
    scripts: 0,
    scriptCount: 0,
    reactivations: 0,
    reactivationThreshold: 3,
    groupRestarts: 0,
    groupRestartThreshold: 1,
    finalAction: "reboot",
    isExhausted: false,
    ...change.ladder,
  };
  return {
    name,
    type,
    target,
    isEnabled: true,
    status: "ok",
    reason: "",
    lastsMs: 2 * DAY + 7 * HOUR,
    failures: 0,
    retries: 2,
    intervalMs: 30 * SECOND,
    timeoutMs: 5 * SECOND,
    isProbing: true,
    lastProbe: { outcome: "ok", reason: "", tookMs: 12, agoMs: 9 * SECOND },
    isFlapping: false,
    isChronic: false,
    isRehearsed: false,
    isSuspended: false,
    consequenceOf: null,
    proven: {
      sinceWall: wall - 40 * DAY,
      detected: { provenWall: wall - 12 * DAY, isOld: false },
      steps: [
        { step: "reactivation", provenWall: wall - 12 * DAY, isOld: false },
        { step: "group-restart", provenWall: null, isOld: true },
      ],
    },
    ...change,
    ladder,
  };
}

export function incident(
  id: string,
  scope: string | null,
  cause: string,
  change: Partial<IncidentStatus> = {},
): IncidentStatus {
  return {
    id,
    group: scope,
    openedWall: Date.now() - 4 * MINUTE,
    lastsMs: 4 * MINUTE,
    cause,
    members: [cause],
    steps: [],
    waitingFor: null,
    ...change,
  };
}

/** A small office server on which all is well. */
export function wellServer(change: Partial<ServerStatus> = {}): ServerStatus {
  const telling: Partial<MonitorStatus["ladder"]> = {
    reactivationThreshold: 0,
    groupRestartThreshold: 0,
    finalAction: "none",
  };
  const tells = { ladder: telling as MonitorStatus["ladder"] };
  return {
    isHealthy: true,
    agent: {
      version: "0.1.0",
      pid: 812,
      uptimeMs: 3 * DAY + 4 * HOUR,
      bootId: "9e1c5e0a",
      mode: "enforce",
      config: "/etc/solosafe/solosafe.yaml",
      stateFolder: "/var/lib/solosafe",
    },
    server: "office-1",
    wall: Date.now(),
    groups: [
      group(
        "web",
        [
          resource("web/database", { type: "service", pids: [1712] }),
          resource("web/shop", { after: ["web/database"] }),
        ],
        { title: "The shop" },
      ),
      group("files", [resource("files/samba", { type: "service", pids: [1490, 1502, 1511] })], {
        title: "Shared folders",
      }),
    ],
    monitors: [
      monitor("shop-answers", "http", "web/shop", { reason: "200 in 12 ms" }),
      monitor("database-lives", "service", "web/database"),
      monitor("samba-port", "tcp", "files", { reason: "port 445" }),
      monitor("gateway", "ping", "none", { ...tells, reason: "192.0.2.1 in 0.4 ms" }),
      monitor("system-disk", "disk", "server", { ladder: telling as MonitorStatus["ladder"] }),
    ],
    incidents: [],
    suspensions: [],
    heard: [],
    plans: [],
    notes: [],
    lastEvent: 100,
    ...change,
  };
}

/** The same server with some of its monitors changed. */
export function withMonitors(
  status: ServerStatus,
  changes: Readonly<Record<string, Partial<MonitorStatus>>>,
): ServerStatus {
  const monitors = status.monitors.map((one) => {
    const change = changes[one.name];
    return change === undefined
      ? one
      : { ...one, ...change, ladder: { ...one.ladder, ...change.ladder } };
  });
  return { ...status, monitors };
}

/** What happened, told as so many milliseconds ago. */
export function told<Id extends EventId>(
  agoMs: number,
  id: Id,
  fields: EventFields[Id],
  incidentId: string | null = null,
): Omit<EventRecord, "seq"> {
  return { wall: Date.now() - agoMs, id, fields: { ...fields }, incident: incidentId };
}

/** Events in the order they happened, numbered. */
export function numbered(events: readonly Omit<EventRecord, "seq">[], last = 100): EventRecord[] {
  return events.map((event, at) => ({ ...event, seq: last - events.length + at + 1 }));
}

/** Three quiet days before whatever the story tells. */
export function quietPast(): readonly Omit<EventRecord, "seq">[] {
  return [
    told(3 * DAY + 4 * HOUR, "agent-started", {
      bootId: "9e1c5e0a",
      groups: 2,
      monitors: 5,
      mode: "enforce",
    }),
    told(3 * DAY + 4 * HOUR - 9000, "guard-armed", {
      device: "iTCO_wdt",
      kind: "hardware",
      timeout: 60 * SECOND,
    }),
    told(3 * DAY + 4 * HOUR - 12_000, "group-activated", { group: "web", took: 8200 }),
    told(3 * DAY + 4 * HOUR - 13_000, "group-activated", { group: "files", took: 2100 }),
    told(2 * DAY, "suspended", { scope: "group:files", by: "mori", lasts: 2 * HOUR }),
    told(2 * DAY - 40 * MINUTE, "resumed", { scope: "group:files", by: "mori" }),
    told(26 * HOUR, "monitor-slow", { monitor: "shop-answers", took: 4300, timeout: 5000 }),
    told(9 * HOUR, "drill-ended", {
      drill: 7,
      target: "web/shop",
      verdict: "recovered",
      detectedBy: "shop-answers",
      detected: 900,
      recovered: 3400,
    }),
  ];
}
