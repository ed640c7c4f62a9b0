import { setPriority } from "node:os";
import * as z from "zod/mini";
import { type Millis, SECOND } from "../base/duration.ts";
import { listStats } from "../host/proc.ts";
import { EvidenceFolder, nextTaking, prune } from "./evidence-folder.ts";
import { processEvidence } from "./evidence-process.ts";
import { kernelLogTail, Reads } from "./evidence-reads.ts";

const PROGRAM_LIMIT: Millis = 3 * SECOND;
const PROCESSES_MOST = 40;
/** A debugger stops what it looks at: only the first ones, which are the oldest. */
const DEBUGGED_MOST = 2;
const LISTED_MOST = 4000;
const LOG_LINES = 300;
const OUTPUT_BYTES = 256 * 1024;

const wish = z.strictObject({
  incident: z.string().check(z.regex(/^[\w-]{1,64}$/)),
  resource: z.string().check(z.maxLength(200)),
  isAlive: z.boolean(),
  pids: z.array(z.int()).check(z.maxLength(10_000)),
  unit: z.nullable(z.string()),
  output: z.nullable(z.string()),
  /** The whole taking ends by then; who asked waits a little longer. */
  limitMs: z.number(),
  keepMs: z.number(),
  keepBytes: z.number(),
});
type Wish = z.output<typeof wish>;

const SERVER_FILES = [
  "pressure/cpu",
  "pressure/io",
  "pressure/memory",
  "loadavg",
  "meminfo",
  "diskstats",
] as const;

/**
 * Takes evidence of a resource into a folder below `root`, and prints where it is as one line of
 * JSON. May hang where the kernel does: who started it ends it, and what was written by then stays.
 */
export async function runEvidence(root: string, text: string): Promise<void> {
  const wanted = z.parse(wish, JSON.parse(text));
  // What has ended is started again meanwhile, and needs the processor more.
  if (!wanted.isAlive) setPriority(10);
  const began = performance.now();
  const name = nextTaking(root, wanted.incident, wanted.resource);
  if (name === null) {
    process.stdout.write(`${JSON.stringify({ folder: null, files: 0 })}\n`);
    return;
  }
  const folder = new EvidenceFolder(root, name);
  const reads = new Reads(began + wanted.limitMs);
  await takeProcesses(reads, folder, wanted);
  await takeServer(reads, folder, wanted);
  const { keepMs, keepBytes, pids, incident, resource, isAlive } = wanted;
  const tookMs = Math.round(performance.now() - began);
  const facts = { incident, resource, isAlive, pids, takenWall: Date.now(), tookMs };
  folder.finish(facts);
  prune(root, { keepMs, keepBytes }, incident, Date.now());
  process.stdout.write(`${JSON.stringify({ folder: name, files: folder.files })}\n`);
}

async function takeProcesses(reads: Reads, folder: EvidenceFolder, wanted: Wish): Promise<void> {
  for (const [at, pid] of wanted.pids.slice(0, PROCESSES_MOST).entries()) {
    const text = await processEvidence(reads, pid, wanted.isAlive && at < DEBUGGED_MOST);
    folder.write(`process-${pid}.txt`, text);
  }
}

async function takeServer(reads: Reads, folder: EvidenceFolder, wanted: Wish): Promise<void> {
  const { output, unit } = wanted;
  const parts: string[] = [];
  for (const file of SERVER_FILES) {
    parts.push(`== ${file}\n${(await reads.file(`/proc/${file}`)).trimEnd()}\n`);
  }
  folder.write("server.txt", parts.join("\n"));
  folder.write("processes.txt", await allProcesses(reads));
  folder.write("kernel-log.txt", kernelLogTail(LOG_LINES));
  if (output !== null) folder.write("output.txt", await reads.tail(output, OUTPUT_BYTES));
  if (unit === null) return;
  const words = ["--no-pager", "--quiet", `--lines=${LOG_LINES}`, `--unit=${unit}`] as const;
  folder.write("journal.txt", await reads.program(["journalctl", ...words], PROGRAM_LIMIT));
}

/** State and what it waits for, of every process of the server. */
async function allProcesses(reads: Reads): Promise<string> {
  const lines = ["pid parent state waits-for name"];
  for (const { pid, parent, state, name } of listStats().slice(0, LISTED_MOST)) {
    // Only who sleeps in the kernel is asked for what: one file each takes its time.
    const waits = state === "D" ? await reads.file(`/proc/${pid}/wchan`) : "-";
    lines.push(`${pid} ${parent} ${state} ${waits} ${name}`);
  }
  return lines.join("\n");
}
