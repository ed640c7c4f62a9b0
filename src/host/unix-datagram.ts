import { setTimeout as wait } from "node:timers/promises";
import type { Millis } from "../base/duration.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import { errorName, errorText } from "./libc.ts";
import { AF_UNIX, closeSocket, createSocket, SOCK_DGRAM, sendToAddress } from "./socket-calls.ts";

/** `sun_path` with the zero byte at its end (unix(7)). */
const PATH_BYTES = 108;
const AGAIN: Millis = 20;

/**
 * Sends one datagram to the socket at this path. While whoever reads there is behind, it waits, until
 * `timeoutMs` has passed; then the fault is `EAGAIN`. What is too long for one is `EMSGSIZE`.
 */
export async function sendDatagram(
  path: string,
  bytes: Buffer,
  timeoutMs: Millis,
): Promise<Result<null>> {
  const address = addressOf(path);
  if (address === null) return fail({ code: "ENAMETOOLONG", message: `${path} is too long` });
  const fd = createSocket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0) return fail({ code: errorName(-fd), message: errorText(-fd) });
  const until = performance.now() + timeoutMs;
  try {
    for (;;) {
      const fault = sendToAddress(fd, bytes, address);
      if (fault === 0) return succeed(null);
      const code = errorName(fault);
      const isBusy = code === "EAGAIN" || code === "ENOBUFS";
      if (!isBusy || performance.now() >= until) {
        return fail({ code, message: `${path}: ${errorText(fault)}` });
      }
      await wait(AGAIN);
    }
  } finally {
    closeSocket(fd);
  }
}

function addressOf(path: string): Buffer | null {
  const name = Buffer.from(path);
  if (name.length >= PATH_BYTES) return null;
  const address = Buffer.alloc(2 + name.length + 1);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  return address;
}
