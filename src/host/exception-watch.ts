import koffi from "koffi";
import { addToEpoll, closeDescriptor, openEpoll } from "./libc.ts";

const EPOLLPRI = 2;

/**
 * Wakes when something exceptional happens to one descriptor (EPOLLPRI), such as a pressure trigger.
 * A set for each: the wake-up consumes the event, so that asking a shared set which one it was
 * finds none (tried on Linux 6.18).
 */
export class ExceptionWatch {
  readonly #epoll: number;
  readonly #handle: ReturnType<typeof koffi.node.poll>;

  /** Throws when the kernel refuses to watch it. */
  constructor(fd: number, onWake: () => void) {
    this.#epoll = openEpoll();
    if (!addToEpoll(this.#epoll, fd, EPOLLPRI)) {
      closeDescriptor(this.#epoll);
      throw new Error("the kernel does not watch this descriptor");
    }
    this.#handle = koffi.node.poll(this.#epoll, { readable: true }, onWake);
    this.#handle.unref();
  }

  /** Does not close the descriptor itself. */
  close(): void {
    this.#handle.close();
    closeDescriptor(this.#epoll);
  }
}
