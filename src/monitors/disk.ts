import * as z from "zod/mini";
import { MINUTE } from "../base/duration.ts";
import type { DiskEnd, DiskProbe, DiskStep, MountFacts } from "../ports/disk.ts";
import {
  type Complaint,
  type MonitorDefaults,
  NO_LINKS,
  type Probe,
  type ProbeResult,
  type ServerFacts,
  defineMonitor,
  failed,
  ok,
  unknown,
  warning,
} from "./define.ts";
import { about, absolutePath, line, size } from "./fields.ts";

const KIBI = 1024;
const MEBI = 1024 * KIBI;
const GIBI = 1024 * MEBI;

const params = z.strictObject({
  path: about("Folder that is written to; with `read` and `tur` a device or file", absolutePath()),
  method: about(
    "`write`: a file is written, flushed, read back past the page cache and compared; `read`: a block device or large file is read; `tur`: a SCSI device is asked whether it is ready",
    z._default(z.enum(["write", "read", "tur"]), "write"),
  ),
  size: about("So much is written or read each time", z._default(size(4 * KIBI, GIBI), 2 * MEBI)),
  mount: about(
    "Whether `path` must be a mount point; `auto`: what `/etc/fstab` promises and what was mounted there once must be mounted",
    z._default(z.union([z.literal("auto"), z.boolean()]), "auto"),
  ),
  device: about(
    "What must be mounted there: a block device, `UUID=…`, or `server:/export`; default: anything",
    z.optional(line(1024)),
  ),
});
type Params = z.output<typeof params>;

function shortForm(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== "string") return null;
  return value.startsWith("/dev/") ? { path: value, method: "read" } : { path: value };
}

function check(given: Params): readonly Complaint[] {
  if (given.method === "write") {
    if (given.device === undefined || given.mount !== false) return [];
    const what = "with `mount: false` nobody looks at what is mounted";
    return [{ key: "device", what, hint: "Leave one of them out." }];
  }
  const hint = "Leave it out, or use `method: write`.";
  const what = `it has no meaning for \`method: ${given.method}\``;
  const complaints: Complaint[] = [];
  if (given.device !== undefined) complaints.push({ key: "device", what, hint });
  if (given.mount !== "auto") complaints.push({ key: "mount", what, hint });
  return complaints;
}

const LOCAL: MonitorDefaults = {
  intervalMs: MINUTE / 2,
  timeoutMs: 2 * MINUTE,
  retries: 1,
  finalAction: "reboot",
  target: "server",
  stuckAction: "reset",
  repeatReboot: true,
};
/** Somebody else's fault, or one that a reboot does not heal. */
const REMOTE: MonitorDefaults = {
  intervalMs: MINUTE,
  timeoutMs: 2 * MINUTE,
  retries: 1,
  finalAction: "none",
  target: "none",
};

function defaultsFor(given: Params, facts: ServerFacts): MonitorDefaults {
  if (facts.storageOf === undefined) return LOCAL;
  return facts.storageOf(given.path) === "local" ? LOCAL : REMOTE;
}

function createProbe(given: Params): Probe {
  let seenMountPoint: string | null = null;
  let wasOk = false;
  return async ({ host, monitor, timeoutMs, signal, onSlow }): Promise<ProbeResult> => {
    const probe: DiskProbe = {
      method: given.method,
      path: given.path,
      sizeBytes: given.size,
      name: monitor,
      mount: given.mount === "auto" ? "auto" : given.mount ? "yes" : "no",
      seenMountPoint,
      device: given.device ?? null,
      timeoutMs,
    };
    const startedAt = performance.now();
    const end = await host.probeDisk(probe, signal, (step) =>
      onSlow?.(`${DOING[step]} hangs on \`${given.path}\``),
    );
    if (end.kind === "ok") {
      wasOk = true;
      seenMountPoint = end.mount?.mountPoint ?? null;
    }
    return judge(given, end, wasOk, Math.round(performance.now() - startedAt));
  };
}

/**
 * What the end of a probe means, in one sentence. What was never ok may be written wrong: no reason
 * to take the server down.
 */
function judge(given: Params, end: DiskEnd, wasOk: boolean, tookMs: number): ProbeResult {
  const path = `\`${given.path}\``;
  switch (end.kind) {
    case "ok":
      return judgeOk(given, end, tookMs);
    case "error":
      if (end.step === "open" && end.code === "ENOENT" && !wasOk) {
        return unknown(`there is no ${path}, and there was none before; is it written right?`);
      }
      if (end.code === "ENOMEDIUM" && !wasOk) {
        return { ...judgeError(path, end), isAlertOnly: true };
      }
      return judgeError(path, end);
    case "changed": {
      const what = "gives back other data than was written";
      return told(`${path}${on(end.mount)} ${what}, first at byte ${end.at}`, end.mount);
    }
    case "notMounted": {
      const lies = end.on ? `; ${path} lies on ${named(end.on)} now` : "";
      return failed(`nothing is mounted at \`${end.mountPoint}\`${lies}`);
    }
    case "otherDevice": {
      const at = `\`${end.mount.mountPoint}\``;
      const away = end.isThere ? "" : ", which this server does not have";
      const result = failed(
        `${named(end.mount)} is mounted at ${at}, not \`${given.device}\`${away}`,
      );
      return wasOk ? result : { ...result, isAlertOnly: true };
    }
    case "inTheWay":
      return unknown(`\`${end.file}\` is ${end.what} and not ours; remove it, or look who made it`);
    case "notReady":
      return failed(`${path} is not ready: ${end.answer}`);
    case "cannot":
      return unknown(end.reason);
    case "noWorker":
      if (!end.isOnWatched) return unknown(end.reason);
      return failed(`${path} holds our own program, and ${end.reason}`);
  }
}

