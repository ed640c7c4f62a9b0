import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandAnswer } from "../../src/api/answers.ts";
import { drillReport, event, fakeAgent, monitorStatus, serverStatus } from "./fake-agent.ts";
import { cli, scratch } from "./run-cli.ts";

const DONE: CommandAnswer = { outcome: "done", reason: "", events: [] };

const DRILL_KILL = { kind: "kill", target: "a/b", forMs: 60_000 };

/** Commands that end in one call: what is typed, which route is asked, and with what. */
const CALLS: readonly (readonly [readonly string[], string, object])[] = [
  [["start", "shop"], "start", { name: "shop", waitMs: 3_600_000 }],
  [["stop", "shop/web", "--no-wait"], "stop", { name: "shop/web", waitMs: 0 }],
  [["restart", "shop", "--timeout", "90s"], "restart", { name: "shop", waitMs: 90_000 }],
  [["suspend"], "suspend", { scope: "all" }],
  [["suspend", "all", "--for", "30m"], "suspend", { scope: "all", forMs: 1_800_000 }],
  [["suspend", "shop", "--until-i-say"], "suspend", { scope: "group:shop", forMs: null }],
  [["resume", "page"], "resume", { scope: "monitor:page" }],
  [["resume", "group:gone"], "resume", { scope: "group:gone" }],
  [["rehearse", "page"], "rehearse", { monitor: "page", isOn: true }],
  [["rehearse", "page", "--end"], "rehearse", { monitor: "page", isOn: false }],
  [["clear"], "clear", { name: null }],
  [["clear", "shop/web"], "clear", { name: "shop/web" }],
  [["reboots", "clear"], "clearReboots", {}],
  [
    ["message", "page", "failed", "tape", "full"],
    "message",
    { monitor: "page", outcome: "failed", text: "tape full" },
  ],
  [["drill", "kill", "a/b", "--no-wait"], "drillBegin", DRILL_KILL],
  [
    ["drill", "slow", "a/b", "--for", "5s", "--pause", "1s", "--no-wait"],
    "drillBegin",
    { ...DRILL_KILL, kind: "slow", forMs: 5000, pauseMs: 1000 },
  ],
  [["drill", "end"], "drillEnd", {}],
  [["drill", "list"], "drills", {}],
  [["drill", "show", "3"], "drill", { id: "3" }],
];

for (const [typed, route, request] of CALLS) {
  test(`solosafe ${typed.join(" ")} asks ${route}`, async (context) => {
    const state = scratch(context);
    const done = () => DONE;
    const seen = await fakeAgent(context, state, {
      status: () => serverStatus(),
      start: done,
      stop: done,
      restart: done,
      suspend: done,
      resume: done,
      rehearse: done,
      clear: done,
      clearReboots: done,
      message: () => ({ monitor: "page" }),
      drillBegin: () => drillReport(),
      drillEnd: () => drillReport(),
      drills: () => ({ drills: [drillReport()], planned: [] }),
      drill: () => drillReport(),
    });
    const said = await cli(typed, { environment: { SOLOSAFE_STATE: state } });
    assert.equal(said.code, 0, said.err);
    const last = seen.at(-1);
    assert.equal(last?.route, route);
    const expected =
      "scope" in request && !("forMs" in request) && route === "suspend"
        ? { ...request, forMs: 7_200_000 }
        : request;
    assert.deepEqual(last?.request, expected);
    assert.notEqual(said.out, "");
  });
}

test("what the agent refuses, fails or breaks at has its own exit code and hint", async (context) => {
  const state = scratch(context);
  const environment = { SOLOSAFE_STATE: state };
  const error = { code: "x/y", message: "no such thing", hint: "Look at `solosafe status`." };
  await fakeAgent(context, state, {
    start: { status: 404, error },
    stop: { status: 409, error },
    clear: { status: 403, error },
    reboots: { status: 500, error },
    restart: () => ({ outcome: "failed", reason: "it does not start", events: [event(1)] }),
    rehearse: () => ({ outcome: "accepted", reason: "", events: [event(1)] }),
  });
  const refused = await cli(["start", "a"], { environment });
  assert.equal(refused.code, 2);
  assert.match(refused.err, /no such thing\n {2}Look at `scripts\/solosafe status`\./);
  assert.equal((await cli(["stop", "a"], { environment })).code, 4);
  assert.equal((await cli(["clear"], { environment })).code, 4);
  assert.equal((await cli(["reboots"], { environment })).code, 70);
  const failed = await cli(["restart", "a"], { environment });
  assert.equal(failed.code, 5);
  assert.match(failed.err, /stayed ok and is cured.*\n.*it does not start/);
  const accepted = await cli(["rehearse", "a"], { environment });
  assert.equal(accepted.code, 0);
  assert.match(accepted.out, /Accepted; it goes on/);
});

