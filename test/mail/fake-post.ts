import type { QueuedMail } from "../../src/base/mail.ts";
import type { Outcome, Queued } from "../../src/base/post.ts";
import { fail, type Result, succeed } from "../../src/base/result.ts";
import type { PostFolder, Post } from "../../src/ports/post.ts";

/** A folder of the queue in memory; `fault` is what its disk answers, `hangs` that it never does. */
export class FakeFolder<Item extends Queued = QueuedMail> implements PostFolder<Item> {
  readonly mails = new Map<string, Item>();
  readonly outcomes = new Map<string, Outcome>();
  fault: string | null = null;
  hangs = false;

  async read() {
    await this.#disk();
    return { items: [...this.mails.values()], outcomes: [...this.outcomes.values()] };
  }

  async put(mail: Item): Promise<void> {
    await this.#disk();
    this.mails.set(mail.id, mail);
  }

  async report(outcome: Outcome): Promise<void> {
    await this.#disk();
    this.outcomes.set(outcome.id, outcome);
  }

  async remove(id: string): Promise<void> {
    await this.#disk();
    this.mails.delete(id);
  }

  async forget(id: string): Promise<void> {
    await this.#disk();
    this.outcomes.delete(id);
  }

  async #disk(): Promise<void> {
    if (this.hangs) await new Promise(() => {});
    if (this.fault !== null) throw new Error(this.fault);
  }
}

/** A post whose senders are played by the test. */
export class FakePost<Item extends Queued = QueuedMail> implements Post<Item, object> {
  readonly inMemory = new FakeFolder<Item>();
  readonly durable = new FakeFolder<Item>();
  readonly hostName = "shop1";
  readonly prepared: unknown[] = [];
  /** Why no sender can be started. */
  fault: string | null = null;
  started = 0;
  #end: (() => void) | null = null;

  async prepare(given: unknown): Promise<void> {
    this.prepared.push(given);
  }

  async send(onEnd: () => void): Promise<Result<null>> {
    if (this.fault !== null) return fail({ code: "lost", message: this.fault });
    this.started += 1;
    this.#end = onEnd;
    return succeed(null);
  }

  /** The sender that runs ends; what it did to the mails is `work`'s. */
  end(work: (item: Item) => Partial<Outcome> | null = () => null): void {
    for (const folder of [this.inMemory, this.durable]) {
      for (const mail of folder.mails.values()) {
        const made = work(mail);
        if (made === null) continue;
        const { id, subject, to } = mail;
        const tries = mail.tries + 1;
        const none = { attempts: [], refused: [], waiting: to };
        const outcome: Outcome = { v: 1, id, subject, tries, ...none, ...made };
        folder.outcomes.set(id, outcome);
        if (outcome.waiting.length === 0) folder.mails.delete(id);
        else folder.mails.set(id, { ...mail, tries, nextWall: mail.nextWall + 60_000 });
      }
    }
    const end = this.#end;
    this.#end = null;
    end?.();
  }
}

/** A server took it for everybody. */
export function taken({ to }: Queued): Partial<Outcome> {
  return { waiting: [], attempts: [{ server: "mail.example.org:25", taken: to, faults: [] }] };
}

/** No server can be reached. */
export function notTaken(): Partial<Outcome> {
  const why = "nobody listens there";
  const fault = { step: "connect", to: null, isFinal: false, why, hint: null } as const;
  return { attempts: [{ server: "mail.example.org:25", taken: [], faults: [fault] }] };
}
