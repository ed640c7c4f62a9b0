import { getSystemErrorMap } from "node:util";
import koffi from "koffi";

/**
 * The few calls of the C library that Node does not offer. Loaded once, by the two processes that
 * need them. A wrong signature here crashes the process: every one has a test in `test/host`.
 */
const libc = koffi.load(null);

const spawnp = libc.func(
  "int posix_spawnp(_Out_ int *pid, const char *file, void *actions, void *attributes, const char **argv, const char **envp)",
);
const actionsInit = libc.func("int posix_spawn_file_actions_init(void *actions)");
const actionsDestroy = libc.func("int posix_spawn_file_actions_destroy(void *actions)");
const actionsOpen = libc.func(
  "int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, uint mode)",
);
const actionsDup = libc.func(
  "int posix_spawn_file_actions_adddup2(void *actions, int fd, int newFd)",
);
const actionsDirectory = libc.func(
  "int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)",
);
const attributesInit = libc.func("int posix_spawnattr_init(void *attributes)");
const attributesDestroy = libc.func("int posix_spawnattr_destroy(void *attributes)");
const attributesFlags = libc.func("int posix_spawnattr_setflags(void *attributes, int16 flags)");
const attributesDefault = libc.func(
  "int posix_spawnattr_setsigdefault(void *attributes, void *signals)",
);
const attributesMask = libc.func("int posix_spawnattr_setsigmask(void *attributes, void *signals)");
const fillSignals = libc.func("int sigfillset(void *signals)");
const emptySignals = libc.func("int sigemptyset(void *signals)");
const systemCall2 = libc.func("syscall", "long", ["long", "long", "long"]);
const systemCall4 = libc.func("syscall", "long", ["long", "long", "long", "long", "long"]);
const closeFd = libc.func("int close(int fd)");
const pipe2 = libc.func("int pipe2(_Out_ int *fds, int flags)");
const waitpid = libc.func("int waitpid(int pid, _Out_ int *status, int options)");
const waitid = libc.func("int waitid(int kind, int id, void *info, int options)");
const prctl = libc.func(
  "int prctl(int option, ulong argument2, ulong argument3, ulong argument4, ulong argument5)",
);
const alarm = libc.func("uint alarm(uint seconds)");
const getsockopt = libc.func(
  "int getsockopt(int fd, int level, int option, void *value, _Inout_ uint *length)",
);
const epollCreate = libc.func("int epoll_create1(int flags)");
const epollCtl = libc.func("int epoll_ctl(int epoll, int operation, int fd, void *event)");
const epollWait = libc.func("int epoll_wait(int epoll, void *events, int most, int timeout)");

// The numbers are the same on x86-64 and arm64, the two platforms of the product.
const SYS_PIDFD_SEND_SIGNAL = 424;
const SYS_PIDFD_OPEN = 434;
const SPAWN_SETSIGDEF = 0x04;
const SPAWN_SETSIGMASK = 0x08;
const SPAWN_SETSID = 0x80;
const O_RDONLY = 0;
const O_CLOEXEC = 0o2000000;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x01000000;
const PR_SET_CHILD_SUBREAPER = 36;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

/** How a process ended, as `waitpid` and field 52 of /proc/pid/stat encode it. */
export type WaitStatus = number;

export interface SpawnRequest {
  readonly command: readonly [string, ...string[]];
  /** `NAME=value`; nothing else is passed on. */
  readonly environment: readonly string[];
  readonly workingDirectory: string | null;
  /** Descriptor for stdout and stderr; null = /dev/null. */
  readonly output: number | null;
}

/** The kernel ends this process by a signal, whatever it does then. */
export function setAlarm(seconds: number): void {
  alarm(seconds);
}

/** Name of an error number (`ENOENT`); `E<number>` when Node does not know it. */
export function errorName(number: number): string {
  return getSystemErrorMap().get(-number)?.[0] ?? `E${number}`;
}

/** The kernel's sentence for an error number. */
export function errorText(number: number): string {
  return getSystemErrorMap().get(-number)?.[1] ?? `error ${number}`;
}

function prepareAttributes(): Buffer {
  // 336 and 128 bytes on glibc; they are never freed: one set serves every start.
  const attributes = Buffer.alloc(512);
  const signals = Buffer.alloc(256);
  attributesInit(attributes);
  attributesFlags(attributes, SPAWN_SETSID | SPAWN_SETSIGDEF | SPAWN_SETSIGMASK);
  // Node ignores SIGPIPE; a program that inherits that never ends behind a closed pipe.
  fillSignals(signals);
  attributesDefault(attributes, signals);
  emptySignals(signals);
  attributesMask(attributes, signals);
  return attributes;
}

let sharedAttributes: Buffer | null = null;

/**
 * Starts a program as the leader of a session of its own, with stdin from /dev/null and no other
 * descriptor of ours. Blocks until the program is loaded. Returns its pid, or a negative error
 * number when it could not be started.
 */
export function spawnProgram(request: SpawnRequest): number {
  sharedAttributes ??= prepareAttributes();
  const actions = Buffer.alloc(256);
  actionsInit(actions);
  try {
    actionsOpen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (request.output === null) actionsOpen(actions, 1, "/dev/null", 1, 0);
    else actionsDup(actions, request.output, 1);
    actionsDup(actions, 1, 2);
    if (request.workingDirectory !== null) actionsDirectory(actions, request.workingDirectory);
    const pid = [0];
    const fault = spawnp(
      pid,
      request.command[0],
      actions,
      sharedAttributes,
      [...request.command, null],
      [...request.environment, null],
    );
    return fault === 0 ? (pid[0] ?? -1) : -fault;
  } finally {
    actionsDestroy(actions);
  }
}

