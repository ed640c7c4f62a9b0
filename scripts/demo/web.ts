/**
 * The demonstration's web server: small, real, and easy to break.
 *
 *     GET  /        a page with a counter
 *     GET  /health  "well" (200), or "broken" (500)
 *     POST /break   broken until it is restarted
 *
 * While the file `broken` is in the state folder it is broken whatever one does: a fault that no
 * restart can cure.
 */
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { port: { type: "string" }, state: { type: "string" } },
});
const port = Number(values.port);
const state = values.state ?? "";

let visits = 0;
let isBroken = false;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const isWell = !isBroken && !existsSync(join(state, "broken"));
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "x-solosafe-demo": encodeURIComponent(state),
  };
  if (request.method === "POST" && request.url === "/break") {
    isBroken = true;
    response.writeHead(200, headers).end("broken until it is restarted\n");
  } else if (request.url === "/health") {
    response.writeHead(isWell ? 200 : 500, headers).end(isWell ? "well\n" : "broken\n");
  } else {
    visits += 1;
    const text = `Visit ${visits} of the process with pid ${process.pid}.\n`;
    response.writeHead(isWell ? 200 : 500, headers).end(text);
  }
}

const server = createServer(answer);
server.on("error", (error) => {
  console.error(`web: ${error.message}`);
  process.exit(1);
});
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
server.listen(port, "127.0.0.1", () => console.log(`web: listening on 127.0.0.1:${port}`));
