/** Every view of the page with something to see in it. */
import type { Role } from "../../src/api/route.ts";
import type { Page } from "./browser.ts";
import type { Mock } from "./mock-server.ts";
import type { StoryName } from "./mock-stories.ts";

export interface Scene {
  readonly name: string;
  readonly story: StoryName;
  /** The part of the address behind the host. */
  readonly at: string;
  readonly role?: Role;
  readonly isSignedOut?: boolean;
  /** A window lies over it: only what is seen of the page belongs to the picture. */
  readonly isWindow?: boolean;
  /** What a person does first. */
  readonly act?: (page: Page, mock: Mock) => Promise<void>;
}

export const SCENES: readonly Scene[] = [
  { name: "sign-in", story: "well", at: "", isSignedOut: true },
  {
    name: "sign-in-code",
    story: "well",
    at: "",
    isSignedOut: true,
    act: async (page) => await page.locator("form .quiet-button").click(),
  },
  {
    name: "sign-in-wrong",
    story: "well",
    at: "",
    isSignedOut: true,
    act: async (page) => {
      await page.locator("input[name=user]").fill("admin");
      await page.locator("input[name=password]").fill("wrong");
      await page.locator(".main-button").click();
      await page.locator(".notice").waitFor();
    },
  },
  { name: "well", story: "well", at: "#/" },
  { name: "well-monitor", story: "well", at: "#/monitor/shop-answers" },
  { name: "well-group", story: "well", at: "#/group/web" },
  { name: "well-resource", story: "well", at: "#/resource/web/shop" },
  { name: "recovering", story: "recovering", at: "#/" },
  { name: "recovering-monitor", story: "recovering", at: "#/monitor/shop-answers" },
  { name: "settling", story: "settling", at: "#/" },
  { name: "blocked", story: "blocked", at: "#/" },
  { name: "blocked-resource", story: "blocked", at: "#/resource/web/shop" },
  { name: "suspended", story: "suspended", at: "#/" },
  { name: "after-reboot", story: "after-reboot", at: "#/" },
  { name: "empty", story: "empty", at: "#/" },
  { name: "large", story: "large", at: "#/", isWindow: true },
  { name: "hostile", story: "hostile", at: "#/" },
  {
    name: "agent-down",
    story: "well",
    at: "#/",
    act: async (page, mock) => {
      await page.locator(".tree").waitFor();
      mock.condition = "agent-down";
      mock.cut();
      await page.locator(".across").waitFor();
    },
  },
  {
    name: "connection-lost",
    story: "well",
    at: "#/",
    act: async (page, mock) => {
      await page.locator(".tree").waitFor();
      mock.condition = "gone";
      mock.cut();
      await page.locator(".across").waitFor();
    },
  },
  { name: "alerts", story: "blocked", at: "#/alerts" },
  {
    name: "alerts-none",
    story: "blocked",
    at: "#/alerts",
    act: async (page) => {
      await page.locator("input[type=search]").fill("zzz");
      await page.locator(".alerts li").first().waitFor({ state: "detached" });
    },
  },
  { name: "incident", story: "blocked", at: "#/incident/20261121-14" },
  { name: "logs", story: "well", at: "#/logs" },
  { name: "settings", story: "well", at: "#/settings" },
  { name: "settings-viewer", story: "well", at: "#/settings", role: "viewer" },
  { name: "service", story: "suspended", at: "#/service" },
  { name: "service-viewer", story: "well", at: "#/service", role: "viewer" },
  {
    name: "confirm",
    story: "well",
    at: "#/service",
    isWindow: true,
    act: async (page) => {
      await page.locator("button.danger").first().click();
      await page.locator("dialog[open]").waitFor();
    },
  },
  {
    name: "keys",
    story: "well",
    at: "#/",
    isWindow: true,
    act: async (page) => {
      await page.locator(".tree").waitFor();
      await page.keyboard.press("?");
      await page.locator("dialog[open]").waitFor();
    },
  },
];

/** Brings the page to a scene, and waits until it is there to be seen. */
export async function showScene(mock: Mock, page: Page, scene: Scene): Promise<void> {
  mock.condition = "up";
  const { hostname } = new URL(mock.address);
  const cookie = (name: string, value: string) => ({ name, value, domain: hostname, path: "/" });
  await page.context().clearCookies();
  await page
    .context()
    .addCookies([
      cookie("story", scene.story),
      ...(scene.isSignedOut === true ? [] : [cookie("role", scene.role ?? "administrator")]),
    ]);
  // Another part behind the # alone would load nothing anew.
  await page.goto(`${mock.address}?scene=${scene.name}${scene.at}`);
  await page.locator("h1").first().waitFor();
  await scene.act?.(page, mock);
  await page.locator(".loading").first().waitFor({ state: "detached" });
}
