import { type Millis, SECOND } from "../base/duration.ts";
import { redactWords } from "../base/redact.ts";
import type { Reads } from "./evidence-reads.ts";

const THREADS_MOST = 64;
const FILES_MOST = 500;
const DEBUGGER_LIMIT: Millis = 3 * SECOND;

/** In this order: what takes no lock that a hung program can hold comes first. */
const CALM = [
  "status",
  "wchan",
  "stack",
  "syscall",
  "cgroup",
  "oom_score",
  "limits",
  "io",
] as const;
const SOCKET_TABLES = ["tcp", "tcp6", "udp", "udp6", "unix"] as const;
/** Of `/proc/net/tcp` (the kernel's net/tcp_states.h). */
const TCP_STATES = [
  "?",
  "established",
  "syn-sent",
  "syn-received",
  "fin-wait-1",
  "fin-wait-2",
  "time-wait",
  "close",
  "close-wait",
  "last-ack",
  "listen",
  "closing",
];

/** What one process does, has open and waits for; never its environment, where secrets are. */
export async function processEvidence(
  reads: Reads,
  pid: number,
  hasDebugger: boolean,
): Promise<string> {
  const folder = `/proc/${pid}`;
  const parts: string[] = [];
  for (const name of CALM) parts.push(section(name, await reads.file(`${folder}/${name}`)));
  parts.push(section("threads", await threads(reads, folder)));
  parts.push(section("open files", await openFiles(reads, folder)));
  // These wait for the lock of its memory, which a thread that hangs in a page fault may hold.
  parts.push(section("command line", await commandLine(reads, folder)));
  parts.push(section("smaps_rollup", await reads.file(`${folder}/smaps_rollup`)));
  if (hasDebugger) parts.push(section("user stack", await userStack(reads, pid)));
  return parts.join("\n");
}

function section(name: string, text: string): string {
  return `== ${name}\n${text.trimEnd()}\n`;
}

async function threads(reads: Reads, folder: string): Promise<string> {
  const names = (await reads.names(`${folder}/task`)).slice(0, THREADS_MOST);
  const lines: string[] = [];
  for (const name of names) {
    const place = `${folder}/task/${name}`;
    const stat = await reads.file(`${place}/stat`);
    const close = stat.lastIndexOf(")");
    const title = stat.slice(stat.indexOf("(") + 1, Math.max(0, close));
    const state = stat.slice(close + 2, close + 3);
    const waits = await reads.file(`${place}/wchan`);
    lines.push(`${name} ${state} ${waits} ${title}`);
    if (state === "D") lines.push((await reads.file(`${place}/stack`)).trimEnd());
  }
  return lines.join("\n");
}

async function commandLine(reads: Reads, folder: string): Promise<string> {
  const text = await reads.file(`${folder}/cmdline`);
  if (!text.includes("\0")) return text;
  const words = redactWords(text.split("\0").slice(0, -1));
  return words.map((word) => (/^[^\s"'\\]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}

async function openFiles(reads: Reads, folder: string): Promise<string> {
  const names = await reads.names(`${folder}/fd`);
  const links: (readonly [string, string])[] = [];
  for (const name of names.slice(0, FILES_MOST)) {
    links.push([name, await reads.link(`${folder}/fd/${name}`)]);
  }
  const hasSockets = links.some(([, target]) => target.startsWith("socket:"));
  const sockets = hasSockets ? await readSockets(reads, folder) : new Map<string, string>();
  const lines = links.map(([name, target]) => {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "";
    return `${name} -> ${sockets.get(inode) ?? target}`;
  });
  if (names.length > FILES_MOST) lines.push(`and ${names.length - FILES_MOST} more`);
  return lines.join("\n");
}

/** What sockets are, by inode, in the network that the process sees. */
async function readSockets(reads: Reads, folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const table of SOCKET_TABLES) {
    const rows = (await reads.file(`${folder}/net/${table}`)).split("\n").slice(1);
    for (const row of rows) {
      const fields = row.trim().split(/\s+/);
      const [inode, text] = table === "unix" ? unixSocket(fields) : netSocket(table, fields);
      if (inode !== undefined) found.set(inode, text);
    }
  }
  return found;
}

function unixSocket(fields: readonly string[]): readonly [string | undefined, string] {
  return [fields[6], `unix ${fields[7] ?? "(no name)"}`];
}

function netSocket(
  table: string,
  fields: readonly string[],
): readonly [string | undefined, string] {
  const [, local = "", remote = "", state = ""] = fields;
  const name = table.startsWith("tcp") ? (TCP_STATES[Number.parseInt(state, 16)] ?? state) : "";
  const queues = fields[4] ?? "";
  const text = `${table} ${endpoint(local)} -> ${endpoint(remote)} ${name} queues ${queues}`;
  return [fields[9], text];
}

/** `0100007F:1F90`: the address in words of four bytes, each of this processor's order. */
function endpoint(text: string): string {
  const [address = "", port = ""] = text.split(":");
  const bytes = [...address.matchAll(/.{8}/g)].flatMap(([word]) =>
    [...word.matchAll(/../g)].map(([byte]) => Number.parseInt(byte, 16)).toReversed(),
  );
  const shown =
    bytes.length === 4
      ? bytes.join(".")
      : `[${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}]`;
  return `${shown}:${Number.parseInt(port, 16)}`;
}

/** Both stop the process while they look, and let it go when they end, also when they are killed. */
async function userStack(reads: Reads, pid: number): Promise<string> {
  const first = await reads.program(["eu-stack", "--pid", String(pid)], DEBUGGER_LIMIT);
  if (!first.startsWith("(there is no")) return first;
  // Arguments of functions are the program's data: they are left out.
  const commands = ["set print frame-arguments none", "thread apply all bt 40"];
  const words = ["--batch", "-nx", ...commands.flatMap((one) => ["-ex", one]), "-p", String(pid)];
  return await reads.program(["gdb", ...words], DEBUGGER_LIMIT);
}
