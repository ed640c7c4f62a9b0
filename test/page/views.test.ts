/** Every view in each language, in both themes, on a desk and on a phone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PageLook } from "../../scripts/page/browser.ts";
import { SCENES, showScene } from "../../scripts/page/scenes.ts";
import { accessFaults, DESK, NO_BROWSER, openPage, overflow, pageLab, PHONE } from "./page-lab.ts";

const LOOKS: readonly PageLook[] = [
  { language: "en", theme: "light", viewport: DESK },
  { language: "en", theme: "dark", viewport: PHONE },
  { language: "ja", theme: "light", viewport: PHONE },
  { language: "zh", theme: "dark", viewport: DESK },
];

/** In the other languages each view once, in its wordiest state; markup is the same in all. */
const WORDIEST = new Set([
  "sign-in-code",
  "well-monitor",
  "blocked",
  "suspended",
  "after-reboot",
  "empty",
  "agent-down",
  "alerts",
  "incident",
  "logs",
  "settings",
  "service",
  "confirm",
  "keys",
]);

describe("every view can be used by everybody", { skip: NO_BROWSER }, () => {
  const lab = pageLab();
  for (const look of LOOKS) {
    const { language, theme, viewport } = look;
    test(`${language}, ${theme}, ${viewport.width} px`, async (t) => {
      const page = await openPage(lab, t, look);
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error" && !/Failed to load resource/.test(message.text())) {
          errors.push(message.text());
        }
      });
      const faults: string[] = [];
      const scenes = SCENES.filter(({ name }) => language === "en" || WORDIEST.has(name));
      assert.ok(scenes.length >= WORDIEST.size);
      for (const scene of scenes) {
        await showScene(lab.mock, page, scene);
        for (const fault of await accessFaults(page)) faults.push(`${scene.name}: ${fault}`);
        const wider = await overflow(page);
        if (wider > 0) faults.push(`${scene.name}: ${wider} px wider than the window`);
        const lang = await page.evaluate("document.documentElement.lang");
        assert.equal(lang, language === "zh" ? "zh-Hans" : language);
      }
      assert.deepEqual(faults, []);
      assert.deepEqual(errors, []);
    });
  }
});
