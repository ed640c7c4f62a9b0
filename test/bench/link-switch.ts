/**
 * Switches interfaces of the namespace it runs in, and says when:
 *
 *     node link-switch.ts <watched interface>
 *
 * Each line `<interface> up` or `<interface> down` on stdin is answered by a line of JSON with the
 * monotonic clock, which all processes share, before the switch, and the wall clock at the kernel's word.
 */
import { createInterface } from "node:readline";
import koffi from "koffi";
import { LinkNews } from "../../src/host/link-news.ts";
import { AF_INET, createSocket, SOCK_DGRAM } from "../../src/host/socket-calls.ts";

const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const REQUEST_BYTES = 40;
const FLAGS_AT = 16;
const IFF_UP = 1;

const ioctl = koffi.load(null).func("int ioctl(int fd, ulong request, _Inout_ void *value)");
const control = createSocket(AF_INET, SOCK_DGRAM, 0);
let switchedAt = 0n;

const news = new LinkNews();
news.onNews(() => {
  if (switchedAt === 0n) return;
  const wordWall = performance.timeOrigin + performance.now();
  const line = { switchedAt: String(switchedAt), wordWall: String(wordWall) };
  switchedAt = 0n;
  process.stdout.write(`${JSON.stringify(line)}\n`);
});
news.watch(new Set([`link:${process.argv[2] ?? ""}`]));
process.stdout.write("{}\n");

createInterface({ input: process.stdin }).on("line", (line) => {
  const [name = "", direction] = line.split(" ");
  const request = Buffer.alloc(REQUEST_BYTES);
  request.write(name);
  ioctl(control, SIOCGIFFLAGS, request);
  const flags = request.readUInt16LE(FLAGS_AT);
  request.writeUInt16LE(direction === "up" ? flags | IFF_UP : flags & ~IFF_UP, FLAGS_AT);
  switchedAt = process.hrtime.bigint();
  ioctl(control, SIOCSIFFLAGS, request);
});
