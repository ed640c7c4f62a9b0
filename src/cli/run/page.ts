import { execFile } from "node:child_process";
import { join } from "node:path";
import { formatDuration, type Millis, SECOND } from "../../base/duration.ts";
import type { Context } from "../context.ts";
import { Keeper } from "./keeper.ts";
import type { KnownProcess } from "./process-facts.ts";
import { LEAN_ENVIRONMENT, pageFolder, programArguments } from "./programs.ts";
import type { Screen } from "./screen.ts";

/** It reads its files and makes a certificate at its first start. */
const READY_LIMIT: Millis = 20 * SECOND;
const LEAVE_LIMIT: Millis = 3 * SECOND;

const BUILD_LIMIT: Millis = 60 * SECOND;

/** The web program of a foreground run. Whatever becomes of it, the run goes on. */
export class PageKeeper {
  readonly #screen: Screen;
  readonly #context: Context;
  #isEnding = false;
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
      this.#screen.say(`page: ${address}, code: \`solosafe web code\``);
    } else if (isReady) {
      this.#screen.say(`There is no page: ${words.at(-1) ?? "it does not listen"}.`);
    }
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#keeper.end(LEAVE_LIMIT);
  }

  /** A checkout holds the page as it was written; what is installed was built. */
  async #build(): Promise<void> {
    const { checkout, paths } = this.#context;
    if (checkout === null) return;
    const script = join(checkout, "scripts", "page", "prepare.ts");
    const words = ["--disable-warning=ExperimentalWarning", script, pageFolder(paths, checkout)];
    const options = { timeout: BUILD_LIMIT, killSignal: "SIGKILL" } as const;
    const why = await new Promise<Error | null>((resolve) => {
      execFile(process.execPath, words, options, (error) => resolve(error));
    });
    const last = why?.message.trim().split("\n").at(-1);
    if (last !== undefined) this.#screen.say(`The page could not be built: ${last}`);
  }
}
