import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** How the web program was called. */
export interface Options {
  /** The agent's second socket. */
  readonly socket: string;
  /** Its own folder: certificate, key, and what the agent said last. */
  readonly state: string;
  /** The built page; null: there is none. */
  readonly page: string | null;
  /** The list of other servers, which may not be there. */
  readonly servers: string;
  /** Instead of the configured one; 0: any. */
  readonly port: number | null;
}

export const USAGE =
  "usage: main.ts --run <folder> --state <folder> [--page <folder>] [--servers <file>] [--port N]";

/** Throws for words it does not know. */
export function readOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      run: { type: "string" },
      state: { type: "string" },
      page: { type: "string" },
      servers: { type: "string" },
      port: { type: "string" },
    },
  });
  const port = values.port === undefined ? null : Number(values.port);
  const isPort = port === null || (Number.isInteger(port) && port >= 0 && port < 65_536);
  if (values.run === undefined || values.state === undefined || !isPort) throw new Error(USAGE);
  return {
    socket: join(resolve(values.run), "web.sock"),
    state: resolve(values.state),
    servers: resolve(values.servers ?? join(values.state, "servers.json")),
    page: values.page === undefined ? null : resolve(values.page),
    port,
  };
}

/** First descriptor that systemd hands over (sd_listen_fds(3)). */
const FIRST_FD = 3;

/** Sockets that were handed to this very process; empty when it has to listen itself. */
export function handedSockets(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): readonly number[] {
  if (Number(environment["LISTEN_PID"]) !== pid) return [];
  const count = Number(environment["LISTEN_FDS"]);
  if (!Number.isInteger(count) || count < 1 || count > 16) return [];
  return Array.from({ length: count }, (_, at) => FIRST_FD + at);
}
