import { type Millis, SECOND } from "../../base/duration.ts";
import type { Paths } from "../../base/paths.ts";
import type { LogPattern } from "../../config/read-logs.ts";
import type { Pattern } from "./gather.ts";
import { printed, type Reader } from "./found-files.ts";
import { systemFacts } from "./system-facts.ts";

/** The journal may be large, and its disk slow. */
const JOURNAL_LIMIT: Millis = 60 * SECOND;
const PROGRAM_LIMIT: Millis = 10 * SECOND;
const JOURNAL = ["journalctl", "--no-pager", "--quiet", "--output=short-iso-precise"] as const;

const OPTIONAL = { isOptional: true } as const;

export interface PatternParts {
  readonly paths: Paths;
  readonly reader: Reader;
  /** Units that are resources here. */
  readonly units: readonly string[];
  /** What the running agent says of itself; null: none runs. */
  readonly status: () => Promise<unknown>;
}

/** What is collected on every server. */
export function ownPatterns(parts: PatternParts): readonly Pattern[] {
  return [
    { name: "solosafe", find: () => ownFiles(parts) },
    { name: "system", find: () => systemState(parts.reader) },
    { name: "journal", find: () => journals(parts) },
    { name: "sysstat", find: () => sysstat(parts.reader) },
  ];
}

/** What the configuration names. */
export function configuredPattern(
  { name, files, command, timeoutMs }: LogPattern,
  reader: Reader,
): Pattern {
  return {
    name,
    async *find() {
      for (const pattern of files) yield* reader.files(`logs/${name}`, pattern);
      if (command !== null) yield await printed(command, `logs/${name}/output.txt`, timeoutMs);
    },
  };
}

async function* ownFiles({ paths, reader, status }: PatternParts): ReturnType<Pattern["find"]> {
  yield await reader.one(paths.config, "solosafe/solosafe.yaml");
  const now = await status();
  if (now === null) yield { source: "status", missing: "the agent is not running" };
  else {
    const content = Buffer.from(`${JSON.stringify(now, null, 2)}\n`);
    yield { path: "solosafe/status.json", source: "status", content, isCut: false };
  }
  const { state, logs } = paths;
  const own = ["*.json", "history/*", "boots/*", "drills/*", "config/*", "evidence/*/*/*"];
  for (const pattern of own) yield* reader.files("solosafe", `${state}/${pattern}`, OPTIONAL);
  yield* reader.files("solosafe", `${logs}/*`, OPTIONAL);
}

const KERNEL_FILES = [
  "version",
  "cmdline",
  "uptime",
  "loadavg",
  "meminfo",
  "vmstat",
  "self/mounts",
  "swaps",
  "partitions",
  "diskstats",
  "interrupts",
  "pressure/cpu",
  "pressure/io",
  "pressure/memory",
] as const;

/** Programs that show this server; none shows command lines, which may hold anything. */
const PROGRAMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  processes: ["ps", "-eo", "pid,ppid,user,stat,wchan:32,pcpu,rss,etime,comm"],
  "failed-units": ["systemctl", "--no-pager", "--failed"],
  timers: ["systemctl", "--no-pager", "list-timers", "--all"],
  space: ["df", "--local", "--print-type"],
  addresses: ["ip", "-statistics", "address"],
  routes: ["ip", "route"],
  sockets: ["ss", "--tcp", "--udp", "--all", "--numeric"],
  boots: ["last", "-x", "-n", "100", "reboot", "shutdown", "runlevel"],
};

async function* systemState(reader: Reader): ReturnType<Pattern["find"]> {
  yield await reader.one("/etc/os-release", "system/os-release");
  for (const name of KERNEL_FILES) yield await reader.one(`/proc/${name}`, `system/proc/${name}`);
  for (const [name, command] of Object.entries(PROGRAMS)) {
    yield await printed(command, `system/${name}.txt`, PROGRAM_LIMIT);
  }
  yield await systemFacts("system/facts.json");
}

async function* journals({ reader, units }: PatternParts): ReturnType<Pattern["find"]> {
  const since = `--since=@${Math.floor(reader.sinceWall / 1000)}`;
  const read = (name: string, ...words: readonly string[]) =>
    printed([...JOURNAL, since, ...words], `journal/${name}.txt`, JOURNAL_LIMIT);
  yield await read("solosafe", "--unit=solosafe*", "--lines=20000");
  yield await read("kernel", "_TRANSPORT=kernel", "--lines=20000");
  yield await read("warnings", "--priority=warning", "--lines=10000");
  for (const unit of units) yield await read(`units/${unit}`, `--unit=${unit}`, "--lines=5000");
}

/** Debian and Red Hat keep them in different places; those of the last days are enough. */
async function* sysstat(reader: Reader): ReturnType<Pattern["find"]> {
  for (const folder of ["/var/log/sysstat", "/var/log/sa"]) {
    yield* reader.files("sysstat", `${folder}/sa*`, { ...OPTIONAL, isRaw: true });
  }
}
