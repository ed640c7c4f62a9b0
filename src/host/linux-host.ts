import { type Millis, SECOND } from "../base/duration.ts";
import type { DiskHost } from "../ports/disk.ts";
import type { Host, Program, ProgramRun } from "../ports/host.ts";
import { talkHttp } from "./http-talk.ts";
import { createEcho } from "./echo.ts";
import { createLinkFacts } from "./link-facts.ts";
import { askName } from "./name-talk.ts";
import { KnownProcesses } from "./known-processes.ts";
import { findByName } from "./proc.ts";
import { SmallFiles } from "./small-files.ts";
import { sampleResources } from "./resources/sample.ts";
import { SpaceReader } from "./resources/space.ts";
import { ANSWER_DEADLINE, type SpawnerClient } from "./spawner-client.ts";
import type { OneTimeRole } from "./spawner-protocol.ts";
import { talkTcp } from "./tcp-talk.ts";
import { createTlsHost } from "./tls-talk.ts";
import type { Units } from "./systemd/units.ts";

/** What of the port the agent knows by itself. */
export type AgentFacts = Pick<Host, "resourceTree" | "monitorStatuses" | "lastMessage">;

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** The program is killed at its timeout; so much later the spawner must have said so. */
const RUN_GRACE: Millis = ANSWER_DEADLINE + SECOND;

/** This server, for probes. Programs are run by the spawner; everything else is asynchronous. */
export function createLinuxHost(
  spawner: SpawnerClient,
  agent: AgentFacts,
  units: Units,
  disks: DiskHost,
): Host {
  const space = new SpaceReader();
  const processes = new KnownProcesses();
  const files = new SmallFiles();
  return {
    findProcesses: findByName,
    readProcess: (pid, known) => processes.read(pid, known),
    readFile: (path, maxBytes) => files.read(path, maxBytes),
    http: talkHttp,
    tcp: talkTcp,
    sampleResources: () => sampleResources(performance.now()),
    mountSpaces: (mounts, deadlineMs) => space.read(mounts, deadlineMs),
    ...createTlsHost(),
    ...createLinkFacts(),
    ...createEcho((program, timeoutMs, maxOutputBytes, signal) =>
      runProgram(spawner, program, timeoutMs, maxOutputBytes, signal),
    ),
    askName,
    runProgram: (program, timeoutMs, maxOutputBytes, signal) =>
      runProgram(spawner, program, timeoutMs, maxOutputBytes, signal),
    probeDisk: (probe, signal, onStep) => disks.probeDisk(probe, signal, onStep),
    unit: (name) => units.look(name),
    resourceTree: (resource) => agent.resourceTree(resource),
    monitorStatuses: () => agent.monitorStatuses(),
    lastMessage: (monitor) => agent.lastMessage(monitor),
  };
}

let lastRun = 0;

async function runProgram(
  spawner: SpawnerClient,
  program: Program,
  timeoutMs: Millis,
  maxOutputBytes: number,
  signal: AbortSignal | undefined,
): Promise<ProgramRun> {
  lastRun += 1;
  const name = `run-${lastRun}`;
  const end = (): void => void spawner.request({ type: "endRun", name });
  signal?.addEventListener("abort", end, { once: true });
  const answer = await spawner.request(
    {
      type: "run",
      name,
      command: program.command,
      environment: Object.entries(withPath(program.environment)).map(
        ([name, value]) => `${name}=${value}`,
      ),
      directory: program.workingDirectory,
      user: program.user,
      timeoutMs,
      maxOutputBytes,
    },
    timeoutMs + RUN_GRACE,
  );
  signal?.removeEventListener("abort", end);
  if (answer.ok) return answer.value;
  return { kind: "notStarted", code: answer.fault.code, message: answer.fault.message };
}

/** Our own program in a role that does one thing and ends. */
export async function runRole(
  spawner: SpawnerClient,
  role: OneTimeRole,
  words: readonly string[],
  timeoutMs: Millis,
  maxOutputBytes: number,
): Promise<ProgramRun> {
  const answer = await spawner.request(
    { type: "role", role, words, timeoutMs, maxOutputBytes },
    timeoutMs + RUN_GRACE,
  );
  if (answer.ok) return answer.value;
  return { kind: "notStarted", code: answer.fault.code, message: answer.fault.message };
}

function withPath(environment: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env["PATH"] ?? DEFAULT_PATH, ...environment };
}
