import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { existsSync } from "node:fs";
import {
  endByCommand,
  endProgram,
  endServers,
  freePorts,
  startProgram,
  waitForPorts,
} from "./processes.ts";

/** Programs compiled on the spot, and where everything of this run lies. */
export interface Bench {
  readonly folder: string;
  readonly server: string;
  readonly floor: string;
  readonly trial: string;
  readonly node: string;
  /** Folder of the build output. */
  readonly dist: string;
}

/** A supervisor that guards one server for each of its ports. */
export interface Running {
  readonly name: string;
  readonly ports: readonly number[];
  end(): Promise<void>;
}

/** Something that restarts a server that was killed. Null = it is not installed here. */
export interface Rival {
  readonly name: string;
  /** One killed server after the other would meet a pause that grows; each trial takes another. */
  readonly serversNeeded: (trials: number) => number;
  command(bench: Bench, folder: string, ports: readonly number[]): Command | null;
}

type Command = readonly [string, ...string[]];

const START_MS = 30_000;

export const RIVALS: readonly Rival[] = [
  {
    name: "C floor",
    serversNeeded: () => 1,
    command: (bench, _folder, ports) => [bench.floor, bench.server, String(ports[0])],
  },
  {
    name: "SoloSafe",
    serversNeeded: (trials) => trials,
    command: soloSafe,
  },
  {
    name: "runit",
    serversNeeded: () => 1,
    command: runit,
  },
  {
    name: "monit, cycle 1s",
    serversNeeded: () => 1,
    command: monit,
  },
];

/** Starts one and waits until every server answers; null when it is not installed. */
export async function startRival(
  rival: Rival,
  bench: Bench,
  trials: number,
): Promise<Running | null> {
  const folder = join(bench.folder, rival.name.replaceAll(/[^\w]/g, "-"));
  mkdirSync(folder, { recursive: true });
  const ports = await freePorts(rival.serversNeeded(trials));
  const command = rival.command(bench, folder, ports);
  if (command === null) return null;
  const child = startProgram(command, join(folder, "log"), folder);
  const end = async (): Promise<void> => {
    await endProgram(child);
    await endServers(ports);
    endByCommand([bench.dist, folder]);
  };
  if (await waitForPorts(ports, START_MS)) return { name: rival.name, ports, end };
  await end();
  throw new Error(`${rival.name} did not start its servers; see ${folder}/log`);
}

/** One group for each port, everything else by default. */
export function serverConfig(server: string, ports: readonly number[]): string {
  const groups = ports.map(
    (port, at) =>
      `  s${at}: { resources: { server: { type: exec, start: [${JSON.stringify(server)}, "${port}"] } } }`,
  );
  return `version: 1\ngroups:\n${groups.join("\n")}\n`;
}

/** The command line that runs the built product in the foreground. */
export function productCommand(bench: Bench, folder: string, config: string): Command {
  const places = ["--state", join(folder, "state"), "--config", config];
  return [bench.node, join(bench.dist, "cli.js"), "run", ...places];
}

/** As the unit starts it, but not in earnest. */
export function guardCommand(bench: Bench, run: string): Command {
  const flags = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=1"];
  return [bench.node, ...flags, "--v8-pool-size=1", join(bench.dist, "guard.js"), "--run", run];
}

function soloSafe(bench: Bench, folder: string, ports: readonly number[]): Command {
  const config = join(folder, "solosafe.yaml");
  writeFileSync(config, serverConfig(bench.server, ports));
  return productCommand(bench, folder, config);
}

/** Its own `runsv` on its own folder; the services of this server are not touched. */
function runit(bench: Bench, folder: string, ports: readonly number[]): Command | null {
  const runsv = findProgram("runsv");
  if (runsv === null) return null;
  const run = join(folder, "run");
  writeFileSync(run, `#!/bin/sh\nexec '${bench.server}' ${ports[0]}\n`);
  chmodSync(run, 0o755);
  return [runsv, folder];
}

function monit(bench: Bench, folder: string, ports: readonly number[]): Command | null {
  const program = findProgram("monit");
  if (program === null) return null;
  const config = join(folder, "monitrc");
  const pidfile = join(folder, "server.pid");
  const lines = [
    "set daemon 1",
    `set pidfile ${folder}/monit.pid`,
    `set idfile ${folder}/monit.id`,
    `set statefile ${folder}/monit.state`,
    `check process server with pidfile ${pidfile}`,
    `  start program = "${bench.server} ${ports[0]} ${pidfile}"`,
  ];
  writeFileSync(config, `${lines.join("\n")}\n`);
  chmodSync(config, 0o600);
  return [program, "-I", "-c", config];
}

/** Where a program is; null when it is not installed. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/bin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
