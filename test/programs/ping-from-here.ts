/**
 * The ping monitor in the namespace it is started in:
 *
 *     node ping-from-here.ts '{"addresses": ["gateway"]}' [<text of resolv.conf> [<text of hosts>]]
 *
 * Probes once for each line on stdin and writes the result.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fail, type Result, succeed } from "../../src/base/result.ts";
import { createEcho } from "../../src/host/echo.ts";
import { createLinkFacts } from "../../src/host/link-facts.ts";
import { askName } from "../../src/host/name-talk.ts";
import { talkTcp } from "../../src/host/tcp-talk.ts";
import { ping } from "../../src/monitors/ping.ts";
import type { Program, ProgramRun } from "../../src/ports/host.ts";
import { fakeHost, probeOf } from "../monitors/fake-host.ts";

const TIMEOUT_MS = 10_000;
const [params = "{}", resolv = "", hosts = ""] = process.argv.slice(2);
const probe = probeOf(ping, JSON.parse(params) as Record<string, unknown>);
const files = new Map([
  ["/etc/resolv.conf", resolv],
  ["/etc/hosts", hosts],
]);
const host = fakeHost({
  ...createLinkFacts(),
  ...createEcho(run),
  tcp: talkTcp,
  askName,
  readFile: read,
});

async function read(path: string): Promise<Result<string>> {
  try {
    return succeed(files.get(path) ?? (await readFile(path, "utf8")));
  } catch (error) {
    return fail({ code: "fault", message: String(error) });
  }
}

/** As the spawner would: a namespace has none. */
function run({ command, environment }: Program): Promise<ProgramRun> {
  const [file, ...words] = command;
  const env = { PATH: process.env["PATH"] ?? "", ...environment };
  return new Promise((resolve) => {
    execFile(file, words, { env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const code: unknown = error?.code ?? 0;
      if (typeof code === "number") resolve({ kind: "exited", code, output: stdout + stderr });
      else resolve({ kind: "notStarted", code: String(code), message: error?.message ?? "" });
    });
  });
}

createInterface({ input: process.stdin }).on("line", () => {
  const { signal } = new AbortController();
  const result = Promise.resolve(probe({ host, monitor: "m", timeoutMs: TIMEOUT_MS, signal }));
  void result.then((result) => {
    process.stdout.write(`${JSON.stringify({ asked: true, ...result })}\n`);
  });
});
