import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import {
  ask,
  configure,
  isRunning,
  type Lab,
  markedWith,
  openLab,
  params,
  PROGRAMS,
  until,
} from "./lab.ts";

const WAYS = ["where-possible", "none"] as const;
const IDLE = { command: null, tcpPort: null, intervalMs: 50 };

for (const way of WAYS) {
  describe(`driver, groups ${way}`, () => {
    let lab: Lab;
    before(async () => {
      lab = await openLab(way);
    });
    after(async () => {
      assert.deepEqual(await lab.close(), [], "something was left running");
    });
    const file = (name: string): string => `${lab.folder}/${name}`;

    test("a resident starts, is told when it is killed, and starts again", async () => {
      configure(lab, params("web/app", [`${PROGRAMS}/stay.sh`]));
      for (let round = 0; round < 3; round += 1) {
        lab.ends.length = 0;
        const started = await lab.driver.start(ask("web/app", "START"));
        assert.equal(started.result, "done", started.reason);
        const { main, pids } = lab.driver.tree("web/app");
        assert.ok(main && pids.includes(main.pid));
        process.kill(main.pid, "SIGKILL");
        await until("its end is told", () => lab.ends.length > 0);
        assert.deepEqual(lab.ends, [{ resource: "web/app", how: "signal KILL" }]);
        const stopped = await lab.driver.stop(ask("web/app", "RECOVER"));
        assert.deepEqual(stopped, { result: "done", reason: "nothing of it was running" });
      }
    });

    test("a second start finds the first and starts nothing", async () => {
      configure(lab, params("web/twice", [`${PROGRAMS}/stay.sh`]));
      await lab.driver.start(ask("web/twice", "START"));
      const again = await lab.driver.start(ask("web/twice", "START"));
      assert.equal(again.result, "still-populated");
      assert.match(again.reason, /1 process \(\d+ (sleep|stay\.sh)\) is still there/);
      // Its shell becomes the program: for a moment then it has no environment.
      await until("one is there", () => markedWith(lab.stateId).length === 1);
      assert.equal((await lab.driver.stop(ask("web/twice", "STOP"))).result, "done");
    });

    test("the exit code of a program that dies at once is told", async () => {
      configure(lab, params("web/dies", [`${PROGRAMS}/exit-with.sh`, "3"]));
      lab.ends.length = 0;
      assert.equal((await lab.driver.start(ask("web/dies", "START"))).result, "done");
      await until("its end is told", () => lab.ends.length > 0);
      assert.deepEqual(lab.ends, [{ resource: "web/dies", how: "exit code 3" }]);
      assert.equal((await lab.driver.stop(ask("web/dies", "STOP"))).result, "done");
    });

    test("a program that dies before it is ready has not started", async () => {
      const ready = { ...IDLE, tcpPort: 1 };
      configure(lab, params("web/early", [`${PROGRAMS}/exit-with.sh`, "4", "0.1"], { ready }));
      lab.ends.length = 0;
      const end = await lab.driver.start(ask("web/early", "START"));
      assert.deepEqual(end, { result: "failed", reason: "it ended: exit code 4" });
      assert.deepEqual(lab.ends, []);
    });

    test("the ready check by port and by script is waited for", async () => {
      const port = await freePort();
      const command = ["sh", "-c", `test -e '${file("ready")}'`] as const;
      const serve = [process.execPath, `${PROGRAMS}/serve.ts`, `${port}`] as const;
      const start = ["sh", "-c", `sleep 0.2; touch '${file("ready")}'; exec "$@"`, "sh", ...serve];
      configure(
        lab,
        params("web/ready", start as [string, ...string[]], {
          ready: { command: [...command], tcpPort: port, intervalMs: 50 },
        }),
      );
      const end = await lab.driver.start(ask("web/ready", "START"));
      assert.deepEqual(end, { result: "done", reason: "its ready check succeeded" });
      assert.ok(existsSync(file("ready")));
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      assert.equal(Number(await answer.text()), lab.driver.tree("web/ready").main?.pid);
      assert.equal((await lab.driver.stop(ask("web/ready", "STOP"))).result, "done");
    });

    test("a start that never becomes ready times out, and a stop cleans up", async () => {
      const ready = { ...IDLE, tcpPort: 1 };
      configure(lab, params("web/never", [`${PROGRAMS}/stay.sh`], { ready }));
      const end = await lab.driver.start(ask("web/never", "START", { timeoutMs: 200 }));
      assert.equal(end.result, "timed-out");
      assert.equal((await lab.driver.stop(ask("web/never", "STOP"))).result, "done");
      assert.deepEqual(lab.driver.tree("web/never").pids, []);
    });

    test("a daemon that forks twice, renames itself and clears its environment is followed", async () => {
      const pidFile = file(`daemon-${way}`);
      configure(lab, params("web/daemon", [`${PROGRAMS}/daemonise.sh`, pidFile]));
      lab.ends.length = 0;
      assert.equal((await lab.driver.start(ask("web/daemon", "START"))).result, "done");
      await until("it is in the background", () => existsSync(pidFile));
      const pid = Number(readFileSync(pidFile, "utf8"));
      await until("it is the main process", () => lab.driver.tree("web/daemon").main?.pid === pid);
      process.kill(pid, "SIGKILL");
      await until("its end is told", () => lab.ends.length > 0);
      assert.deepEqual(lab.ends, [{ resource: "web/daemon", how: "signal KILL" }]);
      assert.equal((await lab.driver.stop(ask("web/daemon", "STOP"))).result, "done");
    });

    test("a daemon is stopped with its whole tree", async () => {
      const pidFile = file(`daemon-stop-${way}`);
      configure(lab, params("web/daemon-stop", [`${PROGRAMS}/daemonise.sh`, pidFile]));
      await lab.driver.start(ask("web/daemon-stop", "START"));
      await until("it is in the background", () => existsSync(pidFile));
      const pid = Number(readFileSync(pidFile, "utf8"));
      await until("it is known", () => lab.driver.tree("web/daemon-stop").main?.pid === pid);
      assert.equal((await lab.driver.stop(ask("web/daemon-stop", "STOP"))).result, "done");
      assert.ok(!isRunning(pid));
    });

    test("what ignores TERM is killed at the timeout", async () => {
      const begun = file(`ignores-${way}`);
      configure(lab, params("web/deaf", [`${PROGRAMS}/ignore-term.sh`, begun]));
      await lab.driver.start(ask("web/deaf", "START"));
      await until("it ignores TERM", () => existsSync(begun));
      const end = await lab.driver.stop(ask("web/deaf", "STOP", { timeoutMs: 300 }));
      assert.deepEqual(end, {
        result: "done",
        reason: "it did not end within 300ms and was killed",
      });
      assert.deepEqual(lab.driver.tree("web/deaf").pids, []);
    });

    test("a stopped program is ended all the same", async () => {
      configure(lab, params("web/frozen", [`${PROGRAMS}/stay.sh`]));
      await lab.driver.start(ask("web/frozen", "START"));
      const pid = lab.driver.tree("web/frozen").main?.pid ?? 0;
      process.kill(pid, "SIGSTOP");
      assert.equal((await lab.driver.stop(ask("web/frozen", "STOP"))).result, "done");
      assert.ok(!isRunning(pid));
    });

    test("300 children are all ended", async () => {
      const begun = file(`begot-${way}`);
      configure(lab, params("web/many", [`${PROGRAMS}/beget.sh`, "300", begun]));
      await lab.driver.start(ask("web/many", "START"));
      await until("it has its children", () => existsSync(begun));
      // What is told to people and probes may be a second old.
      await until("all are seen", () => lab.driver.tree("web/many").pids.length === 301);
      assert.equal((await lab.driver.stop(ask("web/many", "STOP"))).result, "done");
      assert.deepEqual(lab.driver.tree("web/many").pids, []);
    });

    test("killed with children left: that is its end, and the stop ends the children", async () => {
      const begun = file(`orphans-${way}`);
      configure(lab, params("web/orphans", [`${PROGRAMS}/beget.sh`, "3", begun]));
      lab.ends.length = 0;
      await lab.driver.start(ask("web/orphans", "START"));
      await until("it has its children", () => existsSync(begun));
      process.kill(lab.driver.tree("web/orphans").main?.pid ?? 0, "SIGKILL");
      await until("its end is told", () => lab.ends.length > 0);
      assert.deepEqual(lab.ends, [{ resource: "web/orphans", how: "signal KILL" }]);
      await until("they are seen", () => lab.driver.tree("web/orphans").pids.length === 3);
      assert.equal((await lab.driver.start(ask("web/orphans", "START"))).result, "still-populated");
      assert.equal((await lab.driver.stop(ask("web/orphans", "STOP"))).result, "done");
      assert.deepEqual(lab.driver.tree("web/orphans").pids, []);
    });

    test("one-shot scripts end with their code, and know why they are called", async () => {
      const out = file(`environment-${way}`);
      const start = [`${PROGRAMS}/print-environment.sh`, out] as const;
      const environment = { GREETING: "guten Tag" };
      const more = { kind: "one-shot", hasAliases: true, environment } as const;
      configure(lab, params("web/once", [...start], more));
      const request = ask("web/once", "RECOVER", { attempt: 2, reason: "web-page failed" });
      const end = await lab.driver.start(request);
      assert.deepEqual(end, { result: "done", reason: "start script: exit code 0" });
      const lines = new Set(readFileSync(out, "utf8").split("\n"));
      for (const line of [
        "SOLOSAFE_EVENT=RECOVER",
        "SOLOSAFE_ATTEMPT=2",
        "SOLOSAFE_GROUP=web",
        "SOLOSAFE_RESOURCE_NAME=once",
        "SOLOSAFE_REASON=web-page failed",
        `SOLOSAFE_RESOURCE=${lab.stateId}/web/once`,
        "SOLOSAFE_DISK=SUCCESS",
        "CLP_EVENT=RECOVER",
        "CLP_RESOURCENAME=once",
        "GREETING=guten Tag",
      ]) {
        assert.ok(lines.has(line), `${line} is missing`);
      }
    });

    const codes = [
      {
        code: 5,
        success: [0],
        want: "failed",
        text: "start script: exit code 5 (OCF: not installed)",
      },
      {
        code: 5,
        success: [0, 5],
        want: "done",
        text: "start script: exit code 5 (OCF: not installed)",
      },
      { code: 42, success: [0], want: "failed", text: "start script: exit code 42" },
    ] as const;
    for (const { code, success, want, text } of codes) {
      test(`a one-shot that ends with ${code} where ${success.join(", ")} is success -> ${want}`, async () => {
        const more = { kind: "one-shot", successCodes: success } as const;
        configure(lab, params("web/code", [`${PROGRAMS}/exit-with.sh`, `${code}`], more));
        const end = await lab.driver.start(ask("web/code", "START"));
        assert.deepEqual(end, { result: want, reason: text });
      });
    }

    test("a start script that hangs is ended at the timeout", async () => {
      const begun = file(`hangs-${way}`);
      configure(lab, params("web/hangs", [`${PROGRAMS}/hang.sh`, begun], { kind: "one-shot" }));
      const reasons: string[] = [];
      // A busy machine may not have begun it in the shortest of these times.
      for (let timeoutMs = 500; reasons.at(-1)?.startsWith("the start script") !== true; ) {
        const end = await lab.driver.start(ask("web/hangs", "START", { timeoutMs }));
        assert.equal(end.result, "timed-out");
        reasons.push(end.reason);
        assert.equal((await lab.driver.stop(ask("web/hangs", "STOP"))).result, "done");
        assert.deepEqual(lab.driver.tree("web/hangs").pids, []);
        timeoutMs += 5000;
      }
      assert.match(reasons.at(-1) ?? "", /^the start script did not end within (?:500ms|\d+\.5s)$/);
    });

    test("a stop supersedes a start that runs", async () => {
      const begun = file(`superseded-${way}`);
      configure(lab, params("web/over", [`${PROGRAMS}/hang.sh`, begun], { kind: "one-shot" }));
      const starting = lab.driver.start(ask("web/over", "START"));
      await until("it has begun", () => existsSync(begun));
      const stopping = lab.driver.stop(ask("web/over", "STOP"));
      assert.deepEqual(await starting, { result: "failed", reason: "a stop came before its end" });
      assert.equal((await stopping).result, "done");
      assert.deepEqual(lab.driver.tree("web/over").pids, []);
    });

    test("a stop in the same turn as the start leaves nothing behind", async () => {
      configure(lab, params("web/race", [`${PROGRAMS}/stay.sh`]));
      const starting = lab.driver.start(ask("web/race", "START"));
      const stopping = lab.driver.stop(ask("web/race", "STOP"));
      assert.equal((await starting).result, "failed");
      assert.equal((await stopping).result, "done");
      assert.deepEqual(lab.driver.tree("web/race").pids, []);
    });

    test("a stop script is run; when it fails TERM follows", async () => {
      const pidFile = file(`scripted-${way}`);
      const stop = [`${PROGRAMS}/kill-recorded.sh`, pidFile] as const;
      configure(
        lab,
        params("web/scripted", [`${PROGRAMS}/daemonise.sh`, pidFile], { stop: [...stop] }),
      );
      await lab.driver.start(ask("web/scripted", "START"));
      await until("it runs", () => existsSync(pidFile));
      const first = await lab.driver.stop(ask("web/scripted", "STOP"));
      assert.deepEqual(first, { result: "done", reason: "stop script: exit code 0" });
      configure(
        lab,
        params("web/fails", [`${PROGRAMS}/stay.sh`], { stop: ["sh", "-c", "exit 1"] }),
      );
      await lab.driver.start(ask("web/fails", "START"));
      const second = await lab.driver.stop(ask("web/fails", "STOP"));
      assert.deepEqual(second, {
        result: "done",
        reason: "stop script: exit code 1 (OCF: generic error)",
      });
    });

    test("a stop script that hangs is killed with the tree", async () => {
      const begun = file(`stop-hangs-${way}`);
      const stop = [`${PROGRAMS}/hang.sh`, begun] as const;
      configure(lab, params("web/stuck", [`${PROGRAMS}/stay.sh`], { stop: [...stop] }));
      await lab.driver.start(ask("web/stuck", "START"));
      const end = await lab.driver.stop(ask("web/stuck", "STOP", { timeoutMs: 500 }));
      assert.deepEqual(end, {
        result: "done",
        reason: "its stop script did not end within 500ms and was killed",
      });
      assert.deepEqual(lab.driver.tree("web/stuck").pids, []);
    });

    test("an output of 300 MB without a newline does not fill the disk", async () => {
      configure(lab, params("web/flood", [`${PROGRAMS}/flood.sh`, "300"]));
      await lab.driver.start(ask("web/flood", "START"));
      const log = `${lab.paths.logs}/web.flood.log`;
      await until("it was cut", () => existsSync(`${log}.1`));
      await until("it is small", () => statSync(log).size <= 1_000_000);
      assert.ok(statSync(`${log}.1`).size <= 500_000);
      assert.equal((await lab.driver.stop(ask("web/flood", "STOP"))).result, "done");
    });

    test("a program that is not there says so", async () => {
      configure(lab, params("web/none", ["/nowhere/program"]));
      const end = await lab.driver.start(ask("web/none", "START"));
      assert.deepEqual(end, {
        result: "failed",
        reason: "it was not started: /nowhere/program was not found",
      });
    });

    test("a process of the tree put under watch ends the resource's life", async () => {
      const start = ["sh", "-c", "sleep 1000 & echo $! >'" + file("adopted") + "'"] as const;
      configure(lab, params("web/adopts", [...start], { kind: "one-shot" }));
      lab.ends.length = 0;
      assert.equal((await lab.driver.start(ask("web/adopts", "START"))).result, "done");
      const pid = Number(readFileSync(file("adopted"), "utf8"));
      assert.ok(lab.driver.adopt("web/adopts", "helper", pid));
      assert.ok(!lab.driver.adopt("web/adopts", "stranger", process.pid));
      process.kill(pid, "SIGKILL");
      await until("its end is told", () => lab.ends.length > 0);
      assert.equal(lab.ends[0]?.how, `helper (process ${pid}) ended`);
      assert.equal((await lab.driver.stop(ask("web/adopts", "STOP"))).result, "done");
    });
  });
}

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}
