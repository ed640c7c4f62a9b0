/** The guard as it is installed, as a process, with stand-ins that say what would be done. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { GuardMessage, GuardSettings } from "../../src/base/guard-message.ts";
import { CHARGED, GuardLab, type Place, SETTINGS } from "./guard-lab.ts";

const REBOOT: GuardMessage = {
  is: "order",
  order: { id: "g1", kind: "reboot", reason: "page failed", deadlineAt: Number.MAX_SAFE_INTEGER },
};
const RESET: GuardMessage = { is: "order", order: { ...REBOOT.order, id: "g9", kind: "reset" } };

async function withGuard(place: Place, story: (lab: GuardLab) => Promise<void>): Promise<void> {
  const lab = new GuardLab(place);
  try {
    await lab.ready();
    await story(lab);
  } finally {
    await lab.end();
  }
}

function settings(change: Partial<GuardSettings> = {}): GuardMessage {
  return { is: "settings", settings: { ...SETTINGS, ...change } };
}

const NOT_HERE: readonly (readonly [string, Place, RegExp])[] = [
  ["solosafe=off", { commandLine: "quiet solosafe=off" }, /switched off/],
  ["solosafe=observe", { commandLine: "solosafe=observe" }, /observe mode/],
  ["a container of systemd", { environment: "HOME=/\0container=lxc\0" }, /container/],
  ["a namespace of its own", { namespace: "pid:[4026532345]" }, /container/],
];

// They wait most of the time.
describe("the guard as a process", { concurrency: 2 }, () => {
  test("an order goes down the ladder, once", async () => {
    await withGuard({}, async (lab) => {
      lab.tell(settings(), CHARGED);
      await lab.line("feed");
      lab.tell(REBOOT, REBOOT);
      await lab.line("sysrq s");
      lab.tell(REBOOT);
      assert.equal(lab.report()?.orderId, "g1");
      assert.deepEqual(
        lab.lines.filter((line) => !line.startsWith("note")),
        [
          "arm auto: 60000 ms, panic",
          "feed",
          "last gasp: reboot was ordered: page failed",
          "ask init: reboot",
          "sysrq s",
        ],
      );
    });
  });

  test("groups that stopped and a stronger order are heeded", async () => {
    await withGuard({}, async (lab) => {
      lab.tell(settings({ gracefulTimeoutMs: 600_000 }), CHARGED, REBOOT);
      lab.tell({ is: "groups-stopped", id: "g1" });
      await lab.line("ask init: reboot");
      lab.tell(RESET);
      await lab.line("sysrq b");
      assert.equal(lab.lines.filter((line) => line.startsWith("sysrq")).length, 1);
    });
  });

  test("proofs that stop are a stall", async () => {
    await withGuard({}, async (lab) => {
      lab.tell(settings({ timeoutMs: 2000 }), CHARGED);
      lab.prove(4321);
      await lab.line("feed");
      await lab.until("a proof", () => lab.report()?.proofAt !== null);
      lab.stopProving();
      const at = await lab.line("sysrq c");
      assert.ok((await lab.line("last gasp: panic: no proof")) < at);
      assert.ok((await lab.line("sysrq b")) > at);
      assert.equal(lab.report()?.phase, "stalled");
    });
  });

  test("an agent that falls silent is named exactly, and killed once", async () => {
    await withGuard({}, async (lab) => {
      lab.tell(settings({ agentTimeoutMs: 1000 }), CHARGED);
      lab.prove(4321);
      lab.tell({ is: "beat", by: { pid: 5432, startTime: 77 } });
      await lab.line("kill 5432 77");
      await lab.until("it in the report", () => lab.report()?.agentKills === 1);
      const killedAt = lab.report()?.at ?? 0;
      await lab.until("another second", () => (lab.report()?.at ?? 0) > killedAt + 1500);
      assert.equal(lab.lines.filter((line) => line.startsWith("kill")).length, 1);
      assert.equal(lab.report()?.phase, "guarding");
    });
  });

  test("what is torn, too long or strange is counted, and what follows is understood", async () => {
    await withGuard({}, async (lab) => {
      lab.write('{"v":1,"is":"order","order":{"id":"x","kind":"res\n');
      lab.write("\0\xff\n\n[]\n");
      lab.write(`{"v":1,"is":"order","reason":"${"x".repeat(5000)}"}\n`);
      lab.write(
        '{"v":2,"is":"order","order":{"id":"x","kind":"reset","reason":"x","deadlineAt":0}}\n',
      );
      lab.write('{"v":1,"is":"beat","by":{"pid":1,"startTime":0}}\n');
      lab.tell(settings(), CHARGED);
      await lab.line("feed");
      await lab.until("them in the report", () => (lab.report()?.dropped ?? 0) >= 7);
      lab.tell(REBOOT);
      await lab.line("ask init: reboot");
      assert.equal(lab.lines.filter((line) => line.startsWith("sysrq")).length, 0);
    });
  });

  test("a flood of lines keeps it neither from feeding nor from an order", async () => {
    await withGuard({}, async (lab) => {
      lab.tell(settings({ timeoutMs: 4000 }), CHARGED);
      await lab.line("feed");
      const began = lab.report()?.at ?? 0;
      const lines = `${'{"v":1,"is":"beat","by":{"pid":4321,"startTime":1}}\n'.repeat(60)}`;
      let isFull = 0;
      await lab.until("feeding in a flood", () => {
        for (let count = 0; count < 50; count += 1) if (!lab.write(lines)) isFull += 1;
        const fedAt = lab.report()?.fedAt ?? 0;
        return isFull > 0 && fedAt > began + 1000;
      });
      await lab.until("room for an order", () => {
        lab.tell(RESET);
        return lab.lines.some((line) => line.startsWith("last gasp: reset"));
      });
      await lab.line("sysrq b");
    });
  });

  test("a stop closes the device", async () => {
    await withGuard({}, async (lab) => {
      lab.tell(settings(), CHARGED);
      await lab.line("feed");
      lab.child.kill("SIGTERM");
      assert.equal(await lab.ended, 0);
      assert.deepEqual(lab.lines.slice(-1), ["disarm"]);
      assert.equal(lab.report()?.device, null);
    });
  });

  test("the end of a shutdown leaves it armed", async () => {
    await withGuard({}, async (lab) => {
      lab.tell(settings(), CHARGED);
      await lab.line("feed");
      // What PID 1 becomes at the end: the same file, read once more.
      writeFileSync(join(lab.folder, "proc/1/comm"), "systemd-shutdow\n");
      lab.child.kill("SIGTERM");
      assert.equal(await lab.ended, 0);
      assert.deepEqual(lab.lines.slice(-1), ["set timeout: 600000 ms"]);
    });
  });

  test("a guard that was stopped judges nobody for it", async (t) => {
    await withGuard({}, async (lab) => {
      lab.tell(settings({ timeoutMs: 8000 }), CHARGED);
      lab.prove(4321);
      await lab.until("a proof", () => lab.report()?.proofAt !== null);
      lab.child.kill("SIGSTOP");
      lab.stopProving();
      await sleep(9000);
      const goneOn = monotonic();
      lab.child.kill("SIGCONT");
      await lab.until("a word after it", () => (lab.report()?.at ?? 0) > goneOn);
      lab.prove(4321);
      const provedAfter = monotonic() - goneOn;
      await lab.until("a proof after it", () => (lab.report()?.proofAt ?? 0) > goneOn);
      // Where the test itself was held up, nothing is shown.
      if (lab.heldUpMs > 3000 || provedAfter > 4000) return t.diagnostic("too busy to tell");
      assert.deepEqual(
        lab.lines.filter((line) => line.startsWith("sysrq") || line.startsWith("kill")),
        [],
      );
      assert.equal(lab.report()?.phase, "guarding");
    });
  });

  test("once it is armed it opens nothing: without a single descriptor it acts all the same", async () => {
    await withGuard({}, async (lab) => {
      lab.tell(settings(), CHARGED);
      lab.prove(4321);
      await lab.line("feed");
      const set = spawnSync("prlimit", ["--pid", String(lab.child.pid), "--nofile=0:0"]);
      assert.equal(set.status, 0, String(set.stderr));
      lab.tell(REBOOT);
      await lab.line("ask init: reboot");
      await lab.line("sysrq s");
      const { at = 0 } = lab.report() ?? {};
      await lab.until("a later report", () => (lab.report()?.at ?? 0) > at);
      lab.tell({ is: "order", order: { ...REBOOT.order, id: "g2", kind: "panic" } });
      await lab.line("sysrq c");
      await lab.line("sysrq b");
    });
  });

  test("it knows the settings of the last time, and feeds at once what was left armed", async () => {
    const device = { path: "/dev/none", identity: "x", isSoftware: true, timeoutMs: 60_000 };
    await withGuard({ cached: SETTINGS, before: { v: 1, at: 1, device } }, async (lab) => {
      await lab.line("feed");
      await lab.line("arm auto: 60000 ms, panic");
    });
  });

  test("settings on a disk that hangs keep it from nothing, not from leaving either", async () => {
    const device = { path: "/dev/none", identity: "x", isSoftware: true, timeoutMs: 60_000 };
    await withGuard({ isCacheHung: true, before: { v: 1, at: 1, device } }, async (lab) => {
      await lab.line("feed");
      lab.tell(settings(), CHARGED);
      await lab.line("arm auto: 60000 ms, panic");
      lab.child.kill("SIGTERM");
      await lab.ended;
      assert.ok(lab.lines.includes("disarm"));
    });
  });

  for (const [what, place, why] of NOT_HERE) {
    test(`${what}: nothing is opened, and the report says why`, async () => {
      await withGuard({ ...place, cached: SETTINGS }, async (lab) => {
        lab.tell(settings(), CHARGED, RESET);
        await lab.until("a refusal", () => lab.report()?.refusal !== null);
        const report = lab.report();
        assert.equal(report?.phase, "idle");
        assert.match(report?.deviceFault ?? "", why);
        assert.deepEqual(
          lab.lines.filter((line) => !line.startsWith("note")),
          [],
        );
      });
    });
  }

  test("without a folder it says how it is called", () => {
    const main = new URL("../../src/guard/main.ts", import.meta.url).pathname;
    const ended = spawnSync(process.execPath, [decodeURIComponent(main)], { encoding: "utf8" });
    assert.equal(ended.status, 2);
    assert.match(ended.stderr, /^usage: /);
  });
});

/** The clock of the guard's report. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
