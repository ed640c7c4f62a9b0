import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import {
  ask,
  configure,
  isRunning,
  type Lab,
  openLab,
  params,
  PROGRAMS,
  startSpawner,
  until,
} from "./lab.ts";

for (const way of ["where-possible", "none"] as const) {
  describe(`an agent after another, groups ${way}`, () => {
    let lab: Lab;
    before(async () => {
      lab = await openLab(way);
    });
    after(async () => {
      assert.deepEqual(await lab.close(), [], "something was left running");
    });
    const file = (name: string): string => `${lab.folder}/${name}`;

    test("finds a resident again and tells its end", async () => {
      const app = params("web/app", [`${PROGRAMS}/stay.sh`]);
      configure(lab, app);
      await lab.driver.start(ask("web/app", "START"));
      const { main } = lab.driver.tree("web/app");
      lab.nextAgent();
      configure(lab, app);
      const observed = await lab.driver.observe();
      assert.deepEqual(observed.get("web/app"), { is: "running" });
      assert.deepEqual(lab.driver.tree("web/app").main, main);
      lab.ends.length = 0;
      process.kill(main?.pid ?? 0, "SIGKILL");
      await until("its end is told", () => lab.ends.length > 0);
      assert.deepEqual(lab.ends, [{ resource: "web/app", how: "signal KILL" }]);
      assert.equal((await lab.driver.stop(ask("web/app", "STOP"))).result, "done");
    });

    test("finds it by its mark when every record is lost", async () => {
      const app = params("web/lost", [`${PROGRAMS}/stay.sh`]);
      configure(lab, app);
      await lab.driver.start(ask("web/lost", "START"));
      const pid = lab.driver.tree("web/lost").main?.pid;
      const record = `${lab.paths.run}/trees/web+lost`;
      await until("it was recorded", () => existsSync(record));
      lab.nextAgent();
      // What the driver before it had still to write may bring it back.
      await until("it is lost", () => {
        rmSync(record, { force: true });
        return !existsSync(record);
      });
      configure(lab, app);
      assert.deepEqual((await lab.driver.observe()).get("web/lost"), { is: "running" });
      assert.equal(lab.driver.tree("web/lost").main?.pid, pid);
      assert.equal((await lab.driver.start(ask("web/lost", "START"))).result, "still-populated");
      assert.equal((await lab.driver.stop(ask("web/lost", "STOP"))).result, "done");
      assert.ok(!isRunning(pid ?? 0));
    });

    test("is told how it ended while nobody watched", async () => {
      const app = params("web/died", [`${PROGRAMS}/stay.sh`]);
      configure(lab, app);
      await lab.driver.start(ask("web/died", "START"));
      const pid = lab.driver.tree("web/died").main?.pid ?? 0;
      const record = `${lab.paths.run}/trees/web+died`;
      await until(
        "it was recorded",
        () => existsSync(record) && readFileSync(record, "utf8").includes(`"main":{"pid":${pid}`),
      );
      lab.nextAgent();
      process.kill(pid, "SIGKILL");
      await until("it is dead", () => !isRunning(pid));
      // Longer than the spawner leaves a zombie: it remembers the status itself.
      await until("it was reaped", () => !existsSync(`/proc/${pid}`));
      configure(lab, app);
      const observed = await lab.driver.observe();
      assert.deepEqual(observed.get("web/died"), { is: "ended", how: "signal KILL" });
    });

    test("says that nothing is there", async () => {
      configure(lab, params("web/none", [`${PROGRAMS}/stay.sh`]));
      assert.deepEqual((await lab.driver.observe()).get("web/none"), { is: "empty" });
    });

    test("waits for a start script that the last one began", async () => {
      const go = file(`go-${way}`);
      const wait = [
        "sh",
        "-c",
        'while ! [ -e "$1" ]; do sleep 0.02; done; exit 3',
        "sh",
        go,
      ] as const;
      const job = params("web/job", [...wait], { kind: "one-shot", successCodes: [3] });
      configure(lab, job);
      const request = ask("web/job", "START");
      void lab.driver.start(request);
      await until("its runner is there", () =>
        existsSync(`${lab.paths.run}/scripts/web+job.start.run`),
      );
      lab.nextAgent();
      configure(lab, job);
      const observed = await lab.driver.observe();
      assert.deepEqual(observed.get("web/job"), { is: "busy", op: request.op });
      const resumed = lab.driver.resume(request.op, 120_000);
      writeFileSync(go, "");
      assert.deepEqual(await resumed, {
        result: "done",
        reason: "start script: exit code 3 (OCF: not implemented)",
      });
    });

    test("learns the end of a script that ended in between", async () => {
      const out = file(`between-${way}`);
      const wait = 'while ! [ -e "$1" ]; do sleep 0.02; done; exit 7';
      const start = ["sh", "-c", wait, "sh", out] as const;
      const job = params("web/between", [...start], { kind: "one-shot" });
      configure(lab, job);
      const request = ask("web/between", "START");
      void lab.driver.start(request);
      const end = `${lab.paths.run}/scripts/web+between.start`;
      await until("its runner is there", () => existsSync(`${end}.run`));
      lab.nextAgent();
      writeFileSync(out, "");
      await until("it has ended", () => readFileSync(`${end}.end`, "utf8") === "7\n");
      configure(lab, job);
      assert.deepEqual((await lab.driver.observe()).get("web/between"), {
        is: "busy",
        op: request.op,
      });
      assert.deepEqual(await lab.driver.resume(request.op, 120_000), {
        result: "failed",
        reason: "start script: exit code 7 (OCF: not running)",
      });
    });

    test("goes on with a stop whose script still runs", async () => {
      const go = file(`stop-${way}`);
      const wait = [
        "sh",
        "-c",
        'while ! [ -e "$1" ]; do sleep 0.02; done; exit 1',
        "sh",
        go,
      ] as const;
      const app = params("web/stopping", [`${PROGRAMS}/stay.sh`], { stop: [...wait] });
      configure(lab, app);
      await lab.driver.start(ask("web/stopping", "START"));
      const request = ask("web/stopping", "STOP");
      void lab.driver.stop(request);
      await until("its runner is there", () =>
        existsSync(`${lab.paths.run}/scripts/web+stopping.stop.run`),
      );
      lab.nextAgent();
      configure(lab, app);
      assert.deepEqual((await lab.driver.observe()).get("web/stopping"), {
        is: "busy",
        op: request.op,
      });
      const resumed = lab.driver.resume(request.op, 120_000);
      writeFileSync(go, "");
      assert.deepEqual(await resumed, {
        result: "done",
        reason: "stop script: exit code 1 (OCF: generic error)",
      });
      assert.deepEqual(lab.driver.tree("web/stopping").pids, []);
    });

    test("keeps a process watched that a start script had put under watch", async () => {
      const out = file(`kept-${way}`);
      const start = ["sh", "-c", 'sleep 1000 & echo $! >"$1"', "sh", out] as const;
      const job = params("web/keeps", [...start], { kind: "one-shot" });
      configure(lab, job);
      await lab.driver.start(ask("web/keeps", "START"));
      const pid = Number(readFileSync(out, "utf8"));
      assert.ok(lab.driver.adopt("web/keeps", "helper", pid));
      const record = `${lab.paths.run}/trees/web+keeps`;
      await until(
        "it was recorded",
        () => existsSync(record) && readFileSync(record, "utf8").includes("helper"),
      );
      lab.nextAgent();
      configure(lab, job);
      assert.deepEqual((await lab.driver.observe()).get("web/keeps"), { is: "running" });
      lab.ends.length = 0;
      process.kill(pid, "SIGKILL");
      await until("its end is told", () => lab.ends.length > 0);
      assert.equal(lab.ends[0]?.how, `helper (process ${pid}) ended`);
      assert.equal((await lab.driver.stop(ask("web/keeps", "STOP"))).result, "done");
    });

    test("abandoning a start ends its script", async () => {
      const begun = file(`abandoned-${way}`);
      configure(lab, params("web/given-up", [`${PROGRAMS}/hang.sh`, begun], { kind: "one-shot" }));
      const request = ask("web/given-up", "START");
      const starting = lab.driver.start(request);
      await until("it has begun", () => existsSync(begun));
      lab.driver.abandon(request.op);
      assert.deepEqual(await starting, { result: "failed", reason: "it was abandoned" });
      await until("its script is ended", () => lab.driver.tree("web/given-up").pids.length === 0);
      assert.equal((await lab.driver.stop(ask("web/given-up", "STOP"))).result, "done");
    });

    test("a resource that is no longer configured is still stopped", async () => {
      configure(lab, params("web/removed", [`${PROGRAMS}/stay.sh`]));
      await lab.driver.start(ask("web/removed", "START"));
      const pid = lab.driver.tree("web/removed").main?.pid ?? 0;
      configure(lab);
      assert.equal((await lab.driver.start(ask("web/removed", "START"))).result, "failed");
      assert.equal((await lab.driver.stop(ask("web/removed", "STOP"))).result, "done");
      assert.ok(!isRunning(pid));
    });
  });
}

