/**
 * `npm run screenshots [-- part of a name]`: every view in every language and theme, on a desk and on
 * a phone, as pictures in `.solosafe/screenshots`, which git ignores.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LANGUAGES, type Language } from "../../src/base/language.ts";
import { ROOT } from "../program.ts";
import { openBrowser, type Page, type PageLook } from "./browser.ts";
import { bundlePage } from "./bundle.ts";
import { type Mock, startMock } from "./mock-server.ts";
import { SCENES, type Scene } from "./scenes.ts";

const SIZES = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } } as const;
const THEMES = ["light", "dark"] as const;

async function shoot(mock: Mock, page: Page, scene: Scene, path: string): Promise<void> {
  mock.condition = "up";
  await page.goto(`${mock.address}story/${scene.story}/${scene.role ?? "administrator"}`);
  if (scene.isSignedOut === true) await page.context().clearCookies();
  await page.goto(`${mock.address}${scene.at}`);
  await page.reload();
  await scene.act?.(page, mock);
  await page.locator("h1, h2").first().waitFor();
  await page.waitForLoadState("networkidle").catch(() => {});
  await page.screenshot({ path, fullPage: scene.isWindow !== true });
}

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
          const look: PageLook = { language: language satisfies Language, theme, viewport };
          const todo = SCENES.map((scene) => ({
            scene,
            name: `${scene.name}-${language}-${theme}-${size}`,
          })).filter(({ name }) => wanted.every((part) => name.includes(part)));
          if (todo.length === 0) continue;
          const page = await browser.newPage(look);
          for (const { scene, name } of todo) {
            await shoot(mock, page, scene, join(out, `${name}.png`));
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
