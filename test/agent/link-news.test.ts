import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../../src/api/client.ts";
import { pathsBelow } from "../../src/base/paths.ts";
import { NetworkLab, NO_NETWORKS } from "../host/network-lab.ts";

const AGENT = join(import.meta.dirname, "../../src/agent/main.ts");
const WAIT_MS = 60_000;

/** Far longer than the test: only the kernel's word makes the agent look again. */
const CONFIG = `version: 1
monitors:
  lan: { link: near, interval: 1h, retries: 0 }
`;

/** How many sockets of rtnetlink that listen to links (group 1) a process has in its namespace. */
function listeners(space: string): number {
  const command = ["netns", "exec", space, "cat", "/proc/net/netlink"];
  const rows = execFileSync("ip", command, { encoding: "utf8" }).split("\n").slice(1);
  return rows.filter((row) => /^\S+\s+0\s+\d+\s+00000001\s/.test(row)).length;
}

test("an agent hears the kernel's word, and listens only while a monitor wants it", {
  skip: NO_NETWORKS,
}, async () => {
  const lab = new NetworkLab();
  const folder = mkdtempSync(join(tmpdir(), "solosafe-link-"));
  const space = lab.space("agent");
  lab.batch(space, [
    "link add near type veth peer name far",
    "link set near up",
    "link set far up",
  ]);
  const file = join(folder, "solosafe.yaml");
  writeFileSync(file, CONFIG);
  const words = [
    "--state",
    join(folder, "state"),
    "--config",
    file,
    "--no-cgroups",
    "--log",
    join(folder, "log"),
  ];
  const child = spawn("ip", ["netns", "exec", space, process.execPath, AGENT, ...words], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const client = createClient(pathsBelow(join(folder, "state"), file).control);
  const monitor = async (): Promise<string> => {
    const status = await client.call("status", {});
    if (!status.ok) return "no answer";
    return status.value.monitors.find(({ name }) => name === "lan")?.status ?? "gone";
  };
  const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
    const end = performance.now() + WAIT_MS;
    while (!(await isSo())) {
      assert.ok(performance.now() < end, `waited in vain until ${what}`);
      await sleep(20);
    }
  };
  try {
    await until("the link is ok", async () => (await monitor()) === "ok");
    await until("it listens", () => listeners(space) === 1);
    lab.ip(space, "link set far down");
    await until("the link is failed", async () => (await monitor()) === "failed");
    lab.ip(space, "link set far up");
    await until("the link is ok again", async () => (await monitor()) === "ok");
    writeFileSync(file, "version: 1\n");
    child.kill("SIGHUP");
    await until("nothing is listened to", () => listeners(space) === 0);
  } finally {
    child.kill("SIGTERM");
    await ended;
    await lab.close();
    rmSync(folder, { recursive: true });
  }
});
