import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, request as ask, type Server } from "node:http";
import { request as askSecurely } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { WebSettings } from "../../src/api/access-answers.ts";
import { until } from "../process/lab.ts";

export const MAIN = join(import.meta.dirname, "../../src/web/main.ts");

/** One request that reached the agent. */
export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface AgentReply {
  readonly status: number;
  readonly body: unknown;
}

export const SETTINGS: WebSettings = {
  port: 29_003,
  isPublic: false,
  allow: [],
  certificate: null,
  idleMs: 600_000,
  language: "en",
  title: "Shop",
  hasPassword: true,
  revision: 1,
};

/** Stands in for the agent on `web.sock`: writes down what it hears and answers what it is told to. */
export class FakeAgent {
  readonly #socket: string;
  #server: Server | null = null;
  settings: WebSettings = SETTINGS;
  /** What came from a person; the web program's own questions are left out. */
  readonly heard: Heard[] = [];
  readonly reports: unknown[] = [];
  /** Open connections now, and the most there ever were. */
  open = 0;
  openMax = 0;
  answer: (heard: Heard) => AgentReply | Promise<AgentReply> = () => ({ status: 200, body: {} });
  /** Lines of the stream of events; null: it is refused with `answer`. */
  stream: ((heard: Heard, write: (line: object) => void) => void) | null = null;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async start(): Promise<void> {
    rmSync(this.#socket, { force: true });
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        const heard = { method, url, headers, body };
        const send = ({ status, body: sent }: AgentReply): void => {
          const text = typeof sent === "string" ? sent : JSON.stringify(sent);
          const type = typeof sent === "string" ? "text/plain" : "application/json";
          response.writeHead(status, { "content-type": type, connection: "close" }).end(text);
        };
        if (url === "/v1/web/report") this.reports.push(JSON.parse(body));
        if (/^\/v1\/web\/(?:report|settings)$/.test(url)) {
          send({ status: 200, body: this.settings });
          return;
        }
        this.heard.push(heard);
        if (url.startsWith("/v1/events/stream") && this.stream !== null) {
          response.writeHead(200, { "content-type": "application/x-ndjson" });
          this.stream(heard, (line) => response.write(`${JSON.stringify(line)}\n`));
          return;
        }
        void Promise.resolve(this.answer(heard)).then(send);
      });
    });
    server.on("connection", (socket) => {
      this.open += 1;
      this.openMax = Math.max(this.openMax, this.open);
      socket.once("close", () => {
        this.open -= 1;
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#socket, resolve));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }
}

/** A real web program in a folder of its own, with an agent that is played. */
export class WebLab {
  readonly folder = mkdtempSync(join(tmpdir(), "solosafe web-"));
  readonly agent = new FakeAgent(join(this.folder, "run", "web.sock"));
  readonly state = join(this.folder, "web");
  child: ChildProcess | null = null;
  port = 0;
  #output = "";

  constructor() {
    mkdirSync(join(this.folder, "run"));
  }

  get output(): string {
    return this.#output;
  }

  /** Starts agent and web program and waits until that listens. */
  static async open(test: TestContext, prepare?: (lab: WebLab) => void): Promise<WebLab> {
    const lab = new WebLab();
    test.after(async () => await lab.close());
    prepare?.(lab);
    await lab.agent.start();
    await lab.startWeb();
    return lab;
  }

  words(...more: readonly string[]): string[] {
    return [MAIN, "--run", join(this.folder, "run"), "--state", this.state, ...more];
  }

  async startWeb(...more: readonly string[]): Promise<void> {
    const words = this.words("--port", "0", ...more);
    this.follow(spawn(process.execPath, words, { env: environment() }));
    await this.ready();
    this.port = Number(/page http:\/\/127\.0\.0\.1:(\d+)/.exec(this.#output)?.[1]);
  }

  follow(child: ChildProcess): void {
    this.child = child;
    this.#output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  async ready(): Promise<void> {
    await until("the web program is ready", () => {
      if (this.child?.exitCode !== null) throw new Error(`it ended: ${this.#output}`);
      return this.#output.includes("ready\n");
    });
  }

  async ended(): Promise<number | string> {
    const { child } = this;
    await until("the web program has ended", () => child === null || hasEnded(child));
    return child?.exitCode ?? child?.signalCode ?? "never";
  }

  async ask(path: string, own: AskOptions = {}): Promise<Reply> {
    return await askWeb(this.port, path, own);
  }

  /** Sends bytes as they are and gives back everything that comes until the end. */
  async sendRaw(text: string): Promise<string> {
    return await sendRaw(this.port, text);
  }

  async close(): Promise<void> {
    const { child } = this;
    if (child !== null && !hasEnded(child)) {
      child.kill("SIGKILL");
      await this.ended();
    }
    await this.agent.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Many are started one after the other: the second loads what the first compiled. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "solosafe-compile-cache") };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly isSecure?: boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json(): Record<string, unknown>;
}

export function askWeb(port: number, path: string, own: AskOptions): Promise<Reply> {
  const { method = "GET", headers = {}, body, isSecure = false } = own;
  const options = { host: "127.0.0.1", port, path, method, headers, agent: false };
  return new Promise((resolve, reject) => {
    const outgoing = isSecure
      ? askSecurely({ ...options, rejectUnauthorized: false })
      : ask(options);
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const json = (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    outgoing.end(body);
  });
}

export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}

export { until };
