import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ServerStatus } from "../../api/answers.ts";
import { formatDuration, type Millis, SECOND } from "../../base/duration.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import { formatDiagnostic } from "../../config/diagnostic.ts";
import { type Context, refuse } from "../context.ts";
import { followEvents } from "../follow.ts";
import { readConfig } from "../read-config.ts";
import { endOrphans, forgetForeground, noteForeground, readForeground } from "./foreground-file.ts";
import { Keeper } from "./keeper.ts";
import { PageKeeper } from "./page.ts";
import { isAlive } from "./process-facts.ts";
import { LEAN_ENVIRONMENT, programArguments } from "./programs.ts";
import { Screen } from "./screen.ts";
import { stopEverything } from "./stop.ts";

export interface ForegroundOptions {
  /** Ctrl-C leaves the applications running. */
  readonly keepsApps: boolean;
  /** With the page in a browser. */
  readonly hasPage: boolean;
  /** What to try: everything at the start (`healed` 0), then something after each healing. */
  readonly tips: (status: ServerStatus, healed: number) => readonly string[];
}

/** How long a just started agent may take until it answers. */
const AGENT_READY_LIMIT: Millis = 20 * SECOND;
const SPAWNER_READY_LIMIT: Millis = 10 * SECOND;
/** A status is shown when nothing has changed for so long: one line for a burst of changes. */
const SETTLED_AFTER: Millis = 1500;
/** The first status waits so long for everything to be up. */
const FIRST_STATUS_LIMIT: Millis = 15 * SECOND;
const ORPHAN_PATIENCE: Millis = 3 * SECOND;
/** Two signals closer than this are one key pressed once. */
const SAME_INTERRUPT: Millis = 250;
/** Exit codes of an agent that was asked to leave, and of one whose policy wants that (`stop-agent`). */
const LEFT: readonly number[] = [0, 6];

/**
 * Runs the spawner and the agent below this process until Ctrl-C, shows what happens, and ends
 * everything. Gives back the exit code.
 */
export async function runForeground(context: Context, options: ForegroundOptions): Promise<number> {
  const screen = new Screen(context);
  const mayBegin = await prepare(context, screen);
  if (!mayBegin.ok) return mayBegin.problem;
  const run = new Run(context, screen, options);
  return run.untilInterrupted();
}

/** Refuses beside another agent, tidies up after a killed run, checks the configuration. */
async function prepare(context: Context, screen: Screen): Promise<Result<null, number>> {
  const { paths } = context;
  try {
    const folders = [dirname(paths.run), paths.run, paths.state, paths.logs, paths.scripts];
    for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = "Run as a user who may write there, or name another folder with --state.";
    return fail(refuse(context, 5, { code: "run/no-folder", message, hint }));
  }
  const earlier = readForeground(paths);
  if (earlier !== null && isAlive(earlier.self)) {
    return fail(refuseSecond(context, `by the foreground run with pid ${earlier.self.pid}`));
  }
  if (earlier !== null) {
    const ended = await endOrphans(earlier, ORPHAN_PATIENCE);
    if (ended > 0)
      screen.say("An earlier run was killed; what it left of itself is ended, applications go on.");
    forgetForeground(paths);
  }
  const other = await context.client.call("version", {});
  if (other.ok) {
    const { pid, version } = other.value;
    return fail(refuseSecond(context, `by the agent with pid ${pid} (version ${version})`));
  }
  const read = await readConfig(paths.config, context);
  if (!read.ok) return fail(refuse(context, 1, read.problem));
  const loaded = read.value;
  const list = loaded.ok ? loaded.warnings : loaded.problems;
  for (const one of list) context.err(formatDiagnostic(one));
  if (loaded.ok) return succeed(null);
  const message = "the configuration is not valid; nothing was started";
  const hint = "Correct it and try again; `solosafe config check` shows the problems.";
  return fail(refuse(context, 1, { code: "config/not-valid", message, hint }));
}

function refuseSecond(context: Context, who: string): number {
  return refuse(context, 4, {
    code: "run/already-running",
    message: `\`${dirname(context.paths.run)}\` is already served ${who}`,
    hint: "`solosafe status` shows it; end it with Ctrl-C where it runs, or use another --state.",
  });
}

class Run {
  readonly #context: Context;
  readonly #screen: Screen;
  readonly #options: ForegroundOptions;
  readonly #spawner: Keeper;
  readonly #agent: Keeper;
  readonly #page: PageKeeper | null;
  readonly #left = new AbortController();
  readonly #over = Promise.withResolvers<number>();
  #settle: NodeJS.Timeout | null = null;
  #wasHealthy = true;
  #hasTips = false;
  #healed = 0;
  #interruptedAt = Number.NEGATIVE_INFINITY;
  #isFinishing = false;
  readonly #forced = new AbortController();

  constructor(context: Context, screen: Screen, options: ForegroundOptions) {
    this.#context = context;
    this.#screen = screen;
    this.#options = options;
    const keep = (name: "agent" | "spawner"): Keeper =>
      new Keeper({
        name,
        command: [process.execPath, ...programArguments(name, context.paths, context.checkout)],
        environment: LEAN_ENVIRONMENT,
        log: join(context.paths.logs, `${name}.out`),
        onStart: () => this.#note(),
        onEnd: (how, restartIn) => this.#tellEnd(name, how, restartIn),
        isFinal: (code) => name === "agent" && LEFT.includes(code),
      });
    this.#spawner = keep("spawner");
    this.#agent = keep("agent");
    this.#page = options.hasPage ? new PageKeeper(context, screen, () => this.#note()) : null;
  }