test("a name that is neither group nor monitor proposes what was meant", async (context) => {
  const state = scratch(context);
  const environment = { SOLOSAFE_STATE: state };
  const monitors = [monitorStatus(), monitorStatus({ name: "shop" })];
  await fakeAgent(context, state, { status: () => serverStatus({ monitors }) });
  const near = await cli(["suspend", "pag"], { environment });
  assert.equal(near.code, 2);
  assert.match(near.err, /Did you mean `page`\?/);
  const both = await cli(["suspend", "shop"], { environment });
  assert.equal(both.code, 2);
  assert.match(both.err, /`group:shop` or `monitor:shop`/);
  const resource = await cli(["suspend", "shop/web"], { environment });
  assert.match(resource.err, /suspended with its group: `shop`/);
});

test("status is one screen, exit 0 when well", async (context) => {
  const state = scratch(context);
  await fakeAgent(context, state, { status: () => serverStatus() });
  const said = await cli(["status"], { environment: { SOLOSAFE_STATE: state } });
  assert.equal(said.code, 0);
  assert.equal(
    said.out,
    [
      "host7: all is well (mode enforce; agent 0.1.0, pid 77, for 5s)",
      "  Server-level actions (reboot, poweroff, reset, panic) are simulated: decided and written down, never done.",
      "",
      'group shop "Web shop": active for 1m',
      "  shop/web  active  1m  pid 501 502 503 and 1 more, by cgroup",
      "",
      "monitors",
      "  page  http  ok  1m5s  shop/web  status 200",
    ].join("\n"),
  );
});

test("status says what is not well, since when, and what waits; exit 1", async (context) => {
  const state = scratch(context);
  const failed = monitorStatus({ status: "failed", reason: "status 500" });
  await fakeAgent(context, state, {
    status: () =>
      serverStatus({
        isHealthy: false,
        monitors: [failed, monitorStatus({ name: "two", status: "suspect", failures: 1 })],
        suspensions: [{ scope: "group:shop", by: "ann", lastsMs: 1, leftMs: null }],
        incidents: [
          {
            id: "20260131-1",
            group: "shop",
            openedWall: 0,
            lastsMs: 62_000,
            cause: "page",
            members: ["page"],
            steps: [
              {
                step: "reactivation",
                target: "shop/web",
                wall: 0,
                result: null,
                tookMs: null,
                isSimulated: false,
              },
              {
                step: "reboot",
                target: "server",
                wall: 0,
                result: null,
                tookMs: null,
                isSimulated: true,
              },
            ],
            waitingFor: "a person",
          },
        ],
      }),
  });
  const said = await cli(["status"], { environment: { SOLOSAFE_STATE: state } });
  assert.equal(said.code, 1);
  assert.match(said.out, /^host7: not all is well/);
  assert.match(said.out, /Suspended: group:shop, until somebody resumes it \(by ann\)/);
  assert.match(said.out, /two .* suspect .* 1 of 2 forgiven/);
  assert.match(said.out, /incident 20260131-1 of group shop, open for 1m2s: page/);
  assert.match(
    said.out,
    /reactivation of shop\/web: runs\n.*reboot of server: simulated\n {2}waits: a person$/,
  );
});

test("a server without a title is this server", async (context) => {
  const state = scratch(context);
  await fakeAgent(context, state, { status: () => serverStatus({ server: "" }) });
  const said = await cli(["status"], { environment: { SOLOSAFE_STATE: state } });
  assert.match(said.out, /^This server: all is well/);
});

