import { spawn } from "node:child_process";
import { type Fault, fail, type Result, succeed } from "../base/result.ts";
import type { SftpUpload, Uploading } from "../base/upload.ts";
import { faultOf } from "./http-talk.ts";

/** Of what the program says. */
const OUTPUT_MOST = 16 * 1024;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Of the caller's environment: where ssh finds keys, an agent, and its own files. */
const PASSED_ON = ["HOME", "USER", "LOGNAME", "SSH_AUTH_SOCK"] as const;

/**
 * Sends a file with the program `sftp`: keys only, nobody is asked, and a host that is not known is
 * refused. It has its name there only when it is complete.
 */
export async function uploadBySftp(upload: SftpUpload, archive: Uploading): Promise<Result<null>> {
  const target = `${upload.folder}${archive.name}`;
  if (/\p{Cc}/u.test(archive.path + target)) {
    const message = "a name with control characters cannot be sent";
    return fail({ code: "bad-name", message });
  }
  const commands = [
    `put ${quote(archive.path)} ${quote(`${target}.part`)}`,
    `rename ${quote(`${target}.part`)} ${quote(target)}`,
  ];
  const ended = await run(sftpWords(upload), `${commands.join("\n")}\n`, upload, archive.signal);
  if (!ended.ok) return ended;
  const { code, said } = ended.value;
  return code === 0 ? succeed(null) : fail(faultFor(said, upload));
}

/** The words of the command line; see sftp(1) and ssh_config(5). */
export function sftpWords({ host, port, user, key, knownHosts }: SftpUpload): readonly string[] {
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "ConnectTimeout=20",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=4",
    ...(key === null ? [] : [`IdentityFile=${file(key)}`, "IdentitiesOnly=yes"]),
    ...(knownHosts === null
      ? []
      : [`UserKnownHostsFile=${file(knownHosts)}`, "GlobalKnownHostsFile=none"]),
  ];
  const named = host.includes(":") ? `[${host}]` : host;
  return [
    "-b",
    "-",
    ...options.flatMap((option) => ["-o", option]),
    ...(port === null ? [] : ["-P", String(port)]),
    "--",
    user === null ? named : `${user}@${named}`,
  ];
}

/** One word of sftp's own language: in quotes nothing else has a meaning. */
function quote(path: string): string {
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** A path in an option of ssh: quoted for spaces, and `%` begins a token there. */
function file(path: string): string {
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll("%", "%%")}"`;
}

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function run(
  words: readonly string[],
  commands: string,
  { timeoutMs }: SftpUpload,
  signal: AbortSignal,
): Promise<Result<Ended>> {
  const { promise, resolve } = Promise.withResolvers<Result<Ended>>();
  const known = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const env = { PATH: process.env["PATH"] ?? PATH, LC_ALL: "C", ...Object.fromEntries(known) };
  // In a session of its own: no terminal that it could ask, and all of it can be ended.
  const child = spawn("sftp", words, { detached: true, env, stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-OUTPUT_MOST);
    });
  }
  const end = (result: Result<Ended>): void => {
    clearTimeout(limit);
    signal.removeEventListener("abort", interrupt);
    resolve(result);
  };
  const giveUp = (message: string): void => {
    kill(child.pid);
    child.unref();
    end(fail({ code: "aborted", message }));
  };
  const interrupt = (): void => giveUp("it was interrupted");
  const limit = setTimeout(() => giveUp("it took longer than `timeout`"), timeoutMs);
  signal.addEventListener("abort", interrupt, { once: true });
  child.once("error", (error) => end(fail(notStarted(error))));
  child.once("close", (code) => end(succeed({ code, said })));
  // It may be gone before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(commands);
  return promise;
}

function notStarted(error: Error): Fault {
  const { code, message } = faultOf(error, "sftp");
  if (code !== "ENOENT") return { code, message };
  const hint = "Install it: `apt install openssh-client`, or `dnf install openssh-clients`.";
  return { code: "no-sftp", message: "the program `sftp` is not there", hint };
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended in this moment.
  }
}

/** What the program said last; what it was told is no news. */
function faultFor(said: string, { host, port }: SftpUpload): Fault {
  const lines = said.split("\n").map((line) => line.replaceAll(/[\p{Cc}\p{Cf}]/gu, " ").trim());
  const news = lines.filter((line) => line !== "" && !/^sftp>|^@+$/.test(line));
  const message = news.slice(-3).join("; ") || "`sftp` failed without a reason";
  const place = port === null ? host : `-p ${port} ${host}`;
  const hint = /host key|HOST IDENTIFICATION/i.test(said)
    ? `Put its key into the file of \`logs.upload.known-hosts\`: \`ssh-keyscan ${place}\` shows it; compare it with what its administrator says.`
    : /Permission denied \(/.test(said)
      ? "See whether the host knows the public key that belongs to `logs.upload.key`."
      : /No such file|Permission denied|Failure/.test(said)
        ? "See whether the folder of `logs.upload.to` is there and can be written."
        : undefined;
  return { code: "refused", message, ...(hint === undefined ? {} : { hint }) };
}
