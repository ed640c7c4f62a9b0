import type { EventRecord } from "../api/answers.ts";

/** A socket that the system keeps for the page. */
export interface PublicSocket {
  isOpen(): boolean;
  /** Gives back why it could not be done; null when it is done. */
  turn(isOpen: boolean): Promise<string | null>;
}

export interface OpeningParts {
  readonly socket: PublicSocket;
  /** What the configuration says; null: as soon as somebody has a password. */
  readonly configured: () => boolean | null;
  /** Whether the page is for other computers too; costs reading the file of users. */
  readonly isPublic: () => Promise<boolean>;
  readonly onFault: (why: string) => void;
}

/**
 * Opens the page to other computers and closes it again: at the start where the configuration says
 * which, when that changes, and when the first password is set or the last one goes.
 */
export class PageOpening {
  readonly #parts: OpeningParts;
  #configured: boolean | null;
  #work: Promise<void> = Promise.resolve();

  constructor(parts: OpeningParts) {
    this.#parts = parts;
    this.#configured = parts.configured();
    if (this.#configured !== null) this.#turn(this.#configured);
  }

  hear({ id }: Pick<EventRecord, "id">): void {
    if (id === "page-opened" || id === "page-closed") this.#turn(id === "page-opened");
    if (id !== "config-applied") return;
    const configured = this.#parts.configured();
    const before = this.#configured;
    this.#configured = configured;
    if (configured === before) return;
    if (configured === null) void this.#byPassword();
    else this.#turn(configured);
  }

  async #byPassword(): Promise<void> {
    try {
      this.#turn(await this.#parts.isPublic());
    } catch (error) {
      this.#parts.onFault(error instanceof Error ? error.message : String(error));
    }
  }

  /** One after the other; the last word counts. */
  #turn(isOpen: boolean): void {
    this.#work = this.#work.then(async () => {
      if (this.#parts.socket.isOpen() === isOpen) return;
      const why = await this.#parts.socket.turn(isOpen);
      if (why !== null) this.#parts.onFault(why);
    });
  }
}
