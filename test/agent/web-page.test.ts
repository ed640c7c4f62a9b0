/** Where the page is said to be for who sits at this server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WebPage, type WebPageParts } from "../../src/agent/access/web-page.ts";

const PARTS = {
  clock: { wall: () => 1 },
  store: { accounts: { users: [] }, fault: null },
  sessions: { count: () => 0 },
  config: () => ({ page: { port: 29_003, isPublic: null } }),
};

test("a code is for an address that only this server has, and the port that is really open", () => {
  const page = new WebPage(PARTS as unknown as WebPageParts);
  const told = { fingerprint: null, fault: null };
  assert.equal(page.localAddress(), "http://127.0.0.1:29003/");
  page.take({ ...told, addresses: ["https://shop:4001", "http://127.0.0.1:4001"] });
  assert.equal(page.localAddress(), "http://127.0.0.1:4001/");
  page.take({ ...told, addresses: ["http://127.0.0.1:80@evil.example"] });
  assert.equal(page.localAddress(), "http://127.0.0.1:29003/");
});
