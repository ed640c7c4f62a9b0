/** A stand-in for agent and web program, in which a page can be shown every state there is. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EventRecord } from "../../src/api/answers.ts";
import { ROLES, type Role } from "../../src/api/route.ts";
import { packedFor, type PageFiles, readPage } from "../../src/web/page-files.ts";
import { SECURITY_HEADERS } from "../../src/web/security-headers.ts";
import { answer, who } from "./mock-answers.ts";
import { findStory, STORIES, type StoryName } from "./mock-stories.ts";
import type { Story } from "./mock-story.ts";

/** How the server behind the page is. */
export type Condition = "up" | "agent-down" | "gone";

interface Options {
  /** The built page. */
  readonly folder: string;
  readonly port?: number;
  /** Before every page, for work on it. */
  readonly rebuild?: () => Promise<void>;
}

const BODY_MOST = 65_536;
const PASSWORD_WRONG = "wrong";
const HEARTBEAT_MS = 10_000;
const HEARTBEAT = `data: {"type":"heartbeat","lastEvent":100}\n\n`;

/** Listens on loopback. Cookies say who is signed in (`role`) and which story is told (`story`). */
export async function startMock(options: Options): Promise<Mock> {
  const mock = new Mock(options);
  await mock.listen(options.port ?? 0);
  return mock;
}

export class Mock {
  /** What everybody is told who chose no story. */
  story: StoryName = "well";
  /** A story of its own, for a test that needs one; null: that of the name. */
  ownStory: Story | null = null;
  condition: Condition = "up";
  /** What the page asked for with POST, in order. */
  readonly posts: { readonly path: string; readonly body: string }[] = [];
  readonly #options: Options;
  readonly #streams = new Set<ServerResponse>();
  readonly #server: Server;
  #page: PageFiles;
  #port = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#page = readPage(options.folder);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Tells all who follow. */
  tell(event: EventRecord): void {
    const line = JSON.stringify({ type: "event", event });
    for (const stream of this.#streams) stream.write(`id: ${event.seq}\ndata: ${line}\n\n`);
  }

  /** Cuts all streams. */
  cut(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.address);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (this.condition === "gone") {
      request.socket.destroy();
      return;
    }
    const chosen = /^\/story\/([a-z-]+)(?:\/(\w+))?$/.exec(pathname);
    if (chosen !== null) return choose(response, chosen[1] ?? "", chosen[2] ?? "administrator");
    if (pathname === "/health") {
      const hasPassword = this.story !== "empty";
      return json(response, 200, { web: "ok", title: "office-1", hasPassword });
    }
    if (!pathname.startsWith("/v1/")) return await this.#serve(request, response, pathname);
    if (this.condition === "agent-down") {
      return refuse(response, 503, "agent/not-running", "the agent is not running");
    }
    const path = pathname.slice("/v1/".length);
    if (request.method === "POST") return await this.#post(request, response, path);
    const cookies = cookiesOf(request);
    const role = ROLES.find((one) => one === cookies.get("role"));
    if (role === undefined) return refuse(response, 401, "access/not-signed-in", "sign in first");
    if (path === "events/stream") return this.#follow(request, response);
    const name = findStory(cookies.get("story") ?? "") ?? this.story;
    const story = this.ownStory ?? STORIES[name]();
    const found = await answer(story, { path, query: searchParams, role });
    if (found === null) return refuse(response, 404, "request/unknown", "there is none");
    return json(response, 200, found);
  }

  async #serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { rebuild, folder } = this.#options;
    if (path === "/" && rebuild !== undefined) {
      await rebuild();
      this.#page = readPage(folder);
    }
    const file = this.#page.get(path);
    if (file === undefined) return refuse(response, 404, "request/no-such-route", "no such file");
    const { body, encoding } = packedFor(file, String(request.headers["accept-encoding"] ?? ""));
    if (encoding !== null) response.setHeader("content-encoding", encoding);
    response.writeHead(200, { "content-type": file.type, "cache-control": "no-cache" }).end(body);
  }

  async #post(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    let body = "";
    for await (const chunk of request) if (body.length < BODY_MOST) body += String(chunk);
    this.posts.push({ path, body });
    if (path === "session/end") {
      response.setHeader("set-cookie", "role=; Path=/; Max-Age=0");
      return json(response, 200, {});
    }
    if (path.startsWith("session/")) return signIn(response, body);
    return json(response, 200, { outcome: "accepted", reason: "", events: [] });
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`retry: 1000\n\n${HEARTBEAT}`);
    this.#streams.add(response);
    const beat = setInterval(() => response.write(HEARTBEAT), HEARTBEAT_MS);
    request.once("close", () => {
      clearInterval(beat);
      this.#streams.delete(response);
    });
  }
}

function choose(response: ServerResponse, name: string, role: string): void {
  response.setHeader("set-cookie", [`story=${name}; Path=/`, `role=${role}; Path=/`]);
  response.writeHead(302, { location: "/" }).end();
}

function signIn(response: ServerResponse, body: string): void {
  const { user = "admin", password, code } = JSON.parse(body) as Record<string, string>;
  if (password === PASSWORD_WRONG || code === PASSWORD_WRONG) {
    return refuse(response, 401, "access/refused", "not right");
  }
  const role: Role = ROLES.find((one) => one === user) ?? "administrator";
  response.setHeader("set-cookie", `role=${role}; Path=/; HttpOnly; SameSite=Strict`);
  return json(response, 200, { secret: "", who: who(role) });
}

function cookiesOf(request: IncomingMessage): ReadonlyMap<string, string> {
  const pairs = (request.headers.cookie ?? "").split(/;\s*/).map((one) => one.split("="));
  return new Map(pairs.map(([name = "", value = ""]) => [name, value]));
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  json(response, status, { error: { code, message } });
}
