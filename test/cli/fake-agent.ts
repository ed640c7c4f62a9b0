import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname } from "node:path";
import type { TestContext } from "node:test";
import type { EventRecord, MonitorStatus, ServerStatus } from "../../src/api/answers.ts";
import type { DrillReport } from "../../src/api/drill-answers.ts";
import { type ResponseOf, ROUTES, type RouteName } from "../../src/api/contract.ts";

/** What the fake answers: by route, a body, or a refusal with its HTTP status. */
export type Answers = {
  readonly [Name in RouteName]?:
    | ((request: Record<string, unknown>) => ResponseOf<Name>)
    | { readonly status: number; readonly error: { code: string; message: string; hint?: string } };
};

/** A request as the fake got it. */
export interface Seen {
  readonly route: string;
  readonly request: Record<string, unknown>;
}

/** A real server on a real unix socket that speaks the contract and knows nothing. */
export async function fakeAgent(
  context: TestContext,
  state: string,
  answers: Answers,
): Promise<Seen[]> {
  const seen: Seen[] = [];
  const socket = `${state}/run/control.sock`;
  mkdirSync(dirname(socket), { recursive: true });
  const server = createServer((request, response) => void answer(request, response, answers, seen));
  await new Promise<void>((done) => server.listen(socket, done));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return seen;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  answers: Answers,
  seen: Seen[],
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://agent");
  const name = routeOf(request.method ?? "", url.pathname);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const asked: Record<string, unknown> =
    request.method === "GET" ? Object.fromEntries(url.searchParams) : JSON.parse(body);
  seen.push({ route: name ?? url.pathname, request: asked });
  const known = name === null ? undefined : answers[name];
  if (known === undefined) {
    reply(response, 404, { error: { code: "fake/none", message: `no answer for ${name}` } });
  } else if (typeof known !== "function") {
    reply(response, known.status, { error: known.error });
  } else if (name === "eventStream") {
    response.writeHead(200);
    response.end(`${JSON.stringify(known(asked))}\n`);
  } else {
    reply(response, 200, known(asked));
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function routeOf(method: string, path: string): RouteName | null {
  for (const route of Object.values(ROUTES)) {
    if (route.method === method && route.path === path) return route.name as RouteName;
  }
  return null;
}

/** An event of history. */
export function event(seq: number, wall = Date.UTC(2026, 0, 31, 12, 0, seq)): EventRecord {
  return { seq, wall, id: "monitor-cured", incident: null, fields: { monitor: "page" } };
}

/** A drill that was found and healed, changed as the test needs. */
export function drillReport(change: Partial<DrillReport> = {}): DrillReport {
  return {
    id: 3,
    kind: "kill",
    target: "shop/web",
    by: "root",
    planned: null,
    mode: "enforce",
    beganWall: 0,
    verdict: "recovered",
    detectedMs: 400,
    detectedBy: "web-process",
    recoveredMs: 2100,
    undoneMs: 0,
    undoFault: null,
    steps: 1,
    fault: "KILL was sent to process 501 of shop/web",
    forMs: 0,
    monitors: ["page"],
    events: [],
    isCut: false,
    ...change,
  };
}

/** A monitor that is well, changed as the test needs. */
export function monitorStatus(change: Partial<MonitorStatus> = {}): MonitorStatus {
  return {
    name: "page",
    type: "http",
    target: "shop/web",
    isEnabled: true,
    status: "ok",
    reason: "status 200",
    lastsMs: 65_000,
    failures: 0,
    retries: 2,
    intervalMs: 30_000,
    timeoutMs: 10_000,
    isProbing: true,
    lastProbe: null,
    ladder: {
      scripts: 0,
      scriptCount: 0,
      reactivations: 1,
      reactivationThreshold: 3,
      groupRestarts: 0,
      groupRestartThreshold: 1,
      finalAction: "reboot",
      isExhausted: false,
    },
    isFlapping: false,
    isChronic: false,
    isRehearsed: false,
    isSuspended: false,
    consequenceOf: null,
    proven: {
      sinceWall: 0,
      detected: { provenWall: null, isOld: false },
      steps: [
        { step: "reactivation", provenWall: null, isOld: false },
        { step: "group-restart", provenWall: null, isOld: false },
        { step: "reboot", provenWall: null, isOld: false },
      ],
    },
    ...change,
  };
}

/** A server with one group, one resource and one monitor, all well; changed as the test needs. */
export function serverStatus(change: Partial<ServerStatus> = {}): ServerStatus {
  return {
    isHealthy: true,
    agent: {
      version: "0.1.0",
      pid: 77,
      uptimeMs: 5000,
      bootId: "b",
      mode: "enforce",
      config: "/c.yaml",
      stateFolder: "/s",
    },
    server: "host7",
    wall: 0,
    groups: [
      {
        name: "shop",
        title: "Web shop",
        goal: "active",
        phase: "active",
        isByPerson: false,
        lastsMs: 60_000,
        waitsMs: null,
        after: [],
        resources: [
          {
            id: "shop/web",
            type: "exec",
            kind: "resident",
            phase: "active",
            reason: "",
            lastsMs: 60_000,
            pids: [501, 502, 503, 504],
            tracking: "cgroup",
            starts: 1,
            isStoppedByPerson: false,
            isStoppedOutside: false,
            blocked: null,
            awaiting: [],
            after: [],
          },
        ],
      },
    ],
    monitors: [monitorStatus()],
    incidents: [],
    suspensions: [],
    heard: [],
    plans: [],
    notes: [{ id: "server-actions-simulated", fields: {} }],
    lastEvent: 3,
    ...change,
  };
}
