import type { Agent } from "./agent.ts";
import type { Control } from "./control.ts";
import type { Log } from "./log.ts";

export interface DepartureParts {
  readonly log: Log;
  readonly agent: () => Agent | null;
  readonly control: () => Control | null;
  /** Who asks us to leave may be ending the whole server: finds out, in bounded time. */
  readonly lookLast: () => Promise<unknown>;
  /** Lets go of what the agent holds: watches, connections. */
  readonly release: () => void;
  /** Ends the process. `isForced`: something hangs that an orderly end would wait for. */
  readonly exit: (code: number, isForced: boolean) => void;
}

/** Leaving takes no longer than this, whatever hangs. */
const LIMIT_MS = 8000;
const FLUSH_MS = 500;

/** How the agent leaves: once, in order, and in bounded time. Applications go on. */
export class Departure {
  readonly #parts: DepartureParts;
  #isLeaving = false;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
  }

  /** Saves, tells what is still to be told, and ends the process with this code. */
  leave(reason: string, code = 0): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    const { log, exit } = this.#parts;
    log.note("leaving", { reason });
    setTimeout(() => exit(code, true), LIMIT_MS);
    // A fault while leaving must not keep the agent from leaving.
    this.#saveAndClose()
      .catch((error: unknown) => log.fault("leaving was not orderly", error))
      .finally(() => void this.#end(code));
  }

  /** After a broken invariant: nothing more is saved or done, somebody starts us again. */
  breakDown(error: unknown, context: string, code: number): void {
    const { log, exit } = this.#parts;
    log.fault(`broken: ${context}`, error);
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    setTimeout(() => exit(code, true), 2 * FLUSH_MS);
    void log.flush(FLUSH_MS).then((isFlushed) => exit(code, !isFlushed));
  }

  async #saveAndClose(): Promise<void> {
    await this.#parts.lookLast();
    await this.#parts.agent()?.leave();
    await this.#parts.control()?.close();
    this.#parts.release();
  }

  async #end(code: number): Promise<void> {
    const isFlushed = await this.#parts.log.flush(FLUSH_MS);
    this.#parts.exit(code, !isFlushed);
  }
}

/** What nobody caught ends the process with this code. */
export function listenToBugs(departure: Departure, code: number): void {
  process.on("uncaughtException", (error) => departure.breakDown(error, "", code));
  process.on("unhandledRejection", (error) => departure.breakDown(error, "", code));
}

/** After a broken invariant; `note` writes down that it happened. */
export function breakDownOn(
  departure: Departure,
  code: number,
  note: () => void,
): (error: unknown, input: unknown) => void {
  return (error, input) => {
    note();
    departure.breakDown(error, JSON.stringify(input), code);
  };
}

/** Who asks it to leave, and to read its configuration again. */
export function listenToSignals(agent: Agent, departure: Departure, isStoppingApps: boolean): void {
  let isAsked = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      // Who asks twice does not want to wait for the applications.
      if (!isStoppingApps || isAsked) departure.leave(signal);
      else agent.engine.submit({ type: "command", command: { type: "stopAll" }, by: signal });
      isAsked = true;
    });
  }
  process.on("SIGHUP", () => void agent.reload("SIGHUP"));
  // Who reads stdout may be gone.
  process.stdout.on("error", () => {});
}
