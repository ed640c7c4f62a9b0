/** Debian's snmptrapd on loopback, with a configuration of its own; the system's is not touched. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../cli/run-cli.ts";
import { until } from "../process/lab.ts";

const SNMPTRAPD = "/usr/sbin/snmptrapd";
export const SNMPTRANSLATE = "/usr/bin/snmptranslate";
/** The standard modules come with the package that we send with; Debian has them elsewhere only. */
export const MIB_FOLDERS: string = [
  join(ROOT, "node_modules/net-snmp/lib/mibs"),
  join(ROOT, "config/snmp"),
].join(":");

/** Why there can be no snmptrapd here; false = there can. */
export function snmpIsMissing(): string | false {
  const missing = [SNMPTRAPD, SNMPTRANSLATE].filter((one) => !existsSync(one));
  return missing.length > 0 && `${missing.join(", ")} of Net-SNMP is not here`;
}

export interface TrapCatcher {
  readonly port: number;
  /** What it has heard, one line each. */
  traps(): readonly string[];
  close(): Promise<void>;
}

/** `lines`: of snmptrapd.conf(5). */
export async function catchTraps(folder: string, lines: readonly string[]): Promise<TrapCatcher> {
  const own = join(folder, "snmp");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "catcher.conf"), `${lines.join("\n")}\n`, { mode: 0o600 });
  // A port that was free may be somebody else's a moment later: then another one is tried.
  for (let tries = 0; tries < 10; tries += 1) {
    const catcher = await start(own, await freePort());
    if (catcher !== null) return catcher;
  }
  throw new Error("snmptrapd ends again and again");
}

/** Null when it has ended instead of listening. */
async function start(own: string, port: number): Promise<TrapCatcher | null> {
  const config = join(own, "catcher.conf");
  const words = ["-f", "-C", "-c", config, "-Lo", "-n", "-M", MIB_FOLDERS, "-m", "SOLOSAFE-MIB"];
  const format = ["-O", "qU", "-F", "TRAP %W %v\\n"];
  const child = spawn(SNMPTRAPD, [...words, ...format, `udp:127.0.0.1:${port}`], {
    env: { PATH: process.env["PATH"] ?? "", SNMP_PERSISTENT_DIR: own },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const ended = new Promise((resolve) => child.once("close", resolve));
  // It says its version when it has opened its port, or could not.
  const isUp = (): boolean => said.includes("NET-SNMP version") && isOpen(port);
  await until("snmptrapd listens, or has ended", () => isUp() || child.exitCode !== null);
  if (child.exitCode !== null) {
    assert.match(said, /in use/);
    return null;
  }
  return {
    port,
    traps: () => said.split("\n").filter((line) => line.startsWith("TRAP ")),
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await ended;
    },
  };
}

function isOpen(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync("/proc/net/udp", "utf8").includes(`0100007F:${hex} `);
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(done));
  return port;
}
