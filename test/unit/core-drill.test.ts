/** When nothing may be broken on purpose: what the policy says of the states of played scenarios. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drillKind, drillVerdict } from "../../src/api/drill-answers.ts";
import { DRILL_MAX_MS as MAX_OF_CONTRACT } from "../../src/api/route.ts";
import { DRILL_KINDS, DRILL_MAX_MS, DRILL_VERDICTS, type DrillKind } from "../../src/base/drill.ts";
import { drilledGroup, drilledResource, drillHindrance } from "../../src/core/drill.ts";
import { createModel } from "../../src/core/model.ts";
import { parseScenario } from "../../src/simulate/parse.ts";
import { playScenario } from "../../src/simulate/play.ts";
import type { Step } from "../../src/simulate/world.ts";

const MODEL = `
reboots: limit 1
group shop: web, app after web
group mail: box
monitor page on shop/app: retries 1, interval 30s, reactivate 2, final none
monitor space on server: always, final none
monitor box-process watches mail/box: reactivate 3, final none
window night: shop
`;

function after(lines: string): Step {
  let last: Step | null = null;
  playScenario(parseScenario(`${MODEL}\n${lines}\n`), (step) => {
    last = step;
  });
  assert.ok(last);
  return last;
}

const cases: readonly [
  what: string,
  lines: string,
  kind: DrillKind,
  target: string,
  because: string | null,
][] = [
  ["all is well", "01:00 time passes", "kill", "shop/app", null],
  ["a monitor of the server is broken", "01:00 time passes", "fill", "space", null],
  ["a monitor is suspect", "00:00 page failed x1\n00:01 end", "kill", "mail/box", "not-well page"],
  [
    "an incident is open",
    "00:00 space failed x3\n02:00 end",
    "kill",
    "mail/box",
    "incident server",
  ],
  ["it is being restarted", "00:00 person restarts mail\n00:01 end", "kill", "shop/app", "busy "],
  ["it is suspended", "00:00 person suspends shop\n01:00 end", "kill", "page", "suspended shop"],
  [
    "a window is open",
    "00:00 window night opens for 1h\n01:00 end",
    "kill",
    "shop/web",
    "suspended shop",
  ],
  [
    "its monitor is suspended",
    "00:00 person suspends page\n01:00 end",
    "slow",
    "page",
    "suspended page",
  ],
  ["another is suspended", "00:00 person suspends shop\n01:00 end", "kill", "mail/box", null],
  ["it is stopped", "00:00 person stops mail\n01:00 end", "kill", "mail/box", "not-active mail"],
  [
    "packages are installed",
    "00:00 package work begins\n01:00 end",
    "kill",
    "mail/box",
    "package-work ",
  ],
  ["the server goes down", "00:00 shutdown begins\n01:00 end", "kill", "mail/box", "going-down "],
  [
    "saves fail",
    "00:00 saves fail\n00:01 person stops shop\n01:00 end",
    "kill",
    "mail/box",
    "not-saved ",
  ],
  ["it was rebooted", "00:00 watchdog bites\n05:00 end", "kill", "mail/box", "reboot-limit "],
  [
    "nobody is to be rebooted",
    "00:00 config: reboots: limit 0\n01:00 end",
    "kill",
    "mail/box",
    null,
  ],
  ["nothing is done", "00:00 config: mode observe\n01:00 end", "kill", "mail/box", "observe "],
];
for (const [what, lines, kind, target, because] of cases) {
  test(`${what}: ${kind} of ${target} ${because === null ? "may be made" : `waits (${because})`}`, () => {
    const { model, after: state } = after(lines);
    const found = drillHindrance(model, state, kind, target);
    assert.equal(found === null ? null : `${found.because} ${found.name}`, because);
  });
}

test("a monitor that is not judged yet cannot notice", () => {
  const { model, after: state } = after("00:00 time passes");
  const monitors = state.monitors.with("page", {
    ...state.monitors.get("page"),
    status: { is: "waiting" },
  });
  const found = (target: string) => drillHindrance(model, { ...state, monitors }, "kill", target);
  assert.deepEqual(found("shop/web"), { because: "not-judged", name: "page" });
  assert.equal(found("mail/box"), null);
});

test("what a drill breaks: a resource, the one of a monitor, the only one of a group", () => {
  const model = createModel(parseScenario(`${MODEL}\n00:00 end\n`).spec);
  const targets: readonly [string, string | undefined][] = [
    ["shop/web", "shop/web"],
    ["page", "shop/app"],
    ["box-process", "mail/box"],
    ["mail", "mail/box"],
    ["shop", undefined],
    ["space", undefined],
    ["nothing", undefined],
  ];
  for (const [target, want] of targets) assert.equal(drilledResource(model, target)?.id, want);
  assert.equal(drilledGroup(model, "kill", "page"), "shop");
  assert.equal(drilledGroup(model, "fill", "page"), "shop");
  assert.equal(drilledGroup(model, "fill", "space"), null);
});

test("the contract knows the same drills", () => {
  assert.deepEqual(drillKind.options, DRILL_KINDS);
  assert.deepEqual(drillVerdict.options, DRILL_VERDICTS);
  assert.equal(MAX_OF_CONTRACT, DRILL_MAX_MS);
});
