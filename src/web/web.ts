import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { join } from "node:path";
import type { WebSettings } from "../api/access-answers.ts";
import { HOUR, type Millis, SECOND } from "../base/duration.ts";
import { AgentLink } from "./agent-link.ts";
import { createApp, refuseNonsense, SERVER_LIMITS, sendToHttps } from "./app.ts";
import { type CertificatePair, fingerprintOf } from "./certificate.ts";
import { findCertificate, ownAddresses, ownNames } from "./certificate-files.ts";
import { allowList, Doors } from "./doors.ts";
import type { Options } from "./options.ts";
import { Pace } from "./pace.ts";
import { missingPage, type PageFiles, readPage } from "./page-files.ts";
import { FarServers } from "./far-servers.ts";
import { type Report, Settings } from "./settings.ts";

export interface WebParts {
  readonly options: Options;
  /** Open sockets that were handed over; empty: it listens itself. */
  readonly sockets: readonly number[];
  readonly version: string;
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
  /** Called once, when nobody has been here for as long as is configured. */
  readonly onIdle: () => void;
}

/** How often it looks whether somebody is here, at most. */
const LOOK_EVERY: Millis = 5 * SECOND;
/** How often it tries to get a port that somebody else has. */
const TRY_AGAIN_EVERY: Millis = 5 * SECOND;
/** An administrator's certificate is replaced while it is served, and ours ends one day. */
const LOOK_AT_CERTIFICATE_EVERY: Millis = HOUR;
const HANDSHAKE_LIMIT: Millis = 10 * SECOND;
const FIRST_BYTE_LIMIT: Millis = 5 * SECOND;

/** The web program: what it is made of, and its life. */
export class Web {
  readonly #parts: WebParts;
  readonly #settings: Settings;
  readonly #link: AgentLink;
  readonly #timers: NodeJS.Timeout[] = [];
  #doors: Doors | null = null;
  #secure: SecureServer | null = null;
  #pair: CertificatePair | null = null;
  #names: ReadonlySet<string> = new Set();
  #mayEnter: (address: string) => boolean = () => false;
  /** Where it listens by itself: port and openness; null: nowhere. */
  #listensAs: string | null = null;
  #port: number | null = null;
  #fault: string | null = null;
  #retry: NodeJS.Timeout | null = null;

