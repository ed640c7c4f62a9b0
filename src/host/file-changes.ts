import koffi from "koffi";
import { closeDescriptor } from "./libc.ts";

/** What befalls open files, told by the kernel (inotify(7)). Asks and never waits. */
const libc = koffi.load(null);
const inotifyInit = libc.func("int inotify_init1(int flags)");
const addWatch = libc.func("int inotify_add_watch(int fd, const char *path, uint mask)");
const removeWatch = libc.func("int inotify_rm_watch(int fd, int watch)");
const readEvents = libc.func("int64 read(int fd, void *buffer, size_t size)");

const IN_NONBLOCK = 0o4000;
const IN_CLOEXEC = 0o2000000;
/** Written, other times or links, renamed, removed; that it was unmounted comes unasked. */
const CHANGES = 0x2 | 0x4 | 0x800 | 0x400;
// struct inotify_event: int watch; uint mask, cookie, length; then a name, if it is a folder's.
const EVENT_BYTES = 16;
const LENGTH_OFFSET = 12;
/** Events were lost: this watch stands for all. */
const OVERFLOWED = -1;
const BUFFER_BYTES = 4096;

/** Tells which of some open files may have changed since they were watched. */
export class FileChanges {
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  readonly #watches = new Map<number, Set<() => void>>();
  #fd: number | null = null;

  /**
   * From now on `onChange` is called by `look` when something befell this open file, once. Null
   * where the kernel has no watch left or none of this kind.
   */
  watch(file: number, onChange: () => void): { readonly cancel: () => void } | null {
    const fd = this.#fd ?? Number(inotifyInit(IN_NONBLOCK | IN_CLOEXEC));
    this.#fd = fd;
    // No path is walked: the kernel takes the inode from the descriptor.
    const watch = fd < 0 ? -1 : Number(addWatch(fd, `/proc/self/fd/${file}`, CHANGES));
    if (watch < 0) return null;
    const listeners = this.#watches.get(watch) ?? new Set();
    this.#watches.set(watch, listeners.add(onChange));
    return { cancel: () => this.#cancel(watch, listeners, onChange) };
  }

  /** Tells of what happened until now. */
  look(): void {
    if (this.#watches.size === 0 || this.#fd === null) return;
    let length = 0;
    do {
      length = Number(readEvents(this.#fd, this.#buffer, BUFFER_BYTES));
      for (let at = 0; at + EVENT_BYTES <= length; ) {
        this.#tell(this.#buffer.readInt32LE(at));
        at += EVENT_BYTES + this.#buffer.readUInt32LE(at + LENGTH_OFFSET);
      }
    } while (length > 0 && this.#watches.size > 0);
  }

  close(): void {
    if (this.#fd !== null && this.#fd >= 0) closeDescriptor(this.#fd);
    this.#fd = null;
    this.#watches.clear();
  }

  #tell(watch: number): void {
    const told = watch === OVERFLOWED ? [...this.#watches.keys()] : [watch];
    for (const one of told) {
      const listeners = this.#watches.get(one) ?? [];
      this.#forget(one);
      for (const onChange of listeners) onChange();
    }
  }

  #cancel(watch: number, listeners: Set<() => void>, onChange: () => void): void {
    listeners.delete(onChange);
    if (listeners.size === 0 && this.#watches.get(watch) === listeners) this.#forget(watch);
  }

  #forget(watch: number): void {
    // The kernel has done it already where the file is gone for good.
    if (this.#watches.delete(watch) && this.#fd !== null) removeWatch(this.#fd, watch);
  }
}
