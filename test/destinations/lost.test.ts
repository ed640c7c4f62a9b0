/** What is laid ready for the case that the agent is lost goes out by a real sender. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { PreparedDestination } from "../../src/base/destination.ts";
import type { Prepared } from "../../src/base/post.ts";
import { ROOT } from "../../scripts/program.ts";
import { notice } from "./notice-samples.ts";

const DEADLINE_MS = 60_000;

test("a sender for a lost agent tells the destination, and leaves", async (t) => {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      heard.push(body);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "solosafe lost-"));
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = join(folder, "run");
  mkdirSync(join(run, "destinations"), { recursive: true });
  const prepared: Prepared<PreparedDestination> = {
    v: 1,
    folder: join(folder, "state/destinations/hook"),
    name: "hook",
    type: "webhook",
    params: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
    timeoutMs: DEADLINE_MS,
    keepTryingMs: 86_400_000,
    lost: notice({ number: 0, wall: 0, id: "agent-lost", severity: "critical" }),
  };
  writeFileSync(join(run, "destinations/hook.json"), JSON.stringify(prepared));
  const words = ["sender", "--run", run, "--queue", "destinations/hook", "--prepared"];
  const child = spawn(process.execPath, [join(ROOT, "src/workers/main.ts"), ...words], {
    stdio: "inherit",
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
  });
  assert.equal(await new Promise((resolve) => child.once("exit", resolve)), 0);
  const [told, ...more] = heard.map((body) => JSON.parse(body));
  assert.equal(told?.id, "agent-lost");
  // When it happened only the sender knows.
  assert.ok(Date.now() - Date.parse(told?.time) < DEADLINE_MS);
  assert.deepEqual(more, []);
  const left = readdirSync(join(run, "destinations/hook"));
  assert.deepEqual(
    left.filter((name) => name.endsWith(".mail")),
    [],
  );
});
