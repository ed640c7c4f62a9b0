/** `npm run ui:dev`: the page with a mock behind it; a reload of the browser shows what was changed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundlePage } from "./bundle.ts";
import { startMock } from "./mock-server.ts";
import { STORIES } from "./mock-stories.ts";

const PORT = 29_080;

const folder = mkdtempSync(join(tmpdir(), "solosafe page "));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));
const build = async (): Promise<void> => await bundlePage(folder);
await build();
const mock = await startMock({ folder, port: PORT, rebuild: build });
console.log(`${mock.address} (any name and password; the name viewer or operator is that role)`);
for (const name of Object.keys(STORIES)) console.log(`  ${mock.address}story/${name}`);
