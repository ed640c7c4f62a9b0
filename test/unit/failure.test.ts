import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE, SECOND } from "../../src/base/duration.ts";
import { createModel } from "../../src/core/model.ts";
import { simulateFailure } from "../../src/simulate/failure.ts";
import { parseScenario } from "../../src/simulate/parse.ts";

const model = createModel(
  parseScenario(`group shop: web, app after web
resource shop/app: ready
monitor page on shop/app: retries 2, reactivate 3, restart 1, final reboot
monitor banner on shop/web: retries 0, reactivate 1, restart 0
monitor gateway on nothing
monitor heat on server: retries 0, final poweroff
`).spec,
);

const ENDS: readonly (readonly [string, number | null, RegExp])[] = [
  ["page", 20 * SECOND, /^It ends with nothing done: the failures are forgiven\.$/],
  ["page", 2 * MINUTE, /^It ends cured after 12m: \d steps of recovery, 0 server-level actions\.$/],
  [
    "page",
    null,
    /^It ends failed and alerted: a reboot did not help; \d+ steps of recovery, 1 server-level actions\.$/,
  ],
  ["banner", null, /^It ends failed and alerted, recovery exhausted: 1 steps/],
  ["gateway", null, /^It stays failed and is alerted daily: nothing is recovered\.$/],
  [
    "heat",
    null,
    /^It ends with the server switched off: 0 steps of recovery, 1 server-level actions\.$/,
  ],
];

for (const [monitor, forMs, want] of ENDS) {
  test(`${monitor} fails ${forMs === null ? "for good" : `for ${forMs / SECOND} s`}`, () => {
    const { lines, end } = simulateFailure(model, monitor, forMs);
    assert.match(end, want);
    assert.ok(lines.length > 0 && lines.length <= 40, `${lines.length} lines are not one screen`);
    assert.match(lines[0] ?? "", new RegExp(`^00:00 {2}${monitor} failed`));
  });
}

test("the same failure is told the same way twice", () => {
  assert.deepEqual(simulateFailure(model, "page", null), simulateFailure(model, "page", null));
});