  async untilInterrupted(): Promise<number> {
    this.#screen.say("SoloSafe runs in the foreground. Ctrl-C ends it and everything it started.");
    this.#context.onInterrupt(() => void this.#interrupt());
    this.#spawner.start();
    await this.#spawner.waitUntilReady(SPAWNER_READY_LIMIT);
    if (!this.#isFinishing) this.#agent.start();
    void this.#watch();
    const code = await this.#over.promise;
    if (this.#settle !== null) clearTimeout(this.#settle);
    return code;
  }

  /** Shows the status once it is worth it, then everything that happens. */
  async #watch(): Promise<void> {
    const first = await this.#firstStatus();
    if (first === null) return;
    const past = await this.#context.client.call("events", { after: 0, limit: 1000 });
    const began = Date.now() - first.agent.uptimeMs - SECOND;
    if (past.ok) {
      const own = past.value.events.filter((event) => event.wall >= began);
      for (const event of own) if (event.seq <= first.lastEvent) this.#screen.event(event);
    }
    this.#screen.status(first);
    this.#showFirstTips(first);
    if (!this.#isFinishing) void this.#page?.start();
    await followEvents(this.#context.client, first.lastEvent, this.#left.signal, {
      onEvent: (event) => {
        this.#screen.event(event);
        this.#settleSoon();
      },
      onSkipped: (count) => this.#screen.say(`${count} events were too quick to be shown.`),
      onGone: () => {},
      onBack: () => this.#screen.say("The agent is back and goes on."),
    });
  }

  /** Waits until the agent answers and what it starts is up, or for a while. */
  async #firstStatus(): Promise<ServerStatus | null> {
    const answeredBy = performance.now() + AGENT_READY_LIMIT;
    const upBy = performance.now() + FIRST_STATUS_LIMIT;
    let isTold = false;
    let lastSeen = -1;
    while (!this.#left.signal.aborted) {
      const status = await this.#context.client.call("status", {});
      if (status.ok) {
        const { groups, plans, lastEvent } = status.value;
        const isQuiet = lastEvent === lastSeen && plans.length === 0;
        lastSeen = lastEvent;
        const isUp = isQuiet && groups.every((one) => one.goal === one.phase);
        if (isUp || performance.now() > upBy) return status.value;
      } else if (performance.now() > answeredBy && !isTold) {
        isTold = true;
        this.#screen.say("The agent does not answer yet.");
      }
      await delay(100, null, { signal: this.#left.signal }).catch(() => null);
    }
    return null;
  }

  /** On a slow server there may be nothing to try yet when the status is first shown. */
  #showFirstTips(status: ServerStatus): void {
    if (this.#hasTips) return;
    const tips = this.#options.tips(status, 0);
    this.#hasTips = tips.length > 0;
    this.#screen.plain(tips);
  }

  #settleSoon(): void {
    if (this.#settle !== null) clearTimeout(this.#settle);
    this.#settle = setTimeout(() => void this.#showSummary(), SETTLED_AFTER);
  }

  async #showSummary(): Promise<void> {
    if (this.#left.signal.aborted) return;
    const status = await this.#context.client.call("status", {});
    if (!status.ok || this.#left.signal.aborted) return;
    this.#screen.summary(status.value);
    const isHealed = status.value.isHealthy && !this.#wasHealthy;
    this.#wasHealthy = status.value.isHealthy;
    this.#showFirstTips(status.value);
    if (!isHealed) return;
    this.#healed += 1;
    this.#screen.plain(this.#options.tips(status.value, this.#healed));
  }

  #note(): void {
    const programs = [this.#spawner.process, this.#agent.process, this.#page?.process ?? null];
    const alive = programs.filter((one) => one !== null);
    noteForeground(this.#context.paths, alive);
  }

  #tellEnd(name: string, how: string, restartIn: Millis | null): void {
    if (restartIn === null) {
      this.#screen.say("The agent left, as the policy decided; the applications go on.");
      void this.#finish(true);
      return;
    }
    this.#screen.say(
      `The ${name} ended (${how}); it is started again in ${formatDuration(restartIn)}.`,
    );
    const words = (name === "agent" ? this.#agent : this.#spawner).lastWords;
    this.#screen.plain(words.map((line) => `           ${line}`));
  }

  async #interrupt(): Promise<void> {
    const now = performance.now();
    // npm passes on the Ctrl-C that the terminal has sent us already: that is not a second one.
    if (now - this.#interruptedAt < SAME_INTERRUPT) return;
    this.#interruptedAt = now;
    if (this.#left.signal.aborted || this.#isFinishing) this.#forced.abort();
    else await this.#finish(this.#options.keepsApps);
  }

  async #finish(keepsApps: boolean): Promise<void> {
    if (this.#isFinishing) return;
    this.#isFinishing = true;
    await this.#page?.end();
    const code = await stopEverything({
      context: this.#context,
      screen: this.#screen,
      agent: this.#agent,
      spawner: this.#spawner,
      keepsApps,
      forced: this.#forced.signal,
    });
    this.#left.abort();
    forgetForeground(this.#context.paths);
    this.#over.resolve(code);
  }
}
