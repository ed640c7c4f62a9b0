import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Millis, SECOND } from "../base/duration.ts";
import { MARK } from "../host/census.ts";
import { monotonic } from "../host/clock.ts";
import { JsonLines } from "../host/json-lines.ts";
import { becomeSubreaper } from "../host/libc.ts";
import { peerCredentials } from "../host/peer-credentials.ts";
import { ProcessWatch } from "../host/process-watch.ts";
import { usableSocketPath } from "../host/socket-path.ts";
import {
  parseRequest,
  REQUEST_BYTES_MOST,
  type SpawnerAnswer,
  type SpawnerRequest,
} from "../host/spawner-protocol.ts";
import { BoundedRuns } from "./bounded-run.ts";
import { launch } from "./launch.ts";
import { listen } from "./listen.ts";
import { ourselvesAs } from "./ourselves.ts";
import { OutputLogs } from "./output-logs.ts";
import { Prover } from "./prover.ts";
import { Reaper } from "./reaper.ts";
import { RecentStarts } from "./recent-starts.ts";
import { startSender } from "./sender-start.ts";

type Answer = SpawnerAnswer<SpawnerRequest["type"]>;

/** Connections beyond these are closed: there is one agent, and for a moment its successor. */
const CLIENTS_MOST = 16;

/** Time in which a program loads itself; measured: it answers 0.6 ms sooner with two processors. */
const HEAD_START: Millis = 2;

interface Spawner {
  readonly logs: OutputLogs;
  readonly reaper: Reaper;
  readonly runs: BoundedRuns;
  readonly starts: RecentStarts;
  readonly prover: Prover;
  leave(): void;
}

/**
 * Listens on `path` and starts programs for whoever may connect: root and its own account. Proves
 * to the guard, where one listens in the folder `run`, that it could. Resolves when it listens; false
 * when another spawner answers there. Throws when it cannot listen.
 */
export async function runSpawner(path: string, run: string): Promise<boolean> {
  // Programs inherit it: they must not depend on who started the spawner.
  process.umask(0o022);
  const address = usableSocketPath(path);
  if (await isAnswered(address.path)) return false;
  becomeSubreaper();
  const server = createServer();
  const watch = new ProcessWatch();
  const spawner: Spawner = {
    logs: new OutputLogs(),
    reaper: new Reaper(),
    runs: new BoundedRuns(watch),
    starts: new RecentStarts(),
    prover: new Prover(run, watch),
    leave: () => leave(server, spawner),
  };
  server.maxConnections = CLIENTS_MOST;
  server.on("connection", (socket) => serve(spawner, socket));
  // Nobody answers on it: what is there was left behind by a spawner that was killed.
  await listen(server, address.path);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => spawner.leave());
  process.on("SIGHUP", () => {});
  spawner.prover.start();
  return true;
}

/** The socket is removed by `close`; answers already written still go out. */
function leave(server: Server, spawner: Spawner): void {
  spawner.prover.leave();
  spawner.logs.close();
  spawner.reaper.close();
  server.close();
  setImmediate(() => process.exit(0));
}

function isAnswered(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.setTimeout(SECOND);
  socket.on("connect", () => resolve(true));
  socket.on("timeout", () => resolve(true));
  socket.on("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

function serve(spawner: Spawner, socket: Socket): void {
  const peer = peerCredentials(socket);
  const own = process.geteuid?.() ?? 0;
  if (!peer || (peer.uid !== own && peer.uid !== 0)) {
    socket.destroy();
    return;
  }
  const lines = new JsonLines(
    REQUEST_BYTES_MOST,
    (line) => void take(spawner, socket, line),
    (message) => answer(socket, 0, refuse("EINVAL", message)),
  );
  socket.on("data", (chunk: Buffer) => lines.push(chunk));
  // A client that goes away takes no application with it: what it had started goes on.
  socket.on("error", () => {});
  socket.on("close", () => spawner.runs.leave(socket));
}

async function take(spawner: Spawner, socket: Socket, line: unknown): Promise<void> {
  const parsed = parseRequest(line);
  if (typeof parsed === "string") {
    const id: unknown = typeof line === "object" && line !== null ? Reflect.get(line, "id") : 0;
    answer(socket, typeof id === "number" ? id : 0, refuse("EINVAL", parsed));
    return;
  }
  let done: Answer;
  try {
    done = await perform(spawner, parsed.request, socket);
  } catch (fault) {
    // No request may end the spawner: everything it watches over would lose its logs and parent.
    done = refuse("EFAULT", fault instanceof Error ? fault.message : String(fault));
  }
  // On a small server a program that was just started would wait for us and for who asked.
  if (parsed.request.type === "start" && done.ok) await sleep(HEAD_START);
  answer(socket, parsed.id, done);
  if (parsed.request.type === "exit") spawner.leave();
}

function perform(
  spawner: Spawner,
  request: SpawnerRequest,
  asker: Socket,
): Answer | Promise<Answer> {
  switch (request.type) {
    case "start":
      if (monotonic() > request.before) return refuse("ETIME", "it was asked for too long ago");
      return start(spawner, request);
    case "run":
      return spawner.runs.run(request, asker).then((value) => ({ ok: true, value }));
    case "endRun":
      spawner.runs.end(asker, request.name);
      return { ok: true, value: {} };
    case "ended":
      return { ok: true, value: { status: spawner.reaper.statusOf(request) } };
    case "logs":
      for (const log of request.logs) spawner.logs.watch(log);
      return { ok: true, value: {} };
    case "started":
      return { ok: true, value: { processes: spawner.starts.list() } };
    case "worker":
      return startWorker(request);
    case "sender":
      return startSender(request.run, request.queue, false);
    case "role":
      return runRole(spawner, request, asker);
    case "ping":
      return { ok: true, value: { pid: process.pid } };
    case "exit":
      return { ok: true, value: {} };
  }
}

function start(spawner: Spawner, request: Extract<SpawnerRequest, { type: "start" }>): Answer {
  const output = request.output === null ? null : spawner.logs.open(request.output);
  const launched = launch(request, request.runner, output);
  if (launched.ok) spawner.starts.add(launched.value, request.environment, MARK);
  return launched;
}

function startWorker(request: Extract<SpawnerRequest, { type: "worker" }>): Answer {
  const words = ["--socket", request.socket, "--threads", String(request.threads)];
  const { environment, ...program } = ourselvesAs(request.role, words);
  // libuv reads it once, before its first piece of work.
  const threads = `UV_THREADPOOL_SIZE=${request.threads}`;
  return launch({ ...program, environment: [...environment, threads] }, null, null);
}

async function runRole(
  spawner: Spawner,
  { role, words, timeoutMs, maxOutputBytes }: Extract<SpawnerRequest, { type: "role" }>,
  asker: Socket,
): Promise<Answer> {
  const program = { ...ourselvesAs(role, words), name: null, timeoutMs, maxOutputBytes };
  return { ok: true, value: await spawner.runs.run(program, asker) };
}

function refuse(code: string, message: string): Answer {
  return { ok: false, fault: { code, message } };
}

function answer(socket: Socket, id: number, done: Answer): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify({ id, ...done })}\n`);
}
