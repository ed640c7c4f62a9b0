/**
 * `npm run build`: one entry for each program in `dist/`, with the chunks it loads lazily and
 * koffi's binary beside it. Proves the result in an empty folder before it says so.
 */
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rolldown } from "rolldown";
import { GUARD_REPORT } from "../src/base/guard-message.ts";
import { parseGuardReport } from "../src/base/guard-report.ts";
import { bundlePage } from "./page/bundle.ts";
import { type Ended, ROOT, runProgram } from "./program.ts";

/** A program, and its entry below `src`. */
interface Product {
  readonly name: string;
  readonly entry: string;
}

const PRODUCTS: readonly Product[] = [
  { name: "cli", entry: "src/cli/main.ts" },
  { name: "agent", entry: "src/agent/main.ts" },
  { name: "workers", entry: "src/workers/main.ts" },
  { name: "guard", entry: "src/guard/main.ts" },
  { name: "web", entry: "src/web/main.ts" },
];

const DIST = join(ROOT, "dist");
const PROOF_MS = 20_000;

/** Builds into an empty folder; throws when a program cannot be bundled. */
async function bundle(product: Product): Promise<void> {
  const build = await rolldown({
    input: { [product.name]: join(ROOT, product.entry) },
    platform: "node",
    // koffi's binary lies beside the bundle (see `copyKoffi`); the loader finds it by this name.
    external: [/^@koromix\//],
    treeshake: true,
    logLevel: "warn",
  });
  await build.write({
    dir: DIST,
    format: "esm",
    // Beside the entries, because a program recognises built output by where its own file is.
    entryFileNames: "[name].js",
    chunkFileNames: `${product.name}-[name]-[hash].js`,
    sourcemap: false,
    // The source stays in memory. Names are kept, so that a stack in a bug report can be read.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await build.close();
}

/**
 * One character that Latin-1 lacks makes V8 keep the whole file with two bytes a character; such
 * characters stand in texts and patterns only, where an escape means the same.
 */
function escapeWideCharacters(): void {
  for (const file of builtFiles()) {
    const text = readFileSync(join(DIST, file), "utf8");
    const narrow = text.replaceAll(/[^\0-\x7f]/g, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    });
    if (narrow !== text) writeFileSync(join(DIST, file), narrow);
  }
}

/** `import fs, { read as readFile } from "node:fs"`, as it stands in built files: at a line's beginning, or after another. */
const BUILTIN_IMPORT =
  /(?<=^|[;\n])import\b\s*(?:\* *as *)?([\w$]+)?\s*,?\s*(?:\{([^}]*)\})?\s*from\s*["'`]([\w:/]+)["'`]/g;

/**
 * The import form of Node's own modules reads everything that they export, and so loads what nobody
 * uses: measured, 1 MiB in each process for node:fs and node:util alone.
 */
function importLazily(): void {
  for (const file of builtFiles()) {
    const path = join(DIST, file);
    const text = readFileSync(path, "utf8");
    const lean = text.replaceAll(BUILTIN_IMPORT, (whole, all = "", some = "", name: string) => {
      if (!isBuiltin(name)) return whole;
      const wanted = [all, some === "" ? "" : `{${some.replaceAll(/\s+as\s+/g, ":")}}`];
      const parts = wanted.filter((part) => part !== "");
      return `const ${parts.map((part) => `${part}=globalThis.process.getBuiltinModule("${name}")`).join(",")}`;
    });
    if (lean !== text) writeFileSync(path, lean);
  }
}

function builtFiles(): readonly string[] {
  return readdirSync(DIST).filter((name) => name.endsWith(".js"));
}

/** koffi's binary for this processor; the variant for musl is left out, its Node would not run here. */
function copyKoffi(): void {
  const name = `@koromix/koffi-linux-${process.arch}`;
  const from = join(ROOT, "node_modules", name);
  const to = join(DIST, "node_modules", name);
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    if (!file.startsWith("musl")) cpSync(join(from, file), join(to, file), { recursive: true });
  }
}

/** What a program needs to know of itself: it is a module, and which version. */
function writeManifest(): void {
  const { name, version, license } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  ) as Record<string, string>;
  const manifest = { name, version, license, type: "module" };
  writeFileSync(join(DIST, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Runs the whole product from a copy in an empty folder, far from the checkout's packages: the
 * command line starts spawner and agent, these start a program, and the status is asked. Gives
 * back what went wrong; empty when nothing did.
 */
async function prove(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "solosafe build "));
  const call = (...words: readonly string[]): Promise<Ended> =>
    runProgram([process.execPath, join(folder, "dist/cli.js"), ...words], PROOF_MS, folder);
  try {
    cpSync(DIST, join(folder, "dist"), { recursive: true });
    const version = await call("version");
    if (version.code !== 0) return `version: ${version.output}`;
    const config = join(folder, "proof.yaml");
    writeFileSync(config, 'groups:\n  proof: { resources: { app: { exec: [sleep, "1000"] } } }\n');
    const places = ["--state", join(folder, "state"), "--config", config];
    const checked = await call("config", "check", ...places);
    if (checked.code !== 0) return `config check: ${checked.output}`;
    const guard = await proveGuard(folder);
    if (guard !== "") return guard;
    const web = await proveWeb(folder);
    if (web !== "") return web;
    return await proveRun(folder, places, () => call("status", ...places));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without `--real` it opens nothing that is dangerous, and leaves when asked. */
async function proveGuard(folder: string): Promise<string> {
  const child = spawn(process.execPath, ["dist/guard.js", "--run", folder], { cwd: folder });
  let output = "";
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const until = performance.now() + PROOF_MS;
  const hasReported = (): boolean => {
    const path = join(folder, GUARD_REPORT);
    return existsSync(path) && parseGuardReport(readFileSync(path, "latin1")) !== null;
  };
  while (!hasReported() && performance.now() < until) await sleep(50);
  const isReported = hasReported();
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), PROOF_MS);
  const code = await ended;
  clearTimeout(timer);
  return isReported && code === 0 ? "" : `guard ended with ${code}: ${output}`;
}

/** Without an agent it serves the page, and makes a certificate, for which it loads a part of its own. */
async function proveWeb(folder: string): Promise<string> {
  const places = ["--run", folder, "--state", join(folder, "web"), "--page", "dist/page"];
  const words = ["dist/web.js", ...places, "--port", "0"];
  const child = spawn(process.execPath, words, { cwd: folder });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const until = performance.now() + PROOF_MS;
  while (!output.includes("ready\n") && performance.now() < until) await sleep(50);
  const address = /page (http:\S+)/.exec(output)?.[1] ?? "";
  const page = await fetch(address).then(
    (answer) => answer.text(),
    () => "",
  );
  const isKept = existsSync(join(folder, "web", "certificate.pem"));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), PROOF_MS);
  const code = await ended;
  clearTimeout(timer);
  const isFine = page.includes('<div id="page">') && isKept && code === 0;
  return isFine ? "" : `web ended with ${code}: ${output}`;
}

