import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import type { ServerStatus } from "../../api/answers.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import { type Context, withProgram } from "../context.ts";
import { quoteWord } from "../places.ts";

/** Tried first; another free one is taken when it is busy. */
const PORT = 29080;
/** So many of the tips break something; the others only look. */
const BREAKING = 5;
const TRIES = 10;
/** How long the web server of an earlier demonstration may take to say who it is. */
const ASK_LIMIT_MS = 1000;

/**
 * Writes the demonstration's configuration from its template: where this checkout lies, which
 * runtime it has, and a port that is free (or already held by this demonstration's own server).
 */
export async function prepareDemo(
  context: Pick<Context, "paths">,
  checkout: string,
): Promise<Result<number>> {
  const target = context.paths.config;
  const folder = dirname(target);
  const state = join(folder, "demo");
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    // Yesterday's experiment must not spoil today's start.
    rmSync(join(state, "broken"), { force: true });
    const before = existsSync(target) ? readFileSync(target, "utf8") : "";
    const port = await choosePort(portOf(before), state);
    const template = readFileSync(join(checkout, "config", "demo.yaml"), "utf8");
    const text = fill(template, { node: process.execPath, checkout, state, port: String(port) });
    if (before !== text) {
      if (before !== "") renameSync(target, `${target}.before`);
      writeFileSync(target, text, { mode: 0o600 });
    }
    return succeed(port);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = "The demonstration needs a folder that it may write: name one with --state DIR.";
    return fail({ code: "run/demo-not-prepared", message, hint });
  }
}

/** Puts values for the words between at-signs; they stand in double quotes or are numbers. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@([a-z]+)@/g, (word, name: string) => {
    const value = values[name];
    return value === undefined ? word : JSON.stringify(value).slice(1, -1);
  });
}

/** What to try, with the process and port numbers as they are now: all, then one after each healing. */
export function demoTips(
  context: Context,
  status: ServerStatus,
  healed: number,
): readonly string[] {
  const { paint } = context;
  const web = status.groups
    .flatMap((group) => group.resources)
    .find((one) => one.id === "demo/web" && one.phase === "active");
  const pid = web?.pids[0];
  if (pid === undefined) return [];
  const port = portOf(readFileSync(context.paths.config, "utf8"));
  const broken = join(dirname(context.paths.config), "demo", "broken");
  const tips: [string, string][] = [
    ["`solosafe drill kill demo/web`", "kill the web server; it is back at once"],
    [`kill -9 ${pid}`, "the same by hand"],
    [`kill -STOP ${pid}`, "freeze it: only the http monitor notices, after some seconds"],
    [`curl -X POST http://127.0.0.1:${port}/break`, "it answers 500 until it is restarted"],
    [`touch ${quoteWord(broken)}`, "it fails whatever one does: see where that ends, then rm it"],
    ["`solosafe status`", "how everything is"],
    ["`solosafe explain web-http`", "why, and what comes next"],
  ];
  const [line = "", purpose = ""] = tips[healed % BREAKING] ?? [];
  if (healed > 0) {
    const command = withProgram(context, line).replaceAll("`", "");
    return ["", `  Try next: ${paint.bold(command)}`, `      ${paint.dim(purpose)}`, ""];
  }
  const shown = tips.map(([line, purpose]) => {
    return `    ${withProgram(context, line).replaceAll("`", "")}\n        ${paint.dim(purpose)}`;
  });
  return [paint.bold("  Break something, in another terminal:"), ...shown, ""];
}

/** The port in a demonstration's configuration; null when there is none. */
function portOf(text: string): number | null {
  const found = /127\.0\.0\.1:(\d+)\/health/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

async function choosePort(before: number | null, state: string): Promise<number> {
  for (const port of before === null || before === PORT ? [PORT] : [before, PORT]) {
    if (await isOurs(port, state)) return port;
    if ((await isFree(port)) && (await claim(port))) return port;
  }
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = await freePort();
    if (await claim(port)) return port;
  }
  throw new Error("no port is free for the web server");
}

/**
 * The web server takes its port some time after it was chosen; until then another demonstration that
 * begins would find it free. The name is this process's until it ends.
 */
function claim(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", () => resolve(false));
    server.listen(`\0solosafe-demo-${port}`, () => {
      server.unref();
      resolve(true);
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : PORT;
      server.close(() => resolve(port));
    });
  });
}

/** A web server left by a killed run is taken up again, so it keeps its port. */
function isOurs(port: number, state: string): Promise<boolean> {
  const http = process.getBuiltinModule("node:http");
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path: "/health", timeout: ASK_LIMIT_MS };
    const request = http.get(options, (response) => {
      response.resume();
      resolve(response.headers["x-solosafe-demo"] === encodeURIComponent(state));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
