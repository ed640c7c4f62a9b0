import { statSync, unlinkSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import {
  DISK_REQUEST_BYTES_MOST,
  type DiskAnswer,
  type DiskRequest,
  parseDiskRequest,
} from "../host/disk-protocol.ts";
import { JsonLines } from "../host/json-lines.ts";
import { usableSocketPath } from "../host/socket-path.ts";
import type { DiskEnd, DiskProbe, DiskStep } from "../ports/disk.ts";
import { probeByAsking, probeByReading } from "./disk-read.ts";
import { probeByWriting } from "./disk-write.ts";
import { listen } from "./listen.ts";

const CLIENTS_MOST = 16;
/** A step that lasts longer is told. */
const SLOW: Millis = SECOND;
/** Without a client it leaves after this; at once when whoever started it is gone, too. */
const LONELY: Millis = MINUTE;
const LOOK: Millis = 5 * SECOND;
/** Running probes may end before it leaves, and remove their files. */
const LEAVING: Millis = 5 * SECOND;

interface Asker {
  readonly socket: Socket;
  readonly id: number;
}

interface Running {
  readonly askers: Asker[];
  step: DiskStep;
  slow: NodeJS.Timeout | null;
  isSlow: boolean;
}

/**
 * Listens on `path` and probes disks, `threads` of them at the same time; each may hang for ever
 * without holding up another. Takes the place of whoever listened there. Resolves when it listens.
 */
export async function runDiskWorker(path: string, threads: number): Promise<void> {
  const address = usableSocketPath(path);
  const server = createServer();
  server.maxConnections = CLIENTS_MOST;
  const worker = new DiskWorker(threads, () => removeOwn(address.path, inode));
  server.on("connection", (socket) => worker.serve(socket));
  await listen(server, address.path);
  const inode = statSync(address.path).ino;
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => worker.leave());
  process.on("SIGHUP", () => {});
}

/** Somebody may have taken our place: then the name is theirs. */
function removeOwn(path: string, inode: number): void {
  try {
    if (statSync(path).ino === inode) unlinkSync(path);
  } catch {
    // It is gone already.
  }
}

class DiskWorker {
  readonly #threads: number;
  readonly #onLeave: () => void;
  readonly #running = new Map<string, Running>();
  readonly #clients = new Set<Socket>();
  readonly #parent = process.ppid;
  #lonelySince = performance.now();
  #isLeaving = false;

  constructor(threads: number, onLeave: () => void) {
    this.#threads = threads;
    this.#onLeave = onLeave;
    setInterval(() => this.#look(), LOOK);
  }

  serve(socket: Socket): void {
    this.#clients.add(socket);
    const lines = new JsonLines(
      DISK_REQUEST_BYTES_MOST,
      (line) => this.#take(socket, parseDiskRequest(line)),
      () => socket.destroy(),
    );
    socket.on("data", (chunk: Buffer) => lines.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#clients.delete(socket);
      this.#lonelySince = performance.now();
    });
  }

  /** When the last probe has ended, or after a while. */
  leave(): void {
    this.#isLeaving = true;
    if (this.#running.size === 0) this.#end();
    else setTimeout(() => this.#end(), LEAVING);
  }

  #look(): void {
    if (this.#clients.size > 0) return;
    const isOrphan = process.ppid !== this.#parent;
    if (isOrphan || performance.now() - this.#lonelySince > LONELY) this.leave();
  }

  /** With a thread that hangs an orderly exit would wait for it. */
  #end(): void {
    this.#onLeave();
    process.kill(process.pid, "SIGKILL");
  }

  #take(socket: Socket, request: DiskRequest | null): void {
    switch (request?.type) {
      case undefined:
        socket.destroy();
        return;
      case "ping":
        answer(socket, { id: request.id, threads: this.#threads });
        return;
      case "exit":
        this.leave();
        return;
      case "probe":
        this.#probe(request.probe, { socket, id: request.id });
    }
  }

  #probe(probe: DiskProbe, asker: Asker): void {
    const key = `${probe.method} ${probe.name} ${probe.path}`;
    const known = this.#running.get(key);
    if (known) {
      known.askers.push(asker);
      if (known.isSlow) tell(known);
      return;
    }
    const running: Running = { askers: [asker], step: "open", slow: null, isSlow: false };
    this.#running.set(key, running);
    void perform(probe, (step) => enter(running, step)).then((end) => {
      if (running.slow) clearTimeout(running.slow);
      this.#running.delete(key);
      for (const { socket, id } of running.askers) answer(socket, { id, end });
      if (this.#isLeaving && this.#running.size === 0) setImmediate(() => this.#end());
    });
  }
}

function enter(running: Running, step: DiskStep): void {
  running.step = step;
  running.isSlow = false;
  if (running.slow) clearTimeout(running.slow);
  running.slow = setTimeout(() => {
    running.isSlow = true;
    tell(running);
  }, SLOW);
}

function tell({ askers, step }: Running): void {
  for (const { socket, id } of askers) answer(socket, { id, step });
}

async function perform(probe: DiskProbe, onStep: (step: DiskStep) => void): Promise<DiskEnd> {
  try {
    switch (probe.method) {
      case "write":
        return await probeByWriting(probe, onStep);
      case "read":
        return await probeByReading(probe, onStep);
      case "tur":
        return await probeByAsking(probe, onStep);
    }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return { kind: "cannot", reason: `the probe itself failed: ${what}` };
  }
}

function answer(socket: Socket, line: DiskAnswer): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(line)}\n`);
}
