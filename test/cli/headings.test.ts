/** The command line's own screens in three languages: read them in screens-*.txt. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { ConfigPlan } from "../../src/api/config-answers.ts";
import type { HeardServer } from "../../src/api/contract-heard.ts";
import type { DrillVerdict } from "../../src/base/drill.ts";
import { LANGUAGES } from "../../src/base/language.ts";
import { ENGLISH_HEADINGS } from "../../src/cli/headings/en.ts";
import { loadHeadings } from "../../src/cli/headings/headings.ts";
import { drillReport, fakeAgent, monitorStatus, serverStatus } from "./fake-agent.ts";
import { cli, scratch } from "./run-cli.ts";

const NOON = new Date(2026, 0, 31, 12).getTime();

const ILL = monitorStatus({
  status: "suspect",
  reason: "status 500",
  failures: 1,
  isSuspended: true,
  isRehearsed: true,
  isFlapping: true,
  isChronic: true,
  isEnabled: false,
  consequenceOf: "gateway",
  ladder: { ...monitorStatus().ladder, isExhausted: true },
  proven: {
    sinceWall: 0,
    detected: { provenWall: null, isOld: true },
    steps: [{ step: "group-restart", provenWall: null, isOld: false }],
  },
});

const PLAN: ConfigPlan = {
  isDifferent: true,
  changes: [{ key: "mode", kind: "changed", before: "enforce", after: "observe" }],
  moreChanges: 7,
  stops: ["shop/web", "shop/old"],
  starts: ["shop/web", "shop/new"],
  adopted: ["shop/back"],
  atNextStart: ["shop/app"],
  leftRunning: ["shop/gone"],
  anew: ["page"],
  gone: ["port"],
  withdrawn: [{ id: "20260131-1", scope: "shop" }],
  migration: ["`version: 1` is written at the top"],
};

const SHOP1: HeardServer = {
  name: "shop1",
  title: "Shop",
  state: "well",
  failed: [],
  announced: null,
  isSilent: false,
  agoMs: 12_000,
  silenceMs: 180_000,
};

const HEARD: HeardServer[] = [
  SHOP1,
  { ...SHOP1, name: "shop2", state: "failing", failed: ["page", "database"] },
  { ...SHOP1, name: "shop3", state: "going-down", announced: "reboot", agoMs: 300_000 },
  { ...SHOP1, name: "shop4", state: "leaving", isSilent: true, agoMs: 3_600_000 },
  { ...SHOP1, name: "shop5", state: null, isSilent: true, agoMs: null },
];

function illStatus() {
  const well = serverStatus();
  const [group] = well.groups;
  const [resource] = group?.resources ?? [];
  assert.ok(group && resource);
  return serverStatus({
    isHealthy: false,
    server: "",
    suspensions: [
      { scope: "group:shop", by: "ann", lastsMs: 5000, leftMs: null },
      { scope: "all", by: "bob", lastsMs: 5000, leftMs: 90_000 },
    ],
    heard: HEARD,
    notes: [
      ...Object.keys(ENGLISH_HEADINGS.notes).map((id) => ({ id, fields: {} })),
      { id: "events-lost", fields: { count: 3 } },
      { id: "log-lines-lost", fields: { count: 4 } },
      { id: "of-a-newer-agent", fields: {} },
    ],
    groups: [
      {
        ...group,
        phase: "inactive",
        goal: "inactive",
        isByPerson: true,
        waitsMs: 60_000,
        after: ["base"],
        resources: [
          {
            ...resource,
            phase: "stop-failed",
            pids: [1, 2, 3, 4, 5],
            starts: 3,
            blocked: "it could not be stopped",
            isStoppedByPerson: true,
            isStoppedOutside: true,
            awaiting: ["page"],
          },
        ],
      },
    ],
    monitors: [ILL],
    incidents: [
      {
        id: "20260131-1",
        group: "shop",
        lastsMs: 600_000,
        openedWall: NOON,
        cause: "page",
        members: ["page"],
        waitingFor: "a person",
        steps: [
          {
            step: "reactivation",
            target: "shop/web",
            wall: NOON,
            tookMs: 3000,
            result: "done",
            isSimulated: false,
          },
          {
            step: "reboot",
            target: "server",
            wall: NOON,
            tookMs: null,
            result: null,
            isSimulated: true,
          },
        ],
      },
    ],
  });
}

const CONFIG = `
groups: { shop: { resources: { web: { exec: /bin/true } } } }
monitors: { page: { tcp: "127.0.0.1:1", target: shop/web } }
`;

/** Every screen with fixed texts, one after the other. */
async function screens(context: TestContext, language: string): Promise<string> {
  const state = scratch(context);
  const config = join(state, "solosafe.yaml");
  writeFileSync(config, CONFIG);
  let status = illStatus();
  let report = drillReport({ beganWall: NOON });
  await fakeAgent(context, state, {
    status: () => status,
    monitors: () => ({ monitors: [ILL] }),
    monitor: () => ({
      monitor: ILL,
      params: {},
      statements: [],
      cannotDetect: "what it does not ask",
    }),
    drills: () => ({
      drills: [report, drillReport({ id: 2, undoFault: "no", beganWall: NOON, detectedMs: null })],
      planned: [
        {
          name: "web-dies",
          kind: "kill",
          target: "shop/web",
          window: "sunday",
          nextWall: NOON,
          isWaiting: false,
          last: { id: 3, wall: NOON, verdict: "not-recovered" },
          provenWall: NOON,
        },
        {
          name: "web-hangs",
          kind: "freeze",
          target: "shop/web",
          window: "sunday",
          nextWall: null,
          isWaiting: true,
          last: null,
          provenWall: null,
        },
      ],
    }),
    drill: () => report,
    planConfig: () => ({ isValid: true, problems: [], plan: PLAN, token: "t", obstacle: null }),
    applyConfig: () => ({ version: 4, undo: 3, changes: 8, restarted: ["shop/web"] }),
    configHistory: () => ({
      path: "/c.yaml",
      inForce: 2,
      isLastGood: true,
      versions: (["start", "rollback"] as const).map((kind, at) => ({
        id: at + 1,
        wall: NOON,
        by: "ann",
        message: "",
        kind,
        of: kind === "rollback" ? 1 : null,
        hash: `h${at}`,
      })),
    }),
  });
  const shown: string[] = [];
  const show = async (...typed: readonly string[]): Promise<void> => {
    const environment = { SOLOSAFE_STATE: state };
    const said = await cli([...typed, "--lang", language], { environment, said: "y" });
    const text = said.err === "" ? said.out : `${said.out}\n${said.err}`;
    const screen = `$ ${typed.join(" ")}\n${text.trimEnd()}\n`;
    shown.push(screen.replaceAll(state, "STATE"));
  };
  await show("status");
  status = serverStatus({ monitors: [] });
  await show("status");
  status = serverStatus({ isHealthy: false, incidents: illStatus().incidents });
  await show("status");
  await show("monitor", "list");
  await show("monitor", "show", "page");
  await show("drill", "list");
  for (const verdict of VERDICTS) {
    report = drillReport({ beganWall: NOON, verdict, isCut: verdict === "running" });
    await show("drill", "show");
  }
  report = drillReport({ beganWall: NOON, kind: "freeze", undoFault: "no such file" });
  await show("drill", "show");
  report = drillReport({
    beganWall: NOON,
    kind: "freeze",
    recoveredMs: 70_000,
    undoneMs: 60_000,
    steps: 0,
  });
  await show("drill", "show");
  await show("config", "diff", config);
  await show("config", "apply", config);
  await show("config", "history");
  await show("simulate", "--config", config);
  await show("simulate", "--config", config, "--fail", "page", "--for", "2m");
  return shown.join("\n");
}

const VERDICTS: readonly DrillVerdict[] = [
  "running",
  "recovered",
  "not-detected",
  "not-recovered",
  "cut-short",
];

for (const language of LANGUAGES) {
  test(`the screens in ${language} (UPDATE=1 rewrites them)`, async (context) => {
    const file = join(import.meta.dirname, `screens-${language}.txt`);
    const text = await screens(context, language);
    if (process.env["UPDATE"] === "1") writeFileSync(file, text);
    assert.equal(text, readFileSync(file, "utf8"));
  });
}

/** Plain texts, by where they stand. */
function leaves(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, `${path}.${key}`));
}

for (const language of LANGUAGES.filter((one) => one !== "en")) {
  test(`nothing plain is left in English in ${language}`, async () => {
    const texts = new Map(leaves(await loadHeadings(language), ""));
    const english = leaves(ENGLISH_HEADINGS, "");
    assert.ok(english.length > 80);
    for (const [path, text] of english) {
      const said = texts.get(path);
      assert.ok(said !== undefined && (text === "" || said !== text), path);
      const [commands, again] = [text, said].map((one) => one.match(/`[^`]*`|\d+/g) ?? []);
      assert.deepEqual(again, commands, path);
    }
  });
}
