import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import axe, { type AxeResults } from "axe-core";
import {
  findChromium,
  type OpenBrowser,
  openBrowser,
  type Page,
  type PageLook,
} from "../../scripts/page/browser.ts";
import { bundlePage } from "../../scripts/page/bundle.ts";
import { type Mock, startMock } from "../../scripts/page/mock-server.ts";

/** Why tests with a browser are skipped; false: they run. */
export const NO_BROWSER: string | false =
  findChromium() === null && "chromium is not installed (.ci/packages)";

export const DESK = { width: 1280, height: 900 } as const;
export const PHONE = { width: 360, height: 740 } as const;
export const PLAIN: PageLook = { language: "en", theme: "light", viewport: DESK };

/** How long a page may take to show something, on a machine that is busy. */
export const PATIENCE_MS = 60_000;

export interface PageLab {
  readonly mock: Mock;
  readonly browser: OpenBrowser;
  /** The built page. */
  readonly folder: string;
}

/** Builds the page, and a browser and a mock for the tests of a file. */
export function pageLab(): PageLab {
  let found: PageLab | null = null;
  const folder = mkdtempSync(join(tmpdir(), "solosafe page "));
  before(async () => {
    if (NO_BROWSER !== false) return;
    await bundlePage(folder);
    found = { folder, mock: await startMock({ folder }), browser: await openBrowser() };
  });
  after(async () => {
    await found?.browser.close();
    await found?.mock.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const lab = (): PageLab => {
    if (found === null) throw new Error("the lab is not open yet");
    return found;
  };
  return {
    folder,
    get mock() {
      return lab().mock;
    },
    get browser() {
      return lab().browser;
    },
  };
}

/** A new browser window, closed at the end of the test. */
export async function openPage(
  lab: PageLab,
  t: { after(done: () => Promise<void>): void },
  look: PageLook = PLAIN,
): Promise<Page> {
  const page = await lab.browser.newPage(look);
  page.setDefaultTimeout(PATIENCE_MS);
  t.after(async () => await page.context().close());
  return page;
}

/** What breaks the rules of accessibility, each as a line; empty when nothing does. */
export async function accessFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ["violations"] })`,
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
  );
}

/** How far the page is wider than its window, in pixels. */
export async function overflow(page: Page): Promise<number> {
  return Number(
    await page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    ),
  );
}
