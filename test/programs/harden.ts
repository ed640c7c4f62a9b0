/** Hardens itself, makes and collects garbage, and stays: prints what was refused, or `null`. */
import { harden } from "../../src/host/hardening.ts";

const refused = harden();
let garbage: unknown[] = [];
for (let count = 0; count < 200_000; count += 1) garbage.push({ text: `${count}` });
garbage = [];
// V8 gives pages back to the kernel by it, and ends the program when one cannot be.
globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
console.log(JSON.stringify(refused), garbage.length);
setInterval(() => {}, 60_000);
