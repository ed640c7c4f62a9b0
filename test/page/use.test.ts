/** What a person does on the page, with a mock behind it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "../../scripts/page/browser.ts";
import type { StoryName } from "../../scripts/page/mock-stories.ts";
import type { Role } from "../../src/api/route.ts";
import { NO_BROWSER, openPage, pageLab } from "./page-lab.ts";

describe("the page in use", { skip: NO_BROWSER }, () => {
  const lab = pageLab();

  async function open(
    t: Parameters<typeof openPage>[1],
    story: StoryName,
    at = "",
    role: Role = "administrator",
  ): Promise<Page> {
    lab.mock.condition = "up";
    lab.mock.posts.length = 0;
    const page = await openPage(lab, t);
    const cookie = (name: string, value: string) => ({ name, value, url: lab.mock.address });
    await page.context().addCookies([cookie("story", story), cookie("role", role)]);
    await page.goto(`${lab.mock.address}${at}`);
    await page.locator("h1").first().waitFor();
    return page;
  }

  test("names and messages with markup in them stay texts", async (t) => {
    const page = await open(t, "hostile");
    await page.locator(".alerts li").first().waitFor();
    for (const at of ["#/monitor/shop-answers", "#/group/web", "#/alerts", "#/service"]) {
      await page.goto(`${lab.mock.address}${at}`);
      await page.locator("h1, h2").first().waitFor();
    }
    await page.goto(`${lab.mock.address}#/incident/%3Cimg%20src=x%20onerror=harmed%3E`);
    await page.getByText("Incident <img").first().waitFor();
    assert.equal(await page.evaluate("window.harmed === undefined"), true);
    assert.equal(await page.locator("img[src='x'], #content script").count(), 0);
  });

  test("with the keyboard alone: to a monitor and back, to each button, and its focus is seen", async (t) => {
    const page = await open(t, "recovering");
    await page.locator(".tree").waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Skip to the content");
    await page.keyboard.press("Enter");
    for (let tries = 0; tries < 12 && (await focusedRole(page)) !== "treeitem"; tries += 1) {
      await page.keyboard.press("Tab");
    }
    assert.match(await focused(page), /office-1/);
    await page.keyboard.press("ArrowDown");
    assert.match(await focused(page), /web/);
    await page.keyboard.press("ArrowLeft");
    await page.locator('[data-key="group:web"][aria-expanded="false"]').waitFor();
    await page.keyboard.press("ArrowRight");
    await page.locator('[data-key="group:web"][aria-expanded="true"]').waitFor();
    await page.keyboard.press("ArrowRight");
    assert.match(await focused(page), /database/);
    await page.keyboard.press("End");
    assert.match(await focused(page), /system-disk/);
    const outline = "getComputedStyle(document.activeElement).outlineStyle";
    assert.equal(await page.evaluate(outline), "solid");
    await page.keyboard.press("Enter");
    await page.locator("#details-title").getByText("system-disk").waitFor();
    for (const [key, view] of [
      ["a", "Alerts"],
      ["l", "Logs"],
      ["s", "Settings"],
      ["v", "Service"],
    ] as const) {
      await page.keyboard.press(key);
      await page.locator("h1").getByText(view, { exact: true }).waitFor();
    }
    await page.keyboard.press("o");
    await page.locator(".headline").waitFor();
  });

  test("single letters do nothing where somebody turned them off, or types", async (t) => {
    const page = await open(t, "well", "#/alerts");
    await page.locator("input[type=search]").pressSequentially("loss");
    assert.match(page.url(), /#\/alerts$/);
    await page.evaluate("localStorage.setItem('solosafe-keys', 'off')");
    await page.locator("h1").click();
    await page.keyboard.press("s");
    assert.match(page.url(), /#\/alerts$/);
  });

  test("an event is shown when it happens, and the sentence with it", async (t) => {
    const page = await open(t, "well");
    await page.locator(".is-live").waitFor();
    lab.mock.tell({
      seq: 101,
      wall: Date.now(),
      id: "person-stopped",
      incident: null,
      fields: { name: "web", by: "mori" },
    });
    await page.locator(".alerts li").first().getByText("mori").waitFor();
  });

  test("a connection that is lost is told with the age of the data, and its end too", async (t) => {
    const page = await open(t, "well");
    await page.locator(".is-live").waitFor();
    lab.mock.condition = "gone";
    lab.mock.cut();
    await page.locator(".across").getByText("Connection lost. Data as of").waitFor();
    assert.equal(await page.locator(".tree").count(), 1);
    lab.mock.condition = "up";
    await page.locator(".is-live").waitFor();
    await page.locator(".across").waitFor({ state: "detached" });
  });

  test("an agent that is down is told, and what that means; when it is back all goes on", async (t) => {
    const page = await open(t, "well");
    await page.locator(".is-live").waitFor();
    lab.mock.condition = "agent-down";
    lab.mock.cut();
    await page.locator(".across").getByText("The agent does not answer.").waitFor();
    await page.locator(".across").getByText("Applications go on running").waitFor();
    lab.mock.condition = "up";
    await page.locator(".across").waitFor({ state: "detached" });
  });

  test("who signs in wrongly is told so; then the page opens, and leads back out", async (t) => {
    lab.mock.condition = "up";
    const page = await openPage(lab, t);
    await page.goto(lab.mock.address);
    await page.locator("input[name=user]").fill("operator");
    await page.locator("input[name=password]").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("That was not right.").waitFor();
    await page.locator("input[name=password]").fill("right");
    await page.keyboard.press("Enter");
    await page.locator(".headline").waitFor();
    await page.getByText("mori, operator").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator("input[name=password]").waitFor();
  });

  test("a stop names what stops and wants the server's name", async (t) => {
    const page = await open(t, "well", "#/service/web");
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    const dialog = page.locator("dialog[open]");
    await dialog.waitFor();
    assert.deepEqual(await dialog.locator(".stopping li").allInnerTexts(), [
      "web/database",
      "web/shop",
    ]);
    const stop = dialog.getByRole("button", { name: "Stop now" });
    await dialog.locator("input").fill("office-2");
    assert.equal(await stop.isDisabled(), true);
    await dialog.locator("input").fill("office-1");
    await stop.click();
    await page.getByText("Stop: begun.").waitFor();
    assert.deepEqual(lab.mock.posts, [{ path: "stop", body: '{"name":"web","waitMs":0}' }]);
  });

  test("a dialog that is left does nothing", async (t) => {
    const page = await open(t, "well", "#/service/web");
    await page.getByRole("button", { name: "Restart", exact: true }).click();
    await page.locator("dialog[open] input").fill("office-1");
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.deepEqual(lab.mock.posts, []);
  });

  test("a reboot of the server wants its name too, from an administrator", async (t) => {
    const page = await open(t, "well", "#/service");
    await page.getByRole("button", { name: "Reboot the server", exact: true }).click();
    const dialog = page.locator("dialog[open]");
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /This stops:[^]*web\/shop[^]*files\/samba/);
    await dialog.locator("input").fill("office-1");
    await dialog.getByRole("button", { name: "Reboot the server now" }).click();
    await page.getByText("Reboot the server: begun.").waitFor();
    const body = '{"action":"reboot","name":"office-1"}';
    assert.deepEqual(lab.mock.posts, [{ path: "server/action", body }]);
  });

  test("suspending until a time that is past is refused here; two hours are asked for", async (t) => {
    const page = await open(t, "well", "#/service", "operator");
    const suspend = page.getByRole("button", { name: "Suspend", exact: true });
    await page.locator("select").nth(2).selectOption("date");
    await page.locator("input[type=datetime-local]").fill("2020-01-01T00:00");
    await suspend.click();
    await page.getByText("The end time has to be in the future").waitFor();
    assert.deepEqual(lab.mock.posts, []);
    await page.locator("select").nth(2).selectOption("hours2");
    await suspend.click();
    await page.getByText("Suspend: begun.").waitFor();
    assert.deepEqual(lab.mock.posts, [
      { path: "suspend", body: '{"scope":"all","forMs":7200000}' },
    ]);
  });

  test("what a role may not do is not offered", async (t) => {
    const viewer = await open(t, "well", "#/service", "viewer");
    await viewer.getByText("You may look, and change nothing").waitFor();
    assert.equal(await viewer.locator("main button, main select").count(), 0);
    const operator = await open(t, "well", "#/service", "operator");
    await operator.getByRole("button", { name: "Stop", exact: true }).waitFor();
    assert.equal(await operator.getByText("Reboot the server").count(), 0);
    const settings = await open(t, "well", "#/settings", "operator");
    await settings.getByText("Only an administrator").waitFor();
  });

  test("language and colours are chosen, shown at once and kept", async (t) => {
    const page = await open(t, "well");
    await page.locator("footer select").first().selectOption("ja");
    await page.getByText("すべて正常です").waitFor();
    await page.locator("footer select").nth(1).selectOption("dark");
    await page.reload();
    await page.getByText("すべて正常です").waitFor();
    assert.equal(await page.evaluate("document.documentElement.dataset.theme"), "dark");
    await page.locator("footer select").first().selectOption("zh");
    await page.getByText("一切正常").waitFor();
  });

  test("the reason of a reboot stays until somebody has seen it", async (t) => {
    const page = await open(t, "after-reboot");
    await page.getByText("Why did the server reboot?").waitFor();
    await page.reload();
    await page.getByRole("button", { name: "I have seen it" }).click();
    await page.getByText("Why did the server reboot?").waitFor({ state: "detached" });
    await page.reload();
    await page.locator(".alerts li").first().waitFor();
    assert.equal(await page.getByText("Why did the server reboot?").count(), 0);
  });

  test("of two hundred groups the ones that are not well are open, and a name is found", async (t) => {
    const page = await open(t, "large");
    await page.locator(".tree").waitFor();
    const opened = page.locator('.kind-group[aria-expanded="true"] .label');
    assert.deepEqual(await opened.allInnerTexts(), ["tenant-058", "tenant-134"]);
    await page.keyboard.press("/");
    await page.keyboard.type("tenant-07");
    await page.locator('[data-key="group:tenant-080"]').waitFor({ state: "detached" });
    assert.equal(await page.locator(".kind-group").count(), 10);
  });
});

async function focused(page: Page): Promise<string> {
  return String(await page.evaluate("document.activeElement?.textContent ?? ''"));
}

async function focusedRole(page: Page): Promise<string> {
  return String(await page.evaluate("document.activeElement?.getAttribute('role') ?? ''"));
}
