/** What of a monitor's parameters is shown to everybody who may see it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shownParams } from "../../src/agent/shown-params.ts";

test("names stay, and values that may be secrets go", () => {
  const given = {
    url: "https://admin:hunter2@shop.example.org/health?key=k3y&deep=1#top",
    headers: { "X-Customer": "plain-looking" },
    environment: { MODE: "s3same", EMPTY: "" },
    body: '{"pin":1234}',
    run: ["/opt/check", "--password", "w0rd", "https://shop.example.org/?pin=99", "--fast"],
    directory: "/opt/shop?really=1",
    status: ["200-399", 404],
    "max-latency": "2s",
    "verify-tls": true,
    nested: { address: "redis://:pa55@cache:6379/0", none: null },
  };
  const shown = shownParams(given);
  assert.deepEqual(shown, {
    url: "https://[removed]@shop.example.org/health?key=[removed]&deep=[removed]#top",
    headers: { "X-Customer": "[removed]" },
    environment: { MODE: "[removed]", EMPTY: "[removed]" },
    body: "[removed]",
    run: [
      "/opt/check",
      "--password",
      "[removed]",
      "https://shop.example.org/?pin=[removed]",
      "--fast",
    ],
    directory: "/opt/shop?really=1",
    status: ["200-399", 404],
    "max-latency": "2s",
    "verify-tls": true,
    nested: { address: "redis://[removed]@cache:6379/0", none: null },
  });
  assert.equal(given.body, '{"pin":1234}', "what is worked with stays as it is");
});
