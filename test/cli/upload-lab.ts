/** Counterparts for archives that are sent: a web server with TLS, and Debian's sshd. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTcp } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { until } from "../process/lab.ts";
import type { Identity } from "../mail/certificates.ts";

/** What a web server got. */
export interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface Office {
  readonly port: number;
  readonly got: Got[];
  close(): Promise<void>;
}

/** A web server on loopback; `answer` is called when the whole body is there. */
export async function openOffice(
  identity: Identity,
  answer: (got: Got, response: ServerResponse) => void,
  refuses: ((response: ServerResponse) => void) | null = null,
): Promise<Office> {
  const got: Got[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => {});
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const all = { method, url, headers, body: Buffer.concat(chunks) };
      got.push(all);
      answer(all, response);
    });
  };
  const server: Server = createServer({ key: identity.key, cert: identity.cert }, listener);
  // Before the body: as a server that looks at the token first.
  if (refuses !== null) server.on("checkContinue", (_request, response) => refuses(response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  return {
    port: address.port,
    got,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const probe = createTcp();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const address = probe.address();
  assert(typeof address === "object" && address !== null);
  await new Promise((done) => probe.close(done));
  return address.port;
}

export const SSHD = "/usr/sbin/sshd";
const NOBODY = 65_534;

/** Why there can be no sshd here; false = there can. */
export function sshIsMissing(): string | false {
  const missing = [SSHD, "/usr/bin/sftp", "/usr/bin/ssh-keygen"].filter((one) => !existsSync(one));
  return missing.length > 0 && `${missing.join(", ")} of openssh is not here`;
}

export interface SshHost {
  readonly port: number;
  readonly user: string;
  /** Where files arrive. */
  readonly inbox: string;
  /** Files of the one who sends. */
  readonly key: string;
  readonly knownHosts: string;
  close(): Promise<void>;
}

/**
 * Debian's sshd on loopback with a configuration and keys of its own, as an account without rights;
 * the system's service is not touched. `folder` is empty, and everybody may look into it.
 */
export async function openSsh(folder: string): Promise<SshHost> {
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? "nobody" : userInfo().username;
  const [home, inbox] = [join(folder, "ssh"), join(folder, "ssh", "in box")];
  mkdirSync(inbox, { recursive: true });
  chmodSync(folder, 0o755);
  keygen(join(home, "host"));
  keygen(join(folder, "client key"));
  writeFileSync(join(home, "authorized"), readFileSync(join(folder, "client key.pub")));
  const own = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const mine = [home, inbox, join(home, "host"), join(home, "authorized")];
  for (const one of isRoot ? mine : []) chownSync(one, NOBODY, NOBODY);
  const { child, port } = await listening(home, own);
  const [type, key] = readFileSync(join(home, "host.pub"), "utf8").split(" ");
  const knownHosts = join(folder, "known hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${type} ${key}\n`);
  return {
    port,
    user,
    inbox,
    key: join(folder, "client key"),
    knownHosts,
    close: () => end(child),
  };
}

/** A port that was free may be somebody else's a moment later: then another one is tried. */
async function listening(
  home: string,
  own: { readonly uid?: number; readonly gid?: number },
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  let said = "";
  for (let tries = 0; tries < 10; tries += 1) {
    const port = await freePort();
    writeFileSync(join(home, "config"), configuration(home, port), { mode: 0o644 });
    const words = ["-D", "-e", "-f", join(home, "config")];
    const child = spawn(SSHD, words, { ...own, stdio: ["ignore", "ignore", "pipe"] });
    said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const isUp = (): boolean => said.includes("Server listening");
    await until("sshd listens, or has ended", () => isUp() || child.exitCode !== null);
    if (isUp()) return { child, port };
    if (!said.includes("in use")) break;
  }
  throw new Error(`sshd ended: ${said}`);
}

function configuration(home: string, port: number): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey "${join(home, "host")}"`,
    `AuthorizedKeysFile "${join(home, "authorized")}"`,
    "PidFile none",
    // An account without a password counts as locked for sshd alone.
    "UsePAM yes",
    "StrictModes no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "ForceCommand internal-sftp",
    "Subsystem sftp internal-sftp",
    "",
  ].join("\n");
}

function keygen(file: string): void {
  const run = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file], {
    encoding: "utf8",
    timeout: 120_000,
  });
  assert.equal(run.status, 0, run.stderr);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await gone;
}