/** Frees what `spawnProgram` keeps; only tests that count memory need it. */
export function releaseSpawnAttributes(): void {
  if (sharedAttributes) attributesDestroy(sharedAttributes);
  sharedAttributes = null;
}

/** A descriptor that becomes readable when the process ends; -1 when there is no such process. */
export function openPidfd(pid: number): number {
  return Number(systemCall2(SYS_PIDFD_OPEN, pid, 0));
}

/** Sends a signal to exactly the process behind the descriptor; false when it has ended. */
export function signalPidfd(pidfd: number, signal: number): boolean {
  return Number(systemCall4(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0)) === 0;
}

export function closeDescriptor(fd: number): void {
  closeFd(fd);
}

/** Both ends of a new pipe, not passed on to programs; null when there are no descriptors left. */
export function openPipe(): { readonly read: number; readonly write: number } | null {
  const fds = [0, 0];
  if (pipe2(fds, O_CLOEXEC) !== 0) return null;
  return { read: fds[0] ?? -1, write: fds[1] ?? -1 };
}

/** Reaps a child that has ended; null while it runs or is not ours. */
export function reapChild(pid: number): WaitStatus | null {
  const status = [0];
  return waitpid(pid, status, WNOHANG) === pid ? (status[0] ?? 0) : null;
}

/** Whether any child has ended and waits to be reaped; leaves it as it is. */
export function hasEndedChild(): boolean {
  const info = Buffer.alloc(128);
  if (waitid(0, 0, info, WEXITED | WNOHANG | WNOWAIT) !== 0) return false;
  // si_pid: three numbers and, on 64-bit platforms, a gap come before it.
  return info.readInt32LE(16) !== 0;
}

/** Orphans of what we start become our children, so that somebody reaps them. */
export function becomeSubreaper(): boolean {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) === 0;
}

/** pid, uid and gid of the process at the other end of a connected unix socket; null on a fault. */
export function readPeerCredentials(
  fd: number,
): { readonly pid: number; readonly uid: number; readonly gid: number } | null {
  const value = Buffer.alloc(12);
  const length = [12];
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, value, length) !== 0) return null;
  return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Looks an account up as login does (files, LDAP, …); it may take long. Null: no such account. */
export function findAccount(name: string): Account | null {
  const record = koffi.struct({
    name: "char *",
    password: "char *",
    uid: "uint32",
    gid: "uint32",
    gecos: "char *",
    home: "char *",
    shell: "char *",
  });
  const find = libc.func("getpwnam", koffi.pointer(record), ["const char *"]);
  const address: unknown = find(name);
  if (address === null) return null;
  const found: { uid: number; gid: number; home: string } = koffi.decode(address, record);
  return { uid: found.uid, gid: found.gid, home: found.home };
}

const EPOLL_CLOEXEC = O_CLOEXEC;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLIN = 1;
const EVENTS_AT_ONCE = 64;
// On x86-64 struct epoll_event is packed (12 bytes); elsewhere it is aligned (16 bytes).
const EVENT_BYTES = process.arch === "x64" ? 12 : 16;
const DATA_OFFSET = EVENT_BYTES - 8;

/** A new epoll set. Throws when there is none left. */
export function openEpoll(): number {
  const epoll = epollCreate(EPOLL_CLOEXEC);
  if (epoll < 0) throw new Error("epoll_create1 failed: no descriptors are left");
  return epoll;
}

/** False when the kernel refuses (too many watches, or nothing to wait for). */
export function addToEpoll(epoll: number, fd: number, events: number): boolean {
  const event = Buffer.alloc(EVENT_BYTES);
  event.writeUInt32LE(events, 0);
  event.writeInt32LE(fd, DATA_OFFSET);
  return epollCtl(epoll, EPOLL_CTL_ADD, fd, event) === 0;
}

// One for all: what is in it is read within the same call.
const readyEvents = Buffer.alloc(EVENT_BYTES * EVENTS_AT_ONCE);

/** Descriptors of an epoll set that are ready now, a part of them when they are many; never waits. */
export function readyNow(epoll: number): readonly number[] {
  const count = epollWait(epoll, readyEvents, EVENTS_AT_ONCE, 0);
  const ready: number[] = [];
  for (let at = 0; at < count; at += 1) {
    ready.push(readyEvents.readInt32LE(at * EVENT_BYTES + DATA_OFFSET));
  }
  return ready;
}

/** One set of descriptors behind one wake-up of the event loop. */
export class EpollSet {
  readonly #fd: number;
  readonly #handle: ReturnType<typeof koffi.node.poll>;

  /** `onReadable` is called with each descriptor that became readable; it must remove it. */
  constructor(onReadable: (fd: number) => void) {
    this.#fd = openEpoll();
    this.#handle = koffi.node.poll(this.#fd, { readable: true }, () => this.#drain(onReadable));
  }

  /** False when the kernel refuses (too many watches). */
  add(fd: number): boolean {
    return addToEpoll(this.#fd, fd, EPOLLIN);
  }

  remove(fd: number): void {
    epollCtl(this.#fd, EPOLL_CTL_DEL, fd, Buffer.alloc(EVENT_BYTES));
  }

  /** Whether waiting for descriptors keeps the process alive. */
  unref(): void {
    this.#handle.unref();
  }

  close(): void {
    this.#handle.close();
    closeFd(this.#fd);
  }

  #drain(onReadable: (fd: number) => void): void {
    for (const fd of readyNow(this.#fd)) onReadable(fd);
  }
}