async function proveRun(
  folder: string,
  places: readonly string[],
  askStatus: () => Promise<Ended>,
): Promise<string> {
  const child = spawn(process.execPath, ["dist/cli.js", "run", ...places], { cwd: folder });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const until = performance.now() + PROOF_MS;
  let status = await askStatus();
  while (status.code !== 0 && performance.now() < until) {
    await sleep(100);
    status = await askStatus();
  }
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), PROOF_MS);
  const code = await ended;
  clearTimeout(timer);
  if (status.code !== 0) return `status: ${status.output}\nrun: ${output}`;
  return code === 0 ? "" : `run ended with ${code}: ${output}`;
}

function describe(name: string): string {
  const chunks = readdirSync(DIST).filter((file) => file.startsWith(`${name}-`));
  const size = statSync(join(DIST, `${name}.js`)).size;
  const lazy = chunks.length === 0 ? "" : ` and ${chunks.length} lazy chunks`;
  return `dist/${name}.js`.padEnd(20) + `${Math.round(size / 1024)} KiB${lazy}`;
}

async function main(): Promise<void> {
  const missing = PRODUCTS.filter(({ entry }) => !existsSync(join(ROOT, entry)));
  if (missing.length > 0) {
    console.error(`build: there is no ${missing.map(({ entry }) => entry).join(", ")}`);
    process.exitCode = 1;
    return;
  }
  rmSync(DIST, { recursive: true, force: true });
  for (const product of PRODUCTS) await bundle(product);
  escapeWideCharacters();
  importLazily();
  await bundlePage(join(DIST, "page"));
  copyKoffi();
  writeManifest();
  for (const { name } of PRODUCTS) console.log(describe(name));
  const problem = await prove();
  if (problem === "") {
    console.log("the product runs from a copy in an empty folder");
    return;
  }
  console.error(`build: the product does not run from an empty folder\n${problem}`);
  process.exitCode = 1;
}

await main();
