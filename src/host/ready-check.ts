import { type Millis, SECOND } from "../base/duration.ts";
import type { ReadyCheck } from "../ports/driver.ts";
import { describeCode } from "./exit-status.ts";
import type { SpawnerClient } from "./spawner-client.ts";
import { ANSWER_DEADLINE } from "./spawner-client.ts";
import type { LaunchProgram } from "./spawner-protocol.ts";
import type { Cancelled } from "./tree-end.ts";

const TRY_LONGEST: Millis = 10 * SECOND;
const OUTPUT_MOST = 1024;
/** A port answers most often within milliseconds of the start: the first tries come quickly. */
const FIRST_PAUSE: Millis = 5;

/**
 * Tries until the program says that it is ready, or somebody cancels. `program` carries environment,
 * folder and account; its command is replaced. Returns what the last try said when cancelled.
 */
export async function untilReady(
  check: ReadyCheck,
  program: LaunchProgram,
  spawner: SpawnerClient,
  cancelled: Cancelled,
): Promise<string | null> {
  let pause = Math.min(FIRST_PAUSE, check.intervalMs);
  let last = "it was not asked yet";
  while (!cancelled.isOver) {
    const problem = (await tryPort(check)) ?? (await tryCommand(check, program, spawner));
    if (problem === null) return null;
    last = problem;
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, check.intervalMs);
  }
  return last;
}

async function tryPort({ tcpPort }: ReadyCheck): Promise<string | null> {
  if (tcpPort === null) return null;
  // A server may listen on one family only.
  const problem = await connectOnce("127.0.0.1", tcpPort);
  return problem === null ? null : connectOnce("::1", tcpPort).then((other) => other && problem);
}

function connectOnce(host: string, port: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const socket = process.getBuiltinModule("node:net").connect({ host, port });
  socket.setTimeout(SECOND, () => resolve(`port ${port} does not answer`));
  socket.on("connect", () => resolve(null));
  socket.on("error", (fault) => resolve(`port ${port}: ${fault.message}`));
  return promise.finally(() => socket.destroy());
}

async function tryCommand(
  { command }: ReadyCheck,
  program: LaunchProgram,
  spawner: SpawnerClient,
): Promise<string | null> {
  if (command === null) return null;
  const answer = await spawner.request(
    {
      ...program,
      command,
      type: "run",
      name: null,
      timeoutMs: TRY_LONGEST,
      maxOutputBytes: OUTPUT_MOST,
    },
    TRY_LONGEST + ANSWER_DEADLINE,
  );
  if (!answer.ok) return answer.fault.message;
  const run = answer.value;
  switch (run.kind) {
    case "exited":
      return run.code === 0 ? null : `the ready check ended with ${describeCode(run.code)}`;
    case "signaled":
      return `the ready check ended by signal ${run.signal}`;
    case "timedOut":
      return `the ready check did not end within ${TRY_LONGEST / SECOND} s`;
    case "notStarted":
      return `the ready check was not started: ${run.message}`;
  }
}
