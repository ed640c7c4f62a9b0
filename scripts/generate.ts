/** `npm run generate [-- --check]`: writes what follows from the sources, or says what is stale. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderAlertRules, renderDashboard } from "./metric-files.ts";
import { ROOT } from "./program.ts";

/** A file that nobody writes by hand. */
interface Generated {
  /** From the top of the checkout. */
  readonly path: string;
  readonly text: string;
}

const REGISTRY = "src/monitors/registry.generated.ts";

/** The registry of monitor types, from the files of their folder: explicit imports, no side effects. */
export function renderRegistry(folder: string): string {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .toSorted()
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const name = /^export const ([A-Za-z]\w*) = defineMonitor\(/m.exec(text)?.[1];
      return name === undefined ? [] : [{ name, file }];
    });
  const imports = names.map(({ name, file }) => `import { ${name} } from "./${file}";`);
  return [
    "// Written by `npm run generate` from the files of this folder; do not edit.",
    'import type { MonitorType } from "./define.ts";',
    ...imports,
    "",
    "const TYPES: Readonly<Record<string, MonitorType>> = {",
    ...names.map(({ name }) => `  ${name},`),
    "};",
    "",
    "/** Every monitor type of this version, by name. */",
    "export const MONITOR_TYPES: ReadonlyMap<string, MonitorType> = new Map(",
    "  Object.values(TYPES).map((type) => [type.name, type]),",
    ");",
    "",
  ].join("\n");
}

/** What is imported here reads the registry, so the registry is written before it is imported. */
async function renderDocuments(): Promise<readonly Generated[]> {
  const { exportSchema } = await import("../src/config/export-schema.ts");
  const { renderReference } = await import("./reference.ts");
  const { renderEventManual } = await import("./event-manual.ts");
  const { renderMib } = await import("./snmp-mib.ts");
  return [
    { path: "config/schema.json", text: `${JSON.stringify(exportSchema(), null, 2)}\n` },
    { path: "config/REFERENCE.md", text: renderReference() },
    { path: "config/man/solosafe-events.7", text: renderEventManual() },
    { path: "config/snmp/SOLOSAFE-MIB.txt", text: renderMib() },
    { path: "config/metrics/alerts.yml", text: renderAlertRules() },
    { path: "config/metrics/dashboard.json", text: renderDashboard() },
  ];
}

function current(path: string): string | null {
  try {
    return readFileSync(join(ROOT, path), "utf8");
  } catch {
    return null;
  }
}

/** Writes the files that differ; with `isCheck` only names them. */
function update(files: readonly Generated[], isCheck: boolean): readonly string[] {
  const stale = files.filter(({ path, text }) => current(path) !== text);
  for (const { path, text } of isCheck ? [] : stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  return stale.map(({ path }) => path);
}

/** Returns the paths that were stale. */
export async function generate(isCheck: boolean): Promise<readonly string[]> {
  const registry = { path: REGISTRY, text: renderRegistry(join(ROOT, dirname(REGISTRY))) };
  const first = update([registry], isCheck);
  return [...first, ...update(await renderDocuments(), isCheck)];
}

if (import.meta.main) {
  const isCheck = process.argv.includes("--check");
  const stale = await generate(isCheck);
  for (const path of stale) console.log(isCheck ? `${path} is stale` : `${path} written`);
  if (isCheck && stale.length > 0) {
    console.log("Run `npm run generate` and commit what it writes.");
    process.exitCode = 1;
  }
}
