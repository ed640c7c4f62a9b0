/**
 * `npm run build`: one entry for each program in `dist/`, with the chunks it loads lazily and
 * koffi's binary beside it. Proves the result in an empty folder before it says so.
 */
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
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { ROOT, runProgram } from "./program.ts";

/** A program: its entry below `src`, and what it answers when asked for nothing. */
interface Product {
  readonly name: string;
  readonly entry: string;
  /** Called in the empty folder; it must end by itself. */
  readonly proof: readonly string[];
  readonly proofCode: number;
}

const PRODUCTS: readonly Product[] = [
  { name: "cli", entry: "src/cli/main.ts", proof: ["version"], proofCode: 0 },
  { name: "agent", entry: "src/agent/main.ts", proof: ["--help"], proofCode: 0 },
  // It has no help: a call without a role is answered with its usage.
  { name: "workers", entry: "src/workers/main.ts", proof: [], proofCode: 2 },
];

const DIST = join(ROOT, "dist");
const PROOF_DEADLINE_MS = 20_000;

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
    minify: false,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await build.close();
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

/** Starts every program from a copy in an empty folder, far from the checkout's packages. */
async function prove(products: readonly Product[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "solosafe build "));
  const problems: string[] = [];
  try {
    cpSync(DIST, folder, { recursive: true });
    for (const { name, proof, proofCode } of products) {
      const ended = await runProgram(
        [process.execPath, join(folder, `${name}.js`), ...proof],
        PROOF_DEADLINE_MS,
        folder,
      );
      const isOk = ended.code === proofCode && ended.output.trim() !== "";
      if (!isOk)
        problems.push(`${name} ${proof.join(" ")}: ended with ${ended.code}\n${ended.output}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return problems;
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
  copyKoffi();
  writeManifest();
  for (const { name } of PRODUCTS) console.log(describe(name));
  const problems = await prove(PRODUCTS);
  if (problems.length === 0) {
    console.log("every program runs from an empty folder");
    return;
  }
  console.error(`build: a program does not run from an empty folder\n${problems.join("\n")}`);
  process.exitCode = 1;
}

await main();
