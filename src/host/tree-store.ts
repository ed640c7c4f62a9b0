import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { AFTERWARDS } from "../base/afterwards.ts";
import type { ProcessId } from "../ports/host.ts";
import { type RunnerState, readRunner } from "./script-runner.ts";
import type { TreeRecord } from "./tree.ts";

const VERSION = 1;
const RECORD_BYTES_MOST = 64 * 1024;

/** A process put under watch by a start script (`solosafe watch`). */
export interface AdoptedProcess {
  readonly name: string;
  readonly id: ProcessId;
}

export interface SavedTree extends TreeRecord {
  readonly bootId: string;
  readonly main: ProcessId | null;
  readonly adopted: readonly AdoptedProcess[];
}

/** What a script is run for; kept by its runner. */
export interface RunnerNote {
  readonly op: string;
  readonly resource: string;
  readonly doing: "start" | "stop";
  readonly bootId: string;
}

export interface FoundRunner extends RunnerNote {
  readonly state: RunnerState;
}

/**
 * Small files in the run folder by which the next agent finds trees and scripts again. Records are
 * written in the background, the newest only, never in the way of a start; what a crash loses is
 * found again by group and mark.
 */
export class TreeStore {
  readonly #trees: string;
  readonly #scripts: string;
  readonly #bootId: string;
  /** What stands in each file: most looks at a tree find nothing new. */
  readonly #written = new Map<string, string>();
  readonly #pending = new Map<string, () => SavedTree | null>();
  #isReady: Promise<unknown>;
  #isWriting = false;
  #isClosed = false;

  constructor(runFolder: string, bootId: string) {
    this.#trees = `${runFolder}/trees`;
    this.#scripts = `${runFolder}/scripts`;
    this.#bootId = bootId;
    this.#isReady = Promise.all([
      mkdir(this.#trees, { recursive: true, mode: 0o700 }),
      mkdir(this.#scripts, { recursive: true, mode: 0o700 }),
    ]).catch(() => {});
  }

  get bootId(): string {
    return this.#bootId;
  }

  /** Resolves when the folders are there. */
  prepare(): Promise<unknown> {
    return this.#isReady;
  }

  /** Where the runner of a resource's script leaves its files (without ending). */
  runnerFile(resource: string, doing: "start" | "stop"): string {
    return `${this.#scripts}/${fileName(resource)}.${doing}`;
  }

  note(op: string, resource: string, doing: "start" | "stop"): string {
    const note: RunnerNote = { op, resource, doing, bootId: this.#bootId };
    return JSON.stringify(note);
  }

  /** The policy knows how the script ended: it is not to be found again. */
  forgetRunner(resource: string, doing: "start" | "stop"): void {
    const file = this.runnerFile(resource, doing);
    for (const end of ["run", "end"]) void rm(`${file}.${end}`, { force: true }).catch(() => {});
  }

  /** Saves soon; `build` is called when it is written, and null removes the record. */
  save(resource: string, build: () => SavedTree | null): void {
    if (this.#isClosed) return;
    this.#pending.set(resource, build);
    if (!this.#isWriting) void this.#writeAll();
  }

  /** The agent leaves: what is still to be written stays as it is now, before all is let go. */
  close(): void {
    this.#isClosed = true;
    for (const [resource, build] of this.#pending) {
      const saved = build();
      this.#pending.set(resource, () => saved);
    }
  }

  async readTrees(): Promise<Map<string, SavedTree>> {
    const found = new Map<string, SavedTree>();
    for (const name of await list(this.#trees)) {
      const saved = parseTree(await read(`${this.#trees}/${name}`));
      if (saved?.bootId === this.#bootId) found.set(resourceName(name), saved);
    }
    return found;
  }

  /** Scripts of this boot that run, or whose end nobody has heard of. */
  async readRunners(): Promise<FoundRunner[]> {
    const found: FoundRunner[] = [];
    for (const name of await list(this.#scripts)) {
      if (!name.endsWith(".run")) continue;
      const state = await readRunner(`${this.#scripts}/${name.slice(0, -4)}`);
      const note = state && parseNote(state.note);
      if (state && note?.bootId === this.#bootId) found.push({ ...note, state });
    }
    return found;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    await this.#isReady;
    await new Promise((resolve) => setTimeout(resolve, AFTERWARDS));
    for (;;) {
      const [next] = this.#pending;
      if (!next) break;
      const [resource, build] = next;
      this.#pending.delete(resource);
      try {
        await this.#write(`${this.#trees}/${fileName(resource)}`, build());
      } catch {
        // A full or dead disk: the tree is still found again by its group and mark.
      }
    }
    this.#isWriting = false;
  }

  async #write(path: string, saved: SavedTree | null): Promise<void> {
    const text = saved === null ? "" : JSON.stringify({ version: VERSION, ...saved });
    if (this.#written.get(path) === text) return;
    this.#written.delete(path);
    if (saved === null) {
      await rm(path, { force: true });
      return;
    }
    const part = `${path.slice(0, path.lastIndexOf("/"))}/.part`;
    await writeFile(part, text, { mode: 0o600 });
    await rename(part, path);
    this.#written.set(path, text);
  }
}

/** Names hold no `+`: the file name can be turned back. */
function fileName(resource: string): string {
  return resource.replaceAll("/", "+");
}

function resourceName(file: string): string {
  return file.replaceAll("+", "/");
}

async function list(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith("."));
}

async function read(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch(() => "");
  if (text.length > RECORD_BYTES_MOST) return null;
  return parse(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function parseNote(text: string): RunnerNote | null {
  const value = parse(text);
  const [op, resource, doing, bootId] = ["op", "resource", "doing", "bootId"].map((name) =>
    field(value, name),
  );
  if (typeof op !== "string" || typeof resource !== "string" || typeof bootId !== "string") {
    return null;
  }
  return doing === "start" || doing === "stop" ? { op, resource, doing, bootId } : null;
}

function parseProcess(value: unknown): ProcessId | null {
  const pid = field(value, "pid");
  const startTime = field(value, "startTime");
  return typeof pid === "number" && typeof startTime === "number" ? { pid, startTime } : null;
}

function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function parseTree(value: unknown): SavedTree | null {
  const bootId = field(value, "bootId");
  if (field(value, "version") !== VERSION || typeof bootId !== "string") return null;
  const cgroup = field(value, "cgroup");
  return {
    bootId,
    main: parseProcess(field(value, "main")),
    cgroup: typeof cgroup === "string" ? cgroup : null,
    sessions: items(field(value, "sessions")).filter((one) => typeof one === "number"),
    pids: items(field(value, "pids"))
      .map(parseProcess)
      .filter((one) => one !== null),
    adopted: items(field(value, "adopted")).flatMap((one) => {
      const id = parseProcess(field(one, "id"));
      const name = field(one, "name");
      return id && typeof name === "string" ? [{ name, id }] : [];
    }),
  };
}