test("works again, but not cured yet, is neither well nor ill", async (context) => {
  const state = scratch(context);
  const incident = {
    id: "i",
    group: null,
    openedWall: 0,
    lastsMs: 1,
    cause: "page",
    members: [],
    steps: [],
    waitingFor: null,
  };
  await fakeAgent(context, state, {
    status: () => serverStatus({ isHealthy: false, incidents: [incident] }),
  });
  const said = await cli(["status"], { environment: { SOLOSAFE_STATE: state } });
  assert.equal(said.code, 1);
  assert.match(said.out, /^host7: works again; an incident is open until it has stayed so/);
});

test("events --since reads back page by page until it is old enough", async (context) => {
  const state = scratch(context);
  const now = Date.now();
  const all = Array.from({ length: 2500 }, (_, at) => event(at + 1, now - (2500 - at) * 1000));
  const seen = await fakeAgent(context, state, {
    events: ({ before, limit }) => {
      const end = before === undefined ? all.length : Number(before) - 1;
      const events = all.slice(Math.max(0, end - Number(limit)), end);
      return { events, firstSeq: 1, lastSeq: 2500 };
    },
  });
  const said = await cli(["events", "--since", "35m", "--json"], {
    environment: { SOLOSAFE_STATE: state },
  });
  assert.equal(said.code, 0, said.err);
  const lines = said.out.split("\n").map((line) => JSON.parse(line).seq);
  assert.equal(lines.at(-1), 2500);
  assert.ok(lines.length >= 2099 && lines.length <= 2100, String(lines.length));
  assert.equal(new Set(lines).size, lines.length, "none twice");
  assert.equal(seen.length, 3);
});

test("events --follow goes on when the agent goes, and misses and repeats nothing", async (context) => {
  const state = scratch(context);
  let streams = 0;
  await fakeAgent(context, state, {
    events: () => ({ events: [event(1)], firstSeq: 1, lastSeq: 1 }),
    // Each stream carries one event and ends, as when the agent is restarted.
    eventStream: ({ after }) => {
      streams += 1;
      return { type: "event", event: event(Number(after) + 1) };
    },
  });
  let press = (): void => {};
  const shown: number[] = [];
  const said = await cli(["events", "--follow", "--json"], {
    environment: { SOLOSAFE_STATE: state },
    onReady: (pressed) => {
      press = pressed;
    },
    onOut: (text) => {
      shown.push(JSON.parse(text).seq);
      if (shown.length === 3) press();
    },
  });
  assert.equal(said.code, 0);
  assert.deepEqual(shown, [1, 2, 3]);
  assert.equal(streams, 2);
  assert.match(said.err, /The agent is gone; waiting for it\. Ctrl-C ends\.\nThe agent is back\./);
});

test("explain and monitor show speak in sentences", async (context) => {
  const state = scratch(context);
  const environment = { SOLOSAFE_STATE: state };
  const statements = [
    { id: "ladder-exhausted", fields: { monitor: "page" } },
    { id: "moon-is", fields: { phase: "full" } },
  ];
  await fakeAgent(context, state, {
    explain: () => ({ name: "page", kind: "monitor", statements, events: [event(1)] }),
    monitor: () => ({
      monitor: monitorStatus(),
      params: { url: "http://x/", status: [200] },
      cannotDetect: "what lies behind it.",
      statements,
    }),
  });
  const explained = await cli(["explain", "page"], { environment });
  assert.match(
    explained.out,
    /^monitor `page`\n {2}All steps were taken\. Repair it, then `scripts\/solosafe clear page`\./,
  );
  assert.match(explained.out, /\n {2}moon-is phase full\n/);
  assert.match(
    explained.out,
    /What happened:\n {2}\d{4}-\d\d-\d\d .* `page` stayed ok and is cured/,
  );
  const shown = await cli(["monitor", "show", "page"], { environment });
  assert.match(shown.out, /reactivations {4}1 of 3/);
  assert.match(shown.out, /status {11}\[200\]/);
  assert.match(shown.out, /It cannot detect: what lies behind it\./);
});

