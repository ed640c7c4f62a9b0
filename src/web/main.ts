/**
 * Serves the page and the contract to browsers and scripts:
 *
 *     node src/web/main.ts --run <folder> --state <folder> [--page <folder>] [--servers <file>]
 *         [--port N]
 *
 * It has no rights but those of who is signed in: it passes everything on to the agent's socket
 * `web.sock` in `--run`. `--state` is a folder of its own, `--servers` a list of other
 * servers that it asks how they are. It takes the sockets that systemd hands
 * over (sd_listen_fds(3)) and then ends when nobody has been here for a while; without them it
 * listens itself and stays. Says `ready` and `page <address>` on stdout. Exit codes: 0 left when
 * asked or idle, 2 usage, 1 anything else.
 */
import * as z from "zod/mini";
import { readProductVersion } from "../host/product-version.ts";
import { handedSockets, readOptions } from "./options.ts";
import { Web } from "./web.ts";

async function main(): Promise<void> {
  z.config(z.locales.en());
  const web = new Web({
    options: readOptions(process.argv.slice(2)),
    sockets: handedSockets(process.env, process.pid),
    version: readProductVersion(),
    say: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`web: ${line.slice(0, 1000)}\n`),
    onIdle: () => leave(web),
  });
  // Whoever reads what is said may leave.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => leave(web));
  await web.start();
  process.stdout.write("ready\n");
}

function leave(web: Web): void {
  web.stop();
  process.exit(0);
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = message.startsWith("usage") || error instanceof TypeError;
  process.stderr.write(isUsage ? `${message}\n` : `web: ${message}\n`);
  process.exit(isUsage ? 2 : 1);
});
