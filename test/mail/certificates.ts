import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a mail server shows, in PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"] as const;

/** An authority of our own in `folder`, and servers' certificates that it signed. */
export class Authority {
  readonly #folder: string;
  /** The file that has to be trusted. */
  readonly path: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, "authority.pem");
    const files = ["-keyout", "authority.key", "-out", "authority.pem"];
    this.#openssl("req", "-x509", ...KEY, ...files, "-days", "3650", "-subj", "/CN=authority");
  }

  /** Valid for these names: `DNS:localhost,IP:127.0.0.1`. `days` below 0: it has expired. */
  sign(name: string, names: string, days = 90): Identity {
    const files = ["-keyout", `${name}.key`, "-out", `${name}.csr`];
    this.#openssl("req", "-new", ...KEY, ...files, "-subj", `/CN=${name}`);
    writeFileSync(join(this.#folder, `${name}.ext`), `subjectAltName=${names}\n`);
    const signer = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"];
    const into = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", `${name}.ext`];
    this.#openssl("x509", "-req", ...into, ...signer, "-days", String(days));
    return { key: this.#read(`${name}.key`), cert: this.#read(`${name}.pem`) };
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), "utf8");
  }

  #openssl(...words: readonly string[]): void {
    const options = { cwd: this.#folder, encoding: "utf8", timeout: 120_000 } as const;
    const run = spawnSync("openssl", words, options);
    assert.equal(run.status, 0, `openssl ${words.join(" ")}: ${run.error?.message ?? run.stderr}`);
  }
}