  constructor(parts: WebParts) {
    this.#parts = parts;
    this.#link = new AgentLink(parts.options.socket);
    this.#settings = new Settings({
      link: this.#link,
      file: join(parts.options.state, "settings.json"),
      report: () => this.#report(),
      onChange: async (settings) => await this.#change(settings),
    });
  }

  async start(): Promise<void> {
    const { options, complain, version } = this.#parts;
    try {
      mkdirSync(options.state, { recursive: true, mode: 0o700 });
    } catch (error) {
      complain(`no folder of its own: ${error instanceof Error ? error.message : String(error)}`);
    }
    const pair = await this.#findCertificate();
    const far = new FarServers(options.servers);
    const app = await createApp({
      link: this.#link,
      pace: new Pace(),
      version,
      page: this.#readPage(),
      names: () => this.#names,
      health: () => this.#health(),
      farServers: () => far.view(),
    });
    const secure = createSecureServer(
      {
        ...SERVER_LIMITS,
        handshakeTimeout: HANDSHAKE_LIMIT,
        minVersion: "TLSv1.2",
        cert: pair.certificate,
        key: pair.key,
      },
      (request, response) => app.routing(request, response),
    );
    const elsewhere = createServer(SERVER_LIMITS, (request, response) =>
      sendToHttps(request, response, this.#names),
    );
    // What never became a connection: nothing to answer.
    secure.on("tlsClientError", (_error, socket) => socket.destroy());
    for (const server of [secure, elsewhere]) server.on("clientError", refuseNonsense);
    this.#secure = secure;
    this.#doors = new Doors({
      plain: app.server,
      secure,
      elsewhere,
      mayEnter: (address) => this.#mayEnter(address),
      firstByteLimit: FIRST_BYTE_LIMIT,
    });
    await this.#settings.begin();
    await this.#change(this.#settings.current);
    this.#lookForIdle();
    const refresh = (): void => void this.#refreshCertificate();
    this.#timers.push(setInterval(refresh, LOOK_AT_CERTIFICATE_EVERY));
  }

  /** Ends what is open, and all that would keep the process. */
  stop(): void {
    this.#settings.end();
    if (this.#retry !== null) clearTimeout(this.#retry);
    for (const timer of this.#timers) clearInterval(timer);
    this.#doors?.stopListening();
    this.#doors?.closeAll();
  }

  async #change(settings: WebSettings): Promise<void> {
    // A socket that somebody handed over too early lets nobody in from outside.
    const isAllowed = allowList(settings.allow);
    this.#mayEnter = (address) => settings.isPublic && isAllowed(address);
    await this.#refreshCertificate();
    if (this.#parts.sockets.length > 0) await this.#listenOnHanded();
    else await this.#listenOnOwn(settings);
  }

  async #listenOnHanded(): Promise<void> {
    if (this.#listensAs !== null || this.#doors === null) return;
    this.#listensAs = "handed";
    for (const fd of this.#parts.sockets) {
      const listening = await this.#doors.listen({ fd });
      if (listening.ok) this.#port ??= listening.value;
      else this.#complain(listening.problem.message);
    }
    await this.#settings.tell();
  }

  async #listenOnOwn(settings: WebSettings): Promise<void> {
    const port = this.#parts.options.port ?? settings.port;
    const wish = `${port} ${settings.isPublic}`;
    if (this.#listensAs === wish || this.#doors === null) return;
    this.#doors.stopListening();
    // `::` takes both families; a server without IPv6 has only the other one.
    const [first, second] = settings.isPublic ? ["::", "0.0.0.0"] : ["127.0.0.1", "::1"];
    const one = await this.#doors.listen({ host: first, port });
    const needsOther = settings.isPublic ? !one.ok : one.ok && port !== 0;
    const other = needsOther ? await this.#doors.listen({ host: second, port }) : one;
    const listening = one.ok ? one : other;
    this.#listensAs = listening.ok ? wish : null;
    this.#port = listening.ok ? listening.value : null;
    if (listening.ok) this.#fault = null;
    else {
      this.#complain(`port ${port}: ${listening.problem.message}`);
      const again = (): void => void this.#listenOnOwn(this.#settings.current);
      if (this.#retry !== null) clearTimeout(this.#retry);
      this.#retry = setTimeout(again, TRY_AGAIN_EVERY);
    }
    if (this.#port !== null) this.#parts.say(`page ${this.#addresses()[0]}`);
    await this.#settings.tell();
  }

  /** Once, however often it happens. */
  #complain(message: string): void {
    const fault = message.slice(0, 300);
    if (fault !== this.#fault) this.#parts.complain(message);
    this.#fault = fault;
  }

  #readPage(): PageFiles {
    const { page } = this.#parts.options;
    try {
      return page === null ? missingPage() : readPage(page);
    } catch (error) {
      this.#parts.complain(`no page: ${error instanceof Error ? error.message : String(error)}`);
      return missingPage();
    }
  }

  async #findCertificate(): Promise<CertificatePair> {
    const { options, complain } = this.#parts;
    const names = ownNames([]);
    const all = [...names, ...ownAddresses()];
    const own = this.#settings.current.certificate;
    const pair = await findCertificate(options.state, own, all, Date.now(), complain);
    const named = new X509Certificate(pair.certificate).subjectAltName ?? "";
    const further = [...named.matchAll(/DNS:([^,\s]+)/g)].map(([, name = ""]) => name);
    this.#names = new Set([...names, ...further.map((name) => name.toLowerCase())]);
    this.#pair = pair;
    return pair;
  }

  async #refreshCertificate(): Promise<void> {
    const before = this.#pair?.certificate;
    const pair = await this.#findCertificate();
    if (pair.certificate === before) return;
    this.#secure?.setSecureContext({ cert: pair.certificate, key: pair.key });
    await this.#settings.tell();
  }

  #lookForIdle(): void {
    if (this.#parts.sockets.length === 0) return;
    const look = setInterval(
      () => {
        const doors = this.#doors;
        if (doors === null || doors.connections > 0) return;
        if (performance.now() - doors.usedAt < this.#settings.current.idleMs) return;
        clearInterval(look);
        this.#parts.onIdle();
      },
      Math.min(LOOK_EVERY, this.#settings.current.idleMs / 2),
    );
    this.#timers.push(look);
  }

  #addresses(): readonly string[] {
    const port = this.#port;
    if (port === null) return [];
    const here = `http://127.0.0.1:${port}`;
    if (!this.#settings.current.isPublic) return [here];
    const isOutside = (name: string): boolean =>
      name !== "localhost" && !/^(?:127\.|::1$)/.test(name);
    const all = [...ownNames([]), ...ownAddresses()].filter(isOutside);
    const far = all.map((name) => `https://${isIP(name) === 6 ? `[${name}]` : name}:${port}`);
    return [...far.slice(0, 20), here];
  }

  #report(): Report {
    const fingerprint = this.#pair === null ? null : fingerprintOf(this.#pair.certificate);
    return { fingerprint, addresses: [...this.#addresses()], fault: this.#fault };
  }

  #health(): object {
    const { language, title, hasPassword } = this.#settings.current;
    const agent = this.#settings.isUp ? "ok" : "not-running";
    return { web: "ok", agent, language, title, hasPassword };
  }
}
