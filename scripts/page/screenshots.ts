/**
 * `npm run screenshots [-- part of a name]`: every view in every language and theme, on a desk and on
 * a phone, as pictures in `.solosafe/screenshots`, which git ignores.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LANGUAGES } from "../../src/base/language.ts";
import { ROOT } from "../program.ts";
import { openBrowser, type PageLook } from "./browser.ts";
import { bundlePage } from "./bundle.ts";
import { startMock } from "./mock-server.ts";
import { SCENES, showScene } from "./scenes.ts";

const SIZES = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } } as const;
const THEMES = ["light", "dark"] as const;

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const out = join(ROOT, ".solosafe/screenshots");
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "solosafe page "));
  await bundlePage(folder);
  const mock = await startMock({ folder });
  const browser = await openBrowser();
  try {
    for (const language of LANGUAGES) {
      for (const theme of THEMES) {
        for (const [size, viewport] of Object.entries(SIZES)) {
          const look: PageLook = { language, theme, viewport };
          const todo = SCENES.map((scene) => ({
            scene,
            name: `${scene.name}-${language}-${theme}-${size}`,
          })).filter(({ name }) => wanted.every((part) => name.includes(part)));
          if (todo.length === 0) continue;
          const page = await browser.newPage(look);
          for (const { scene, name } of todo) {
            await showScene(mock, page, scene);
            await page.screenshot({
              path: join(out, `${name}.png`),
              fullPage: scene.isWindow !== true,
            });
            console.log(name);
          }
          await page.context().close();
        }
      }
    }
  } finally {
    await browser.close();
    await mock.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
