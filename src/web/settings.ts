import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type * as z from "zod/mini";
import { safeParse } from "zod/mini";
import { type WebSettings, type webReport, webSettings } from "../api/access-answers.ts";
import { ACCESS_ROUTES } from "../api/contract-access.ts";
import { type Millis, MINUTE, SECOND } from "../base/duration.ts";
import type { AgentLink } from "./agent-link.ts";

/** What this program tells about itself. */
export type Report = z.output<typeof webReport>;

export interface SettingsParts {
  readonly link: AgentLink;
  /** Keeps what the agent said last, for a start without it. */
  readonly file: string;
  readonly report: () => Report;
  /** They are new, or the agent came or went. */
  readonly onChange: (settings: WebSettings, isUp: boolean) => Promise<void>;
}

/** It is told each time, because an agent that was started anew has forgotten it. */
const ASK_EVERY: Millis = 5 * SECOND;
const DEADLINE: Millis = 4 * SECOND;

/** As secure as it gets, until the agent says otherwise. */
const FIRST: WebSettings = {
  port: 29_003,
  isPublic: false,
  allow: [],
  certificate: null,
  idleMs: 10 * MINUTE,
  language: "en",
  title: "",
  hasPassword: false,
  revision: 0,
};

/** Tells the agent again and again how the page is served, and hears how it is to be. */
export class Settings {
  readonly #parts: SettingsParts;
  #current: WebSettings;
  #isUp = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: SettingsParts) {
    this.#parts = parts;
    this.#current = readKept(parts.file) ?? FIRST;
  }

  get current(): WebSettings {
    return this.#current;
  }

  /** The agent answered when it was asked last. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Begins to ask; the first answer, or that there is none, is there when this settles. */
  async begin(): Promise<void> {
    await this.#ask();
    const again = async (): Promise<void> => {
      await this.#ask();
      this.#timer = setTimeout(() => void again(), ASK_EVERY);
    };
    this.#timer = setTimeout(() => void again(), ASK_EVERY);
  }

  /** Tells the agent at once what is new. */
  async tell(): Promise<void> {
    await this.#ask();
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const { method, path } = ACCESS_ROUTES.webReport;
    const answer = await this.#parts.link.ask("program", {
      method,
      path,
      body: Buffer.from(JSON.stringify(this.#parts.report())),
      authorization: null,
      csrf: null,
      client: null,
      deadline: DEADLINE,
      gone: new AbortController().signal,
    });
    const given = answer.ok && answer.value.status === 200 ? read(answer.value.body) : null;
    await this.#take(given);
  }

  async #take(given: WebSettings | null): Promise<void> {
    const wasUp = this.#isUp;
    const before = JSON.stringify(this.#current);
    this.#isUp = given !== null;
    if (given !== null) this.#current = given;
    const isNew = JSON.stringify(this.#current) !== before;
    if (isNew) keep(this.#parts.file, this.#current);
    if (isNew || wasUp !== this.#isUp) await this.#parts.onChange(this.#current, this.#isUp);
  }
}

function read(body: Buffer): WebSettings | null {
  try {
    const parsed = safeParse(webSettings, JSON.parse(body.toString()));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function readKept(file: string): WebSettings | null {
  try {
    return read(readFileSync(file));
  } catch {
    return null;
  }
}

function keep(file: string, settings: WebSettings): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(settings), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // A full disk: the agent says it again.
  }
}