test("watch starts the program, reports it, and ends it again when it is refused", async (context) => {
  const state = scratch(context);
  const environment = { SOLOSAFE_STATE: state };
  const seen = await fakeAgent(context, state, {
    watch: { status: 409, error: { code: "watch/no-group", message: "there is no group g" } },
  });
  const typed = ["watch", "--group", "g", "--name", "n", "--", "sleep", "60"];
  const said = await cli(typed, { environment });
  assert.equal(said.code, 4);
  assert.match(said.err, /there is no group g/);
  const pid = Number(seen[0]?.request["pid"]);
  assert.ok(pid > 1);
  const deadline = performance.now() + 60_000;
  while (isThere(pid) && performance.now() < deadline)
    await new Promise((done) => setTimeout(done, 10));
  assert.equal(isThere(pid), false);
  const missing = await cli(["watch", "--group", "g", "--name", "n", "--", "/no/such"], {
    environment,
  });
  assert.equal(missing.code, 5);
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a drill shows what happens, and then its report; exit 1 when nobody noticed", async (context) => {
  const state = scratch(context);
  const environment = { SOLOSAFE_STATE: state };
  let asked = 0;
  const running = drillReport({ verdict: "running", recoveredMs: null });
  await fakeAgent(context, state, {
    drillBegin: () => running,
    drill: () => {
      asked += 1;
      return asked === 1 ? { ...running, events: [event(1, 3000)] } : drillReport();
    },
  });
  const said = await cli(["drill", "kill", "shop/web"], { environment });
  assert.equal(said.code, 0, said.err);
  const lines = said.out.split("\n");
  assert.equal(lines[0], "Drill 3: KILL was sent to process 501 of shop/web.");
  assert.match(lines[2] ?? "", /^ {2}00:03 {2}Monitor `page`/);
  assert.match(said.out, /detected +after 0\.4s, by web-process/);
  assert.equal(lines.at(-1), "It was found and healed in 2.1s.");
});

test("what a drill ended with is one sentence", async (context) => {
  const state = scratch(context);
  const environment = { SOLOSAFE_STATE: state };
  let report = drillReport();
  await fakeAgent(context, state, { drill: () => report });
  for (const [change, want] of [
    [{ verdict: "not-detected", detectedMs: null, recoveredMs: null }, /No monitor found it/],
    [{ verdict: "not-recovered", recoveredMs: null }, /something is still not well\.$/],
    [{ verdict: "not-recovered", recoveredMs: null, mode: "observe" }, /In observe mode nothing/],
    [{ verdict: "cut-short", recoveredMs: null }, /ended before it was over/],
    [{ verdict: "running", recoveredMs: null }, /still running; `scripts\/solosafe drill end/],
    [{ undoFault: "ip: no such thing" }, /could not be undone: ip: no such thing\. Undo it by/],
    [
      { kind: "freeze", recoveredMs: 9000, undoneMs: 8000, steps: 0 },
      /well again when the fault was undone; no step was needed/,
    ],
  ] as const) {
    report = drillReport(change);
    const said = await cli(["drill", "show"], { environment });
    assert.match(said.out, want);
  }
});

test("monitors show when they, and each step, were last proven, with a warning after 90 days", async (context) => {
  const state = scratch(context);
  const environment = { SOLOSAFE_STATE: state };
  const now = Date.now();
  const old = monitorStatus({
    name: "old",
    proven: {
      sinceWall: now - 200 * 86_400_000,
      detected: { provenWall: now - 100 * 86_400_000, isOld: true },
      steps: [
        { step: "reactivation", provenWall: now - 3 * 86_400_000, isOld: false },
        { step: "reboot", provenWall: null, isOld: true },
      ],
    },
  });
  await fakeAgent(context, state, {
    monitors: () => ({ monitors: [monitorStatus(), old] }),
    monitor: () => ({ monitor: old, params: {}, cannotDetect: "Nothing.", statements: [] }),
  });
  const list = await cli(["monitor", "list"], { environment });
  assert.match(list.out, /\n {2}page .* never +status 200\n {2}old .* 100d ago +status 200\n\nNot/);
  assert.match(list.out, /Not proven for 90 days: 1\./);
  const shown = await cli(["monitor", "show", "old"], { environment });
  assert.match(
    shown.out,
    /last proven +100d ago, it found a failure on .*, not proven for 90 days\n/,
  );
  assert.match(shown.out, /reactivation +3d ago, it was done on/);
  assert.match(shown.out, /reboot +never, not proven for 90 days/);
});
