import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { MailServer } from "../../src/base/mail.ts";

/** A mail that a server took. */
export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came over the wire. */
  readonly text: string;
  readonly user: string | null;
}

export interface Office {
  readonly port: number;
  readonly received: Received[];
  close(): Promise<void>;
}

/** An error that the server answers with. */
export function answer(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}

/** A real mail server on loopback that takes everything, unless the options say otherwise. */
export async function openOffice(options: SMTPServerOptions = {}): Promise<Office> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: options.key === undefined ? ["STARTTLS"] : [],
    closeTimeout: 100,
    onData(stream, session, callback) {
      let text = "";
      stream.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text,
          user: typeof session.user === "string" ? session.user : null,
        });
        callback();
      });
    },
    ...options,
  });
  // A client that goes away in the middle is part of the tests.
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Something on loopback that speaks as a mail server as far as `serve` goes. */
export async function openPretender(serve: (socket: Socket) => void): Promise<Office> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    received: [],
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** How a server on loopback is configured; without protection unless said otherwise. */
export function serverAt(port: number, more: Partial<MailServer> = {}): MailServer {
  return {
    host: "127.0.0.1",
    port,
    security: "none",
    isVerified: true,
    ca: null,
    login: null,
    timeoutMs: 60_000,
    ...more,
  };
}
