import type { WebReport, WebSettings, WebStatus } from "../../api/access-answers.ts";
import type { LoadedPage } from "../../config/page.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessStore } from "./access-store.ts";
import type { Sessions } from "./sessions.ts";

/** What of the configuration in force is about the page. */
export interface PageConfig {
  readonly page: LoadedPage;
  readonly server: { readonly title: string; readonly language: string };
}

export interface WebPageParts {
  readonly clock: Clock;
  readonly store: AccessStore;
  readonly sessions: Sessions;
  readonly config: () => PageConfig;
}

/** As the web program tells it: plain HTTP, which never leaves this server. */
const HERE = /^http:\/\/127\.0\.0\.1:\d{1,5}$/;

/** Where the page is and for whom, as far as the agent knows: the web program tells the rest. */
export class WebPage {
  readonly #parts: WebPageParts;
  #told: (WebReport & { readonly wall: number }) | null = null;
  #settings = "";
  #revision = 0;

  constructor(parts: WebPageParts) {
    this.#parts = parts;
  }

  get hasPassword(): boolean {
    return this.#parts.store.accounts.users.length > 0;
  }

  get isPublic(): boolean {
    return this.#parts.config().page.isPublic ?? this.hasPassword;
  }

  /** For the web program, which asks again now and then. */
  settings(): WebSettings {
    const { page, server } = this.#parts.config();
    const settings = {
      port: page.port,
      isPublic: this.isPublic,
      allow: [...page.allow],
      certificate:
        page.certificate === null
          ? null
          : { certificate: page.certificate.file, key: page.certificate.key },
      idleMs: page.idleMs,
      language: server.language,
      title: server.title,
      hasPassword: this.hasPassword,
    };
    const text = JSON.stringify(settings);
    if (text !== this.#settings) this.#revision += 1;
    this.#settings = text;
    return { ...settings, revision: this.#revision };
  }

  take(report: WebReport): void {
    this.#told = { ...report, wall: Math.round(this.#parts.clock.wall()) };
  }

  status(): WebStatus {
    const { store, sessions, config } = this.#parts;
    const { page } = config();
    const told = this.#told;
    return {
      port: page.port,
      isPublic: this.isPublic,
      because:
        page.isPublic !== null ? "configuration" : this.hasPassword ? "password" : "no-password",
      hasPassword: this.hasPassword,
      users: store.accounts.users.length,
      sessions: sessions.count(),
      addresses: told === null ? [this.localAddress()] : [...told.addresses],
      fingerprint: told?.fingerprint ?? null,
      fault: told?.fault ?? null,
      toldAt: told?.wall ?? null,
      editsScripts: page.editsScripts,
      accessFault: store.fault,
    };
  }

  /**
   * Where somebody on this server finds it. By the number, because nobody but us has that address:
   * `localhost` may be `::1` too, where another user of this server could listen and be given the code.
   */
  localAddress(): string {
    const told = this.#told?.addresses.find((one) => HERE.test(one));
    return `${told ?? `http://127.0.0.1:${this.#parts.config().page.port}`}/`;
  }
}
