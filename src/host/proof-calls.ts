import koffi from "koffi";
import { errorText } from "./libc.ts";

/** Calls by which a process proves that the kernel still gives memory and threads. */
const libc = koffi.load(null);
const mapMemory = libc.func(
  "uintptr_t mmap(void *address, size_t length, int protection, int flags, int fd, long offset)",
);
const fillMemory = libc.func("void *memset(uintptr_t memory, int value, size_t length)");
const unmapMemory = libc.func("int munmap(uintptr_t address, size_t length)");
const createThread = libc.func(
  "int pthread_create(void *thread, void *attributes, void *start, void *argument)",
);
const tryJoin = libc.func("int pthread_tryjoin_np(ulong thread, void *result)");

const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
const EBUSY = 16;

/**
 * What the new thread does. A function of the C library that takes nothing, needs no JavaScript and
 * returns at once: on x86-64 and arm64 the argument it does not look for lies in a register, and what
 * it leaves in the register for results is nobody's.
 */
const nothingMuch: unknown = libc.symbol("sched_yield");

/** Takes fresh pages from the kernel, writes to each, and gives them back. Null, or why not. */
export function touchFreshMemory(bytes: number): string | null {
  const address = BigInt(mapMemory(null, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0));
  if (address === MAP_FAILED) return errorText(koffi.errno());
  fillMemory(address, 1, bytes);
  unmapMemory(address, bytes);
  return null;
}

/** A thread that was begun and has to be joined. */
export type ThreadId = bigint;

/** Begins a thread that ends by itself; a text says why there is none. */
export function beginThread(): ThreadId | string {
  const id = Buffer.alloc(8);
  const fault = createThread(id, null, nothingMuch, null);
  return fault === 0 ? id.readBigUInt64LE() : errorText(fault);
}

/** Whether it has ended and is gone; never waits. To be asked until it is true. */
export function isJoined(thread: ThreadId): boolean {
  return tryJoin(thread, null) !== EBUSY;
}
