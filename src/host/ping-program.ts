import type { PingConfig } from "ping";
import { setTimeout as sleep } from "node:timers/promises";
import { type Millis, SECOND } from "../base/duration.ts";
import type { Program, ProgramRun } from "../ports/host.ts";
import type { EchoAnswer, EchoRequest } from "../ports/ping.ts";

export type RunProgram = (
  program: Program,
  timeoutMs: Millis,
  maxOutputBytes: number,
  signal: AbortSignal,
) => Promise<ProgramRun>;

const OUTPUT_BYTES = 8 * 1024;
const SHOWN_CHARACTERS = 120;
/** For the start and the end of the program. */
const RUN_GRACE: Millis = 200;
/** A spawner that hangs must not make the probe run into its timeout, which would be a failure. */
const ANSWER_GRACE: Millis = 500;
const LATE: ProgramRun = {
  kind: "notStarted",
  code: "late",
  message: "the ping program was not run in time",
};
const HINT =
  "install the ping program (Debian: iputils-ping), or let the agent open ICMP sockets (as root, or by the setting net.ipv4.ping_group_range)";

/**
 * Pings with the ping program, which may have a right that we do not have. The package `ping` knows
 * its words and its output; the spawner starts it, because the agent never starts a program.
 */
export async function pingByProgram(
  run: RunProgram,
  request: EchoRequest,
  signal: AbortSignal,
): Promise<EchoAnswer> {
  const { default: builder } = await import("ping/lib/builder/linux.js");
  const config = configOf(request);
  const words = builder.getCommandArguments(request.address, { ...config });
  const timeoutMs = request.packets * request.waitMs + RUN_GRACE;
  const done = new AbortController();
  const running = run(
    {
      command: ["ping", ...words],
      environment: { LANG: "C", LC_ALL: "C" },
      workingDirectory: null,
      user: null,
    },
    timeoutMs,
    OUTPUT_BYTES,
    signal,
  );
  const late = sleep(timeoutMs + ANSWER_GRACE, LATE, { signal: done.signal }).catch(() => LATE);
  const ran = await Promise.race([running, late]);
  done.abort();
  switch (ran.kind) {
    case "notStarted":
      return ran.code === "ENOENT"
        ? { kind: "noMeans", hint: HINT }
        : { kind: "notSent", problem: { code: ran.code, message: ran.message } };
    case "timedOut":
      return { kind: "silent" };
    case "signaled":
      return notSent(`it was ended by ${ran.signal}`);
    case "exited":
      return await readOutput(request.address, ran.code, ran.output, config);
  }
}

function configOf(request: EchoRequest): PingConfig {
  const isSix = request.address.includes(":");
  const seconds = Math.max(1, Math.ceil(request.waitMs / SECOND));
  const from = [request.interface, request.source].filter((one) => one !== null);
  return {
    v6: isSix,
    numeric: true,
    timeout: seconds,
    // With a deadline it goes on sending until one is answered (ping(8), -w).
    deadline: seconds * request.packets,
    min_reply: 1,
    extra: [isSix ? "-6" : "-4", ...from.flatMap((one) => ["-I", one])],
  };
}

/** Code 1: no answer; 2: anything else (ping(8)). */
async function readOutput(
  address: string,
  code: number,
  output: string,
  config: PingConfig,
): Promise<EchoAnswer> {
  const { default: factory } = await import("ping/lib/parser/factory.js");
  try {
    const parser = factory.createParser(address, "linux", config);
    for (const line of output.split("\n")) parser.eat(line);
    const { alive, time } = parser.getResult();
    if (alive) return { kind: "answered", tookMs: typeof time === "number" ? time : 0 };
  } catch {
    // It takes the first line for the header of an answer; a complaint is not always like one.
  }
  if (code === 1) return { kind: "silent" };
  if (/Network is unreachable|No route to host/.test(output)) return { kind: "noRoute" };
  return notSent(output.trim().slice(0, SHOWN_CHARACTERS) || `it ended with ${code}`);
}

function notSent(message: string): EchoAnswer {
  return { kind: "notSent", problem: { code: "ping", message } };
}
