import { hostname } from "node:os";
import type { EventRecord } from "../api/answers.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import type { PreparedDestination, QueuedNotice } from "../base/destination.ts";
import type { Outcome } from "../base/post.ts";
import { type Result, succeed } from "../base/result.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { OpenPost, Post } from "../ports/post.ts";
import { DestinationDuty, type DestinationParts } from "./destination-duty.ts";
import { loadNoticeSource } from "./notice.ts";
import { within } from "./within.ts";

/** So many senders of destinations run at once: each is a process with some megabytes of its own. */
const SENDERS_MOST = 4;
/** Who leaves does not wait for a dead disk. */
const LEAVE_WITHIN: Millis = 3 * SECOND;

export interface DestinationsParts extends Omit<DestinationParts, "post"> {
  readonly openPost: OpenPost;
}

/** All destinations of the configuration. Loaded by those only who have one. */
export class Destinations {
  readonly #parts: DestinationsParts;
  readonly #duties = new Map<string, DestinationDuty>();
  readonly #gate = new SenderGate(SENDERS_MOST);
  #configured = "";
  /** One configuration after the other, and events as they came. */
  #work: Promise<void> = Promise.resolve();

  constructor(parts: DestinationsParts) {
    this.#parts = parts;
  }

  /** Some destination takes nothing. */
  get isFaulty(): boolean {
    return [...this.#duties.values()].some((duty) => duty.isFaulty);
  }

  configure({ destinations, server }: Pick<LoadedConfig, "destinations" | "server">): void {
    const text = JSON.stringify([[...destinations], server]);
    if (text === this.#configured) return;
    this.#configured = text;
    this.#then("destinations cannot be prepared", async () => {
      const source = await loadNoticeSource(server.language, server.title, hostname());
      for (const [name, duty] of this.#duties) {
        if (destinations.has(name)) continue;
        this.#duties.delete(name);
        await this.#try(name, () => duty.end());
      }
      for (const [name, destination] of destinations) {
        const known = this.#duties.get(name);
        const given = { destination, source };
        await this.#try(name, () => known?.configure(given) ?? this.#add(name, given));
      }
    });
  }

  /** An event was written down. */
  hear(record: EventRecord): void {
    this.#then("an event could not be told", async () => {
      for (const duty of this.#duties.values()) duty.hear(record);
    });
  }

  /** Queues a test; null where there is no destination of this name. */
  async test(name: string): Promise<{ readonly id: string; readonly place: string } | null> {
    await this.#work;
    const duty = this.#duties.get(name);
    return duty === undefined ? null : { id: duty.test(), place: duty.place };
  }

  /** What became of a test; null when that is not known within `waitMs`. */
  async testEnd(name: string, id: string, waitMs: Millis): Promise<Outcome | null> {
    return (await this.#duties.get(name)?.testEnd(id, waitMs)) ?? null;
  }

  get names(): readonly string[] {
    return [...this.#duties.keys()];
  }

  async leave(): Promise<void> {
    const left = this.#work.then(() =>
      Promise.all([...this.#duties.values()].map((duty) => duty.leave())),
    );
    await within(this.#parts.clock, LEAVE_WITHIN, left).catch(() => {});
  }

  async #add(name: string, duty: ConstructorParameters<typeof DestinationDuty>[1]): Promise<void> {
    const { openPost, ...parts } = this.#parts;
    const opened = openPost<QueuedNotice, PreparedDestination>(`destinations/${name}`);
    const post = this.#gate.held(opened);
    const added = new DestinationDuty({ ...parts, post }, duty);
    this.#duties.set(name, added);
    await added.begin();
  }

  /** One that cannot be prepared keeps none of the others from it. */
  async #try(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#parts.onFault(`the destination ${name} cannot be prepared`, error);
    }
  }

  /** A fault is told and ends nothing. */
  #then(what: string, work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#parts.onFault(what, error));
  }
}

/** Lets so many senders run at once; the others wait for their turn. */
class SenderGate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(most: number) {
    this.#free = most;
  }

  held<Ready extends object>(post: Post<QueuedNotice, Ready>): Post<QueuedNotice, Ready> {
    return {
      inMemory: post.inMemory,
      durable: post.durable,
      hostName: post.hostName,
      prepare: (ready) => post.prepare(ready),
      send: async (onEnd): Promise<Result<null>> => {
        await this.#enter();
        const started = await post.send(() => {
          this.#leave();
          onEnd();
        });
        if (!started.ok) this.#leave();
        return started.ok ? succeed(null) : started;
      },
    };
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