test("programs outlive the spawner, and the next one takes over", async () => {
  const lab = await openLab("where-possible");
  try {
    configure(lab, params("web/app", [`${PROGRAMS}/stay.sh`]));
    await lab.driver.start(ask("web/app", "START"));
    const pid = lab.driver.tree("web/app").main?.pid ?? 0;
    const states: string[] = [];
    lab.client.onState((state) => states.push(state));
    lab.spawner.kill("SIGKILL");
    await until("the loss is noticed", () => states.includes("lost"));
    assert.ok(isRunning(pid));
    const next = await startSpawner(lab.paths.run);
    await until("it is connected again", () => lab.client.state === "connected");
    // A stop does not need the spawner; a start does.
    assert.equal((await lab.driver.stop(ask("web/app", "STOP"))).result, "done");
    assert.ok(!isRunning(pid));
    assert.equal((await lab.driver.start(ask("web/app", "START"))).result, "done");
    assert.equal((await lab.driver.stop(ask("web/app", "STOP"))).result, "done");
    const gone = new Promise((resolve) => next.once("exit", resolve));
    assert.equal((await lab.client.request({ type: "exit" })).ok, true);
    await gone;
  } finally {
    assert.deepEqual(await lab.close(), []);
  }
});

test("an answer that came while the agent stood still counts", async () => {
  const lab = await openLab("none");
  try {
    assert.equal((await lab.client.request({ type: "ping" })).ok, true);
    const asked = lab.client.request({ type: "ping" }, 2000);
    // Nothing runs in this process meanwhile, as in a virtual machine that is paused.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3100);
    assert.equal((await asked).ok, true);
    assert.equal(lab.client.state, "connected");
  } finally {
    assert.deepEqual(await lab.close(), []);
  }
});

test("a spawner that hangs is told, and what it was asked is not done later", async () => {
  const lab = await openLab("where-possible");
  try {
    configure(lab, params("web/app", [`${PROGRAMS}/stay.sh`]));
    await until("it is connected", () => lab.client.state === "connected");
    const states: string[] = [];
    lab.client.onState((state) => states.push(state));
    lab.spawner.kill("SIGSTOP");
    const end = await lab.driver.start(ask("web/app", "START"));
    assert.deepEqual(end, {
      result: "failed",
      reason: "it was not started: the spawner did not answer within 5 s",
    });
    assert.deepEqual(states, ["silent"]);
    lab.spawner.kill("SIGCONT");
    assert.equal((await lab.client.request({ type: "ping" })).ok, true);
    assert.deepEqual(lab.driver.tree("web/app").pids, []);
    assert.equal(lab.client.state, "connected");
  } finally {
    assert.deepEqual(await lab.close(), []);
  }
});
