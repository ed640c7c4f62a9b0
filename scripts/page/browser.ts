/** Debian's Chromium, without a screen. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Language } from "../../src/base/language.ts";

export type { Page };

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", ja: "ja-JP", zh: "zh-CN" };

/** How a page is looked at. */
export interface PageLook {
  readonly language: Language;
  readonly theme: "light" | "dark";
  readonly viewport: { readonly width: number; readonly height: number };
}

export interface OpenBrowser {
  readonly browser: Browser;
  newPage(look: PageLook): Promise<Page>;
  close(): Promise<void>;
}

/** Where Chromium is; null: it is not installed. */
export function findChromium(): string | null {
  return PATHS.find((path) => existsSync(path)) ?? null;
}

export async function openBrowser(): Promise<OpenBrowser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("chromium is not installed (.ci/packages)");
  const browser = await chromium.launch({
    executablePath,
    // Root may not use Chromium's own sandbox; /dev/shm is small in containers.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    timeout: 120_000,
  });
  return {
    browser,
    newPage: async ({ language, theme, viewport }) => {
      const context = await browser.newContext({
        locale: LOCALES[language],
        colorScheme: theme,
        viewport,
        ignoreHTTPSErrors: true,
        reducedMotion: "reduce",
      });
      return await context.newPage();
    },
    close: async () => await browser.close(),
  };
}
