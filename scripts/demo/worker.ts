/**
 * The demonstration's worker: asks the web server for work each second and touches its heartbeat
 * file when it got some.
 */
import { writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { port: { type: "string" }, state: { type: "string" } },
});
const port = Number(values.port);
const beat = join(values.state ?? "", "worker-beat");
let done = 0;

function work(): void {
  const request = get({ host: "127.0.0.1", port, path: "/", timeout: 900 }, (response) => {
    response.resume();
    if (response.statusCode !== 200) return;
    done += 1;
    writeFileSync(beat, `${done}\n`);
  });
  request.on("timeout", () => request.destroy());
  // The web server may be gone for a moment; its own monitors care for that.
  request.on("error", () => {});
}

setInterval(work, 1000);
work();
console.log("worker: at work");
