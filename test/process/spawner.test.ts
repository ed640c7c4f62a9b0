import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createDisks } from "../../src/host/disk-workers.ts";
import { createLinuxHost } from "../../src/host/linux-host.ts";
import { Bus } from "../../src/host/systemd/bus.ts";
import { Units } from "../../src/host/systemd/units.ts";
import { type Lab, markedWith, openLab, PROGRAMS, until } from "./lab.ts";

const WORKER = join(import.meta.dirname, "../../src/workers/main.ts");

describe("programs run for probes", () => {
  let lab: Lab;
  before(async () => {
    lab = await openLab("none");
  });
  after(async () => {
    assert.deepEqual(await lab.close(), []);
  });
  const run = (
    command: readonly [string, ...string[]],
    timeoutMs = 120_000,
    user: string | null = null,
  ) => {
    const own = {
      resourceTree: async () => ({ isAlive: false, pids: [] }),
      monitorStatuses: () => new Map(),
      lastMessage: () => null,
    };
    const disks = createDisks(lab.client, lab.paths.run);
    const host = createLinuxHost(lab.client, own, new Units(new Bus(null)), disks);
    const environment = { LAB: `${lab.stateId}/probe` };
    return host.runProgram({ command, environment, workingDirectory: "/", user }, timeoutMs, 100);
  };
  const left = () => until("nothing is left", () => markedWith(lab.stateId).length === 0);

  test("the output and the code are told", async () => {
    const end = await run(["sh", "-c", "echo out; echo err >&2; pwd; exit 7"]);
    assert.deepEqual(end, { kind: "exited", code: 7, output: "out\nerr\n/\n" });
  });

  test("a signal is told", async () => {
    const end = await run(["sh", "-c", "kill -SEGV $$"]);
    assert.deepEqual(end, { kind: "signaled", signal: "SEGV", output: "" });
  });

  test("at the timeout everything it started is ended", async () => {
    const begun = join(lab.folder, "begun");
    const script = 'echo begun; touch "$0"; setsid sleep 1000 & sleep 1000';
    // A busy machine may not come so far in the shortest of these times.
    for (let timeoutMs = 300; !existsSync(begun); timeoutMs *= 3) {
      const end = await run(["sh", "-c", script, begun], timeoutMs);
      assert.equal(end.kind, "timedOut");
      if (existsSync(begun)) assert.deepEqual(end, { kind: "timedOut", output: "begun\n" });
      await left();
    }
  });

  test("300 MB of output are read and not kept", async () => {
    const end = await run(["sh", "-c", "head -c 300M /dev/zero | tr '\\0' x"]);
    assert.deepEqual(end, { kind: "exited", code: 0, output: "x".repeat(100) });
  });

  test("children left behind neither delay the end nor stay", async () => {
    const end = await run([`${PROGRAMS}/leave-children.sh`]);
    assert.deepEqual(end, { kind: "exited", code: 0, output: "left\n" });
    await left();
  });

  const faults = [
    { what: "no program", command: ["/nowhere/program"], user: null, code: "ENOENT" },
    { what: "not executable", command: ["/etc/passwd"], user: null, code: "EACCES" },
    { what: "no account", command: ["true"], user: "no-such-account", code: "ENOUSER" },
  ] as const;
  for (const { what, command, user, code } of faults) {
    test(`${what} -> not started, ${code}`, async () => {
      const end = await run([...command], 1000, user);
      assert.equal(end.kind === "notStarted" && end.code, code);
    });
  }

  const isRoot = process.getuid?.() === 0;
  test("another account keeps its groups", {
    skip: !isRoot && "only root may change accounts",
  }, async () => {
    const end = await run(["id", "-un"], 120_000, "nobody");
    assert.deepEqual(end, { kind: "exited", code: 0, output: "nobody\n" });
  });

  test("bad requests are refused, and the spawner goes on", async () => {
    const socket = connect(lab.paths.spawner);
    let answers = "";
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      answers += text;
    });
    const bad = [
      "nonsense",
      "[]",
      '{"id":1}',
      '{"id":2,"type":"dance"}',
      '{"id":3,"type":"start","command":[]}',
      '{"id":4,"type":"run","command":["a\\u0000b"],"environment":[]}',
      `{"id":5,"type":"${"x".repeat(70_000)}"}`,
      '{"id":6,"type":"ended","pid":"1"}',
      '{"id":8,"type":"endRun"}',
      '{"id":7,"type":"logs","logs":[{"path":"relative","maxBytes":1}]}',
    ];
    socket.write(`${bad.join("\n")}\n`);
    await until("all are answered", () => answers.split("\n").length > bad.length);
    for (const line of answers.trimEnd().split("\n")) {
      assert.match(line, /"ok":false,"fault":\{"code":"EINVAL"/);
    }
    socket.destroy();
    const ping = await lab.client.request({ type: "ping" });
    assert.equal(ping.ok && ping.value.pid, lab.spawner.pid);
  });

  test("a program is not started when whoever asked has given it up", async () => {
    const answer = await lab.client.request({
      type: "start",
      command: ["touch", `${lab.folder}/late`],
      environment: [],
      directory: null,
      user: null,
      output: null,
      runner: null,
      before: 1,
    });
    assert.equal(answer.ok || answer.fault.code, "ETIME");
    assert.ok(!existsSync(`${lab.folder}/late`));
  });

  test("a second spawner on the same socket leaves with 3", async () => {
    const second = spawn(process.execPath, [WORKER, "spawner", "--run", lab.paths.run], {
      stdio: "ignore",
    });
    const code = await new Promise((resolve) => second.once("exit", resolve));
    assert.equal(code, 3);
    assert.equal((await lab.client.request({ type: "ping" })).ok, true);
  });

  test("orphans are reaped", async () => {
    const file = `${lab.folder}/orphan`;
    await run(["sh", "-c", `(sleep 0.3 & echo $! >'${file}')`]);
    const pid = Number(readFileSync(file, "utf8"));
    await until("it was reaped", () => !existsSync(`/proc/${pid}`));
  });
});
