/** Holds a POSIX lock on a file, as package managers do, until its stdin ends: `hold-lock.ts FILE`. */
import { openSync } from "node:fs";
import koffi from "koffi";

const F_SETLK = 6;
const F_WRLCK = 1;

const lock = Buffer.alloc(32);
lock.writeInt16LE(F_WRLCK, 0);
const fcntl = koffi.load(null).func("int fcntl(int fd, int command, void *lock)");
const result = fcntl(openSync(process.argv[2] ?? "", "r+"), F_SETLK, lock);
console.log(result === 0 ? "held" : "refused");
process.stdin.resume();
