import { spawn } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type Mutant, mutateFile, SWITCH_MODULE } from "./mutation/find-mutants.ts";

// `npm run mutate [-- --file reboot-limit] [--sample 5] [--cores 2]`: makes one small mistake after the other in
// src/core and looks whether a test notices. All mutants sleep in one copy of the tree, so that a
// process tries thousands without being started again. On one core the whole takes about 12 minutes,
// never more than 15; it is no part of `npm test`. Survivors with their reasons: test/mutants.md.

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const CORES = Number(option("--cores") ?? "1");
const SEEDS = 20;
const LIMIT_MS = 15_000;
/** The whole run; what was not tried by then is said. */
const BUDGET_MS = 15 * 60_000;
const PROGRESS_EVERY = 50;
/** Said of a history that is too long to be played for every mutant. */
const LONG = " (long)";
/** Types only: nothing in them runs. */
const TYPES_ONLY = new Set(["action.ts", "event.ts", "input.ts", "state.ts"]);
const GUARD = "guard-";

interface Verdict {
  readonly mutant: Mutant;
  /** What noticed it; null = nothing. */
  readonly killer: string | null;
}

async function main(): Promise<void> {
  const startedAt = Date.now();
  const copy = mkdtempSync(join(tmpdir(), "solosafe-mutants-"));
  try {
    const mutants = prepare(copy, option("--file"));
    const skip = await findFailing(copy);
    const every = Number(option("--sample") ?? "1");
    const chosen = mutants.filter((_one, index) => index % every === 0);
    const tried = await tryAll(
      { copy, atLoad: 0, skip },
      chosen.filter((mutant) => !isGuards(mutant)),
    );
    tried.push(...chosen.filter(isGuards).map((mutant) => ({ mutant, killer: null })));
    const verdicts = await askUnits(copy, tried);
    report(verdicts, chosen.length, Date.now() - startedAt);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function prepare(copy: string, only: string | null): Mutant[] {
  for (const name of ["src", "test", "package.json"])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const mutants: Mutant[] = [];
  const folder = join(copy, "src/core");
  const names = readdirSync(folder).sort();
  writeFileSync(join(folder, "mutant-switch.ts"), SWITCH_MODULE);
  for (const name of names) {
    if (TYPES_ONLY.has(name) || !isChosen(name, only)) continue;
    const path = join(folder, name);
    const file = mutateFile(`src/core/${name}`, readFileSync(path, "utf8"), mutants.length + 1);
    mutants.push(...file.mutants);
    writeFileSync(path, file.text);
  }
  return mutants;
}

/** The guard's policy has stories of its own, in its unit tests: it is tried alone, `--file guard`. */
function isChosen(name: string, only: string | null): boolean {
  return only === null ? !name.startsWith(GUARD) : name.includes(only);
}

/** Tests that fail without any mutant are said and left out: they would notice everything. */
async function findFailing(copy: string): Promise<string[]> {
  const nothing: Mutant = { id: 0, file: "", line: 0, what: "", isAtLoad: false };
  const [verdict] = await runIn({ copy, atLoad: 0, skip: [] }, [nothing]);
  const failing = (verdict?.killer ?? "crash").split(",").filter((name) => name !== "");
  for (const name of failing.filter((one) => !one.endsWith(LONG)))
    process.stdout.write(`left out, fails as it is: ${name}\n`);
  if (failing.includes("crash") || !(await unitsPass(copy, nothing)))
    throw new Error("the tests do not run");
  return failing.map((name) => name.replace(LONG, ""));
}

/** Where workers find the copy, and what they leave out. */
interface Place {
  readonly copy: string;
  readonly atLoad: number;
  readonly skip: readonly string[];
}

async function tryAll(place: Place, mutants: readonly Mutant[]): Promise<Verdict[]> {
  const living = mutants.filter((mutant) => !mutant.isAtLoad);
  const queues = Array.from({ length: CORES }, (_, core) =>
    living.filter((_one, index) => index % CORES === core),
  );
  const atLoad = mutants.filter((mutant) => mutant.isAtLoad);
  const runs = await Promise.all([
    ...queues.map((queue) => runIn(place, queue)),
    runEach(place, atLoad),
  ]);
  return runs.flat().sort((one, other) => one.mutant.id - other.mutant.id);
}

async function runEach(place: Place, mutants: readonly Mutant[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const mutant of mutants)
    if (!isOver()) verdicts.push(...(await runIn({ ...place, atLoad: mutant.id }, [mutant])));
  return verdicts;
}

/** Tries mutants one after the other in a worker; one that hangs is killed with it. */
async function runIn(place: Place, queue: readonly Mutant[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  let rest = queue;
  while (rest.length > 0 && !isOver()) {
    const done = await runWorker(place, rest);
    verdicts.push(...done);
    rest = rest.slice(done.length);
  }
  return verdicts;
}

function runWorker(place: Place, queue: readonly Mutant[]): Promise<Verdict[]> {
  const { promise, resolve } = Promise.withResolvers<Verdict[]>();
  const verdicts: Verdict[] = [];
  const worker = new Worker(join(ROOT, "scripts/mutation/worker.ts"), {
    workerData: { root: place.copy, atLoad: place.atLoad, seeds: SEEDS, skip: place.skip },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  let timer: NodeJS.Timeout | undefined;
  const finish = (killer: string | null) => {
    clearTimeout(timer);
    const mutant = queue[verdicts.length];
    if (killer !== null && mutant) verdicts.push({ mutant, killer });
    void worker.terminate().then(() => resolve(verdicts));
  };
  const next = () => {
    clearTimeout(timer);
    const mutant = queue[verdicts.length];
    if (!mutant || isOver()) return finish(null);
    timer = setTimeout(() => finish("timeout"), LIMIT_MS);
    worker.postMessage(mutant.id);
  };
  worker.on("message", ({ mutant, killer }: { mutant: number; killer: string | null }) => {
    const tried = queue[verdicts.length];
    if (mutant !== -1 && tried) verdicts.push({ mutant: tried, killer });
    if (mutant > 0) showProgress(killer === null);
    next();
  });
  worker.on("error", () => finish("crash"));
  timer = setTimeout(() => finish("timeout"), LIMIT_MS);
  return promise;
}

const endsAt = Date.now() + BUDGET_MS;

function isOver(): boolean {
  return Date.now() >= endsAt;
}

let tried = 0;
let open = 0;

/** A run takes minutes: now and then it is said how far it is. */
function showProgress(isOpen: boolean): void {
  tried += 1;
  if (isOpen) open += 1;
  if (tried % PROGRESS_EVERY === 0)
    process.stderr.write(`${tried} tried, ${open} not noticed yet\n`);
}

/** What no story noticed is shown to the unit tests, which need a process of their own. */
async function askUnits(copy: string, tried: readonly Verdict[]): Promise<Verdict[]> {
  const verdicts = [...tried];
  const open = verdicts.flatMap((verdict, index) => (verdict.killer === null ? [index] : []));
  const work = async () => {
    for (let index = open.shift(); index !== undefined; index = open.shift()) {
      const verdict = verdicts[index];
      if (verdict && !isOver() && !(await unitsPass(copy, verdict.mutant)))
        verdicts[index] = { ...verdict, killer: "unit" };
    }
  };
  await Promise.all(Array.from({ length: CORES }, work));
  return verdicts;
}

function unitsOf(mutant: Mutant): RegExp {
  return isGuards(mutant) ? /^guard-.*\.test\.ts$/ : /^(core-.*|table)\.test\.ts$/;
}

function isGuards({ file }: Mutant): boolean {
  return file.startsWith(`src/core/${GUARD}`);
}

function unitsPass(copy: string, mutant: Mutant): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const wake = `data:text/javascript,globalThis.mutant=${mutant.id}`;
  const folder = join(copy, "test/unit");
  const files = readdirSync(folder).filter(
    (name) => unitsOf(mutant).test(name) && name !== "core-decisions.test.ts",
  );
  const child = spawn(
    process.execPath,
    [
      "--test",
      "--test-isolation=none",
      "--import",
      wake,
      ...files.map((name) => join(folder, name)),
    ],
    { cwd: copy, stdio: "ignore", timeout: LIMIT_MS },
  );
  child.on("error", () => resolve(true));
  child.on("exit", (code) => resolve(code === 0));
  return promise;
}

function report(verdicts: readonly Verdict[], chosen: number, tookMs: number): void {
  const survivors = verdicts.filter((verdict) => verdict.killer === null);
  for (const { mutant } of survivors)
    process.stdout.write(`survived ${mutant.file}:${mutant.line}: ${mutant.what}\n`);
  if (verdicts.length < chosen)
    process.stdout.write(`the time was over: ${chosen - verdicts.length} mutants were not tried\n`);
  const killed = verdicts.length - survivors.length;
  const percent = verdicts.length === 0 ? 0 : (100 * killed) / verdicts.length;
  process.stdout.write(
    `${verdicts.length} mutants, ${killed} killed (${percent.toFixed(1)} %), ${survivors.length} survived, in ${Math.round(tookMs / 1000)} s\n`,
  );
}

function option(name: string): string | null {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

await main();
