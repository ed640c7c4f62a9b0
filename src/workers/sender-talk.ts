import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { formatDuration, type Millis } from "../base/duration.ts";
import type { MailServer } from "../base/mail.ts";
import type { Attempt, SendFault } from "../base/post.ts";
import type { TlsStore } from "../host/tls-store.ts";
import { addressesOf } from "./sender-names.ts";
import { oneLine } from "./one-line.ts";
import { readSecret, withoutSecrets } from "./read-secret.ts";
import { explainFault, type TalkError } from "./sender-words.ts";

/** One mail for one server. */
export interface Offer {
  readonly from: string;
  readonly to: readonly string[];
  /** The whole message, as it goes over the wire. */
  readonly message: Buffer;
  /** What this server calls itself. */
  readonly name: string;
}

/** The whole delivery may take so many times the timeout of one answer. */
const WHOLE = 4;
/** A certificate is asked for with nothing older. */
const LEAST_TLS = "TLSv1.2";

/**
 * Offers a mail to one server: connection, TLS, login, sender, recipients, message, each within the
 * server's timeout and all of them within four of it. Never rejects; nothing of the password gets
 * into what is said.
 */
export async function offerMail(
  server: MailServer,
  offer: Offer,
  store: TlsStore,
): Promise<Attempt> {
  const name = `${server.host}:${server.port}`;
  const failed = (...faults: readonly SendFault[]): Attempt => ({
    server: name,
    taken: [],
    faults,
  });
  const place = server.login?.password ?? null;
  const secret = place === null ? null : await readSecret(place, "password");
  if (secret !== null && typeof secret !== "string") return failed(secret);
  const tls = await tlsOptions(server, store);
  if ("step" in tls) return failed(tls);
  const addresses = await addressesOf(server);
  if ("step" in addresses) return failed(addresses);
  const { taken, faults } = await deliverTo(addresses, (address) =>
    new Talk({ server, address, offer, tls, password: secret }).deliver(),
  );
  const secrets = secret === null ? [] : [secret];
  const told = faults.map((one) => ({ ...one, why: withoutSecrets(one.why, secrets) }));
  return { server: name, taken, faults: told };
}

/** One address after the other, as long as there is nobody. */
async function deliverTo(
  addresses: readonly string[],
  deliver: (address: string) => Promise<Delivery>,
): Promise<Delivery> {
  let last: Delivery = { taken: [], faults: [] };
  for (const address of addresses) {
    last = await deliver(address);
    if (last.faults[0]?.step !== "connect") break;
  }
  return last;
}

async function tlsOptions(
  server: MailServer,
  store: TlsStore,
): Promise<ConnectionOptions | SendFault> {
  const { host, security, isVerified, ca } = server;
  const named = isIP(host) === 0 ? { servername: host } : {};
  const least: ConnectionOptions = { ...named, minVersion: LEAST_TLS };
  if (security === "none" || !isVerified) return { ...least, rejectUnauthorized: false };
  const context = await store.context(ca, LEAST_TLS);
  if (context.ok) return { ...named, secureContext: context.value, rejectUnauthorized: true };
  const why = oneLine(context.problem.message);
  return { step: "tls", to: null, isFinal: false, why, hint: "Name a file of them with `ca`." };
}

interface TalkParts {
  readonly server: MailServer;
  /** One of those that the server's name has. */
  readonly address: string;
  readonly offer: Offer;
  readonly tls: ConnectionOptions;
  readonly password: string | null;
}

type Delivery = Pick<Attempt, "taken" | "faults">;

/** One connection, used once. */
class Talk {
  readonly #server: MailServer;
  readonly #offer: Offer;
  readonly #password: string | null;
  readonly #connection: SMTPConnection;
  readonly #end = Promise.withResolvers<Delivery>();
  #isConnected = false;

  constructor({ server, address, offer, tls, password }: TalkParts) {
    const { port, security, timeoutMs } = server;
    this.#server = server;
    this.#offer = offer;
    this.#password = password;
    this.#connection = new SMTPConnection({
      host: address,
      port,
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      // A short name is refused by many; without one the library says an address.
      name: offer.name.includes(".") ? offer.name : undefined,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      socketCloseTimeout: 0,
      maxResponseSize: 64 * 1024,
      allowInternalNetworkInterfaces: true,
      tls,
    });
  }

  async deliver(): Promise<Delivery> {
    const limitMs: Millis = WHOLE * this.#server.timeoutMs;
    const limit = setTimeout(() => this.#late(limitMs), limitMs);
    this.#connection.on("error", (error: TalkError) => this.#fail(error));
    this.#connection.connect((error) => (error ? this.#fail(error) : this.#login()));
    try {
      return await this.#end.promise;
    } finally {
      clearTimeout(limit);
      this.#connection.close();
    }
  }

  #login(): void {
    this.#isConnected = true;
    const { login } = this.#server;
    if (login === null || this.#password === null) return this.#send();
    const credentials = { user: login.user, pass: this.#password };
    this.#connection.login(credentials, (error) => (error ? this.#fail(error) : this.#send()));
  }

  #send(): void {
    const { from, to, message } = this.#offer;
    this.#connection.send({ from, to: [...to] }, message, (error, info) => {
      if (error) return this.#fail(error);
      const faults = (info.rejectedErrors ?? []).map((one) => this.#explain(one));
      this.#end.resolve({ taken: info.accepted, faults });
      this.#connection.quit();
    });
  }

  /** All recipients refused is one error with one for each of them. */
  #fail(error: TalkError & { readonly rejectedErrors?: readonly TalkError[] | undefined }): void {
    const each = error.rejectedErrors ?? [];
    const errors = each.length > 0 ? each : [error];
    this.#end.resolve({ taken: [], faults: errors.map((one) => this.#explain(one)) });
  }

  #late(limitMs: Millis): void {
    const why = `the delivery was not over within ${formatDuration(limitMs)}`;
    const step = this.#isConnected ? "message" : "connect";
    const fault = { step, to: null, isFinal: false, why, hint: null } as const;
    this.#end.resolve({ taken: [], faults: [fault] });
  }

  #explain(error: TalkError): SendFault {
    return explainFault(error, this.#server, this.#isConnected);
  }
}
