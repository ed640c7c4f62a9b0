import { setTimeout as sleep } from "node:timers/promises";
import { JsonTalk } from "./json-talk.ts";
import { quiet } from "./patience.ts";

/** How a program in the guest ended; `code` is null when a signal ended it. */
export interface GuestEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface ExecStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly "out-data"?: string;
  readonly "err-data"?: string;
}

/** A command takes 0.2 s on a quiet machine; one that hangs in a stalled guest ends the talk. */
const CALL_MS = quiet(5_000);
const POLL_FIRST_MS = 30;
const POLL_LAST_MS = 400;

/** Programs in the guest, over a virtio port: works without network, while the guest has life. */
export class GuestAgent {
  readonly #path: string;
  #talk: JsonTalk | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the agent answers now. */
  async answers(limitMs: number): Promise<boolean> {
    try {
      this.close();
      await this.#open(limitMs);
      return true;
    } catch {
      this.close();
      return false;
    }
  }

  /** Runs a program to its end; throws when the agent does not answer or the limit has passed. */
  async run(words: readonly [string, ...string[]], limitMs: number): Promise<GuestEnd> {
    const until = performance.now() + limitMs;
    const pid = await this.start(words, true);
    for (let pause = POLL_FIRST_MS; ; pause = Math.min(pause * 2, POLL_LAST_MS)) {
      const status = (await this.#call("guest-exec-status", { pid })) as ExecStatus;
      if (status.exited) {
        const text = (data = ""): string => Buffer.from(data, "base64").toString("utf8");
        const { exitcode = null } = status;
        return { code: exitcode, out: text(status["out-data"]), err: text(status["err-data"]) };
      }
      if (performance.now() > until) {
        throw new Error(`${words.join(" ")}: not ended after ${Math.round(limitMs / 1000)} s`);
      }
      await sleep(pause);
    }
  }

  /** Starts a program and does not wait for it. */
  async start(words: readonly [string, ...string[]], isKept = false): Promise<number> {
    const [path, ...arg] = words;
    const started = await this.#call("guest-exec", { path, arg, "capture-output": isKept });
    return (started as { pid: number }).pid;
  }

  /** Starts what may take the agent itself away, and waits for no answer. */
  trigger(words: readonly [string, ...string[]]): void {
    // The talk is over then; the next call opens another one.
    this.start(words).catch(() => {});
  }

  close(): void {
    this.#talk?.close();
    this.#talk = null;
  }

  async #call(execute: string, args: object): Promise<unknown> {
    const talk = this.#talk ?? (await this.#open(CALL_MS));
    try {
      return await talk.call(execute, args, CALL_MS);
    } catch (error) {
      // Which reply belongs to what is not known any more. Somebody may have opened another since.
      if (this.#talk === talk) this.close();
      throw error;
    }
  }

  async #open(limitMs: number): Promise<JsonTalk> {
    const talk = await JsonTalk.open(this.#path);
    this.#talk = talk;
    try {
      await talk.sync(limitMs);
    } catch (error) {
      if (this.#talk === talk) this.close();
      throw error;
    }
    return talk;
  }
}
