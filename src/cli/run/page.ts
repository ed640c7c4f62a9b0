import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { formatDuration, type Millis, SECOND } from "../../base/duration.ts";
import { type Context, withProgram } from "../context.ts";
import { Keeper } from "./keeper.ts";
import type { KnownProcess } from "./process-facts.ts";
import { LEAN_ENVIRONMENT, pageFolder, programArguments } from "./programs.ts";
import type { Screen } from "./screen.ts";

/** It reads its files and makes a certificate at its first start. */
const READY_LIMIT: Millis = 20 * SECOND;
const LEAVE_LIMIT: Millis = 3 * SECOND;

const BUILD_LIMIT: Millis = 60 * SECOND;
const WORDS_MOST = 4096;

/** The web program of a foreground run. Whatever becomes of it, the run goes on. */
export class PageKeeper {
  readonly #screen: Screen;
  readonly #context: Context;
  #isEnding = false;
  #builder: ChildProcess | null = null;
  readonly #keeper: Keeper;

  constructor(context: Context, screen: Screen, onStart: () => void) {
    this.#screen = screen;
    this.#context = context;
    this.#keeper = new Keeper({
      name: "web",
      command: [process.execPath, ...programArguments("web", context.paths, context.checkout)],
      environment: LEAN_ENVIRONMENT,
      log: join(context.paths.logs, "web.out"),
      onStart,
      onEnd: (how, restartIn) => {
        const pause = formatDuration(restartIn ?? 0);
        screen.say(`The page's program ended (${how}); it is started again in ${pause}.`);
      },
      isFinal: () => false,
    });
  }

  get process(): KnownProcess | null {
    return this.#keeper.process;
  }

  /** Starts it, and says where the page is or why it is not. */
  async start(): Promise<void> {
    await this.#build();
    if (this.#isEnding) return;
    this.#keeper.start();
    const isReady = await this.#keeper.waitUntilReady(READY_LIMIT);
    const words = this.#keeper.lastWords;
    const address = words.map((line) => /^page (\S+)$/.exec(line)?.[1]).find((one) => one);
    if (address !== undefined) {
      const code = withProgram(this.#context, "`solosafe web code`");
      this.#screen.say(`page: ${address}, code: ${code}`);
    } else if (isReady) {
      this.#screen.say(`There is no page: ${words.at(-1) ?? "it does not listen"}.`);
    }
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    const builder = this.#builder;
    if (builder?.kill("SIGKILL") === true) await once(builder, "exit");
    await this.#keeper.end(LEAVE_LIMIT);
  }

  /** A checkout holds the page as it was written; what is installed was built. */
  async #build(): Promise<void> {
    const { checkout, paths } = this.#context;
    if (checkout === null) return;
    const script = join(checkout, "scripts", "page", "prepare.ts");
    const builder = fork(script, [pageFolder(paths, checkout)], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      timeout: BUILD_LIMIT,
      killSignal: "SIGKILL",
    });
    this.#builder = builder;
    const fault = await readFault(builder);
    this.#builder = null;
    if (fault !== null && !this.#isEnding)
      this.#screen.say(`The page could not be built: ${fault}`);
  }
}

/** Waits for its end; its last words when it failed. Never rejects. */
async function readFault(builder: ChildProcess): Promise<string | null> {
  let words = "";
  builder.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = `${words}${text}`.slice(-WORDS_MOST);
  });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  builder.once("error", (error) => resolve(error.message));
  builder.once("close", (code, signal) => {
    const last = words.trim().split("\n").at(-1);
    resolve(code === 0 ? null : last || `it ended with ${signal ?? code}`);
  });
  return await promise;
}
