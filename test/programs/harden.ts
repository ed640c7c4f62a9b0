/** Hardens itself and stays: prints what was refused, or `null`. */
import { harden } from "../../src/host/hardening.ts";

console.log(JSON.stringify(harden()));
setInterval(() => {}, 60_000);
