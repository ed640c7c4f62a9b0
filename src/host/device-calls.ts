import { closeSync, constants, openSync, writeSync } from "node:fs";
import koffi from "koffi";
import { errorName } from "./libc.ts";

/** What is done with an open watchdog device; a test that has none plays it. */
export interface DeviceCalls {
  /** Opens it, which arms it. A text is the name of the error. */
  open(path: string): number | string;
  /** Null, or the name of the error. What the kernel answers stands in `value` afterwards. */
  ioctl(fd: number, request: number, value: Buffer): string | null;
  write(fd: number, byte: string): boolean;
  close(fd: number): void;
}

/** The real ones. None of them waits: the driver writes some registers. */
export function createDeviceCalls(): DeviceCalls {
  const ioctl = koffi.load(null).func("int ioctl(int fd, ulong request, void *argument)");
  return {
    open(path) {
      try {
        return openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
      } catch (error) {
        return codeOf(error);
      }
    },
    ioctl: (fd, request, value) =>
      ioctl(fd, request, value) < 0 ? errorName(koffi.errno()) : null,
    write(fd, byte) {
      try {
        return writeSync(fd, byte) === 1;
      } catch {
        return false;
      }
    },
    close: closeSync,
  };
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : null;
  return typeof code === "string" ? code : String(error);
}