function judgeOk(
  given: Params,
  { isBypassed, mount }: Extract<DiskEnd, { kind: "ok" }>,
  tookMs: number,
): ProbeResult {
  const path = `\`${given.path}\``;
  const amount = given.size >= MEBI ? `${given.size / MEBI} MiB` : `${given.size / KIBI} KiB`;
  if (given.method === "tur") return ok(`${path} is ready, asked in ${tookMs} ms`);
  const did =
    given.method === "read"
      ? `${amount} of ${path} were read`
      : `${amount} on ${path} were written, flushed and read back`;
  const cached = isBypassed ? "" : "; the page cache may have answered";
  const unforeseen =
    "that is a network or multipath storage behind a symbolic link, whose failures are told only; name the path it leads to";
  if (mount?.isUnforeseen) return warning(`${did}; ${unforeseen}`);
  return ok(`${did} in ${tookMs} ms${cached}`);
}

/** No permission, or the program's own want: it says nothing about the disk. */
const NOT_ABOUT_THE_DISK: ReadonlySet<string> = new Set([
  "EACCES",
  "EPERM",
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ELOOP",
  "ENAMETOOLONG",
  "ENOTDIR",
  "EISDIR",
]);

const NEVER_WRITTEN: ReadonlySet<string> = new Set([
  "iso9660",
  "udf",
  "squashfs",
  "erofs",
  "cramfs",
]);

const DOING: Readonly<Record<DiskStep, string>> = {
  open: "opening it",
  create: "creating a file",
  write: "writing",
  fsync: "flushing (fsync)",
  read: "reading",
  remove: "removing the file",
  ask: "asking the device",
};

function judgeError(path: string, end: Extract<DiskEnd, { kind: "error" }>): ProbeResult {
  const { step, code, words, mount } = end;
  const at = `${path}${on(mount)}`;
  if (code === "ENOSPC") {
    // A reboot makes no room: it would only add an outage.
    const what = end.hasNoInodes ? "has no inodes left" : "is full";
    return { ...failed(`${at} ${what}`), isAlertOnly: true };
  }
  if (code === "EDQUOT") return { ...failed(`the quota on ${at} is used up`), isAlertOnly: true };
  if (code === "EROFS") {
    if (mount && NEVER_WRITTEN.has(mount.fileSystem)) {
      return unknown(`${at} can never be written to; use \`method: read\` with its device`);
    }
    const why = mount?.isReadOnly
      ? "is mounted read-only"
      : "has become read-only after an error, though its mount says that it is not";
    return told(`${at} ${why}`, mount);
  }
  if (step === "open" && code === "ENOENT") return failed(`there is no ${path}`);
  if (NOT_ABOUT_THE_DISK.has(code)) {
    const hint = code === "EACCES" || code === "EPERM" ? "; the agent needs the right to it" : "";
    return unknown(`${at} cannot be probed, ${DOING[step]} failed: ${words} (${code})${hint}`);
  }
  return told(`${at}: ${DOING[step]} failed: ${words} (${code})`, mount);
}

/** Failed; and told only where the configuration could not know what the path leads to. */
function told(reason: string, mount: MountFacts | null): ProbeResult {
  return mount?.isUnforeseen ? { ...failed(reason), isAlertOnly: true } : failed(reason);
}

function named({ source, fileSystem }: MountFacts): string {
  return source === fileSystem ? fileSystem : `${source} (${fileSystem})`;
}

function on(mount: MountFacts | null): string {
  return mount ? ` on ${named(mount)}` : "";
}

export const disk = defineMonitor({
  name: "disk",
  title: "Disk",
  detects:
    "A disk or file system that does not take, keep or give back data, has become read-only, is full, is not mounted any more, or hangs.",
  cannotDetect:
    "Damage elsewhere on the disk than where the probe lies; a mount that was missing from the start and is not in `/etc/fstab`, unless `mount: true`; a cache inside the device that answers for it.",
  params,
  shortForm,
  shortExample: "/srv",
  defaults: LOCAL,
  isStuckJudged: true,
  defaultsFor,
  isEventDriven: () => false,
  links: () => NO_LINKS,
  check,
  createProbe,
});
