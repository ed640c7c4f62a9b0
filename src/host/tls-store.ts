import { readFile, stat } from "node:fs/promises";
import type { SecureContext } from "node:tls";
import { fail, type Result, succeed } from "../base/result.ts";
import type { TlsProtocol } from "../ports/tls.ts";
import { faultOf } from "./http-talk.ts";

/** Where distributions keep the authorities that a server trusts; the first one there is meant. */
export const SYSTEM_STORES: readonly string[] = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
const STORE_BYTES = 8 * 1024 * 1024;

interface Kept {
  readonly mark: string;
  readonly context: SecureContext;
}

/**
 * What is trusted, read asynchronously and kept until the file changes. Node's own way to the
 * system's store reads it synchronously, and by default Node trusts a list of its own instead.
 */
export class TlsStore {
  readonly #stores: readonly string[];
  readonly #kept = new Map<string, Kept>();

  constructor(stores: readonly string[] = SYSTEM_STORES) {
    this.#stores = stores;
  }

  /** `path` null: the system's store. */
  async context(path: string | null, least: TlsProtocol): Promise<Result<SecureContext>> {
    const file = path ?? (await this.#systemStore());
    if (file === null) {
      const message = "no list of trusted authorities was found on this server";
      return fail({ code: "no-authorities", message });
    }
    try {
      return succeed(await this.#read(file, least));
    } catch (error) {
      const { message } = faultOf(error, file);
      return fail({
        code: "no-authorities",
        message: `the authorities cannot be read: ${message}`,
      });
    }
  }

  async #read(file: string, least: TlsProtocol): Promise<SecureContext> {
    const { size, mtimeMs, ino } = await stat(file);
    if (size > STORE_BYTES) throw new Error(`it has ${size} bytes`);
    const key = `${least} ${file}`;
    const mark = `${size} ${mtimeMs} ${ino}`;
    const kept = this.#kept.get(key);
    if (kept?.mark === mark) return kept.context;
    const ca = await readFile(file, "utf8");
    if (!ca.includes("-----BEGIN ")) throw new Error("it holds no certificate in PEM form");
    const tls = process.getBuiltinModule("node:tls");
    const context = tls.createSecureContext({ ca, minVersion: least });
    this.#kept.set(key, { mark, context });
    return context;
  }

  async #systemStore(): Promise<string | null> {
    for (const path of this.#stores) {
      const found = await stat(path).catch(() => null);
      if (found?.isFile() === true && found.size > 0) return path;
    }
    return null;
  }
}
