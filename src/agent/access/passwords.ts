import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/**
 * 16 MiB and a fifth of a second of processor time each: OWASP's password storage cheat sheet has
 * N=2^14, r=8, p=5 among its equals, and it is the one of them with the least memory.
 */
const NOW: Cost = { N: 16_384, r: 8, p: 5 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Strangers cause it, and it keeps a processor busy: of which a small server has one, or two. */
const AT_ONCE = 1;
const WAITING_MAX = 8;
const PARAMETERS_MAX = { N: 1_048_576, r: 32, p: 16 };

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

interface Parts extends Cost {
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** Makes and compares hashes of passwords, one at a time, with few that wait. */
export class Passwords {
  readonly #onIdle: () => void;
  readonly #cost: Cost;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #nobody: Promise<string | null> | null = null;

  /** `onIdle`: none is worked on any more. `cost`: a test's passwords need not be expensive. */
  constructor(onIdle: () => void, cost: Cost = NOW) {
    this.#onIdle = onIdle;
    this.#cost = cost;
  }

  /** `scrypt$N$r$p$salt$key`, or null when too many are at it. */
  async hash(password: string): Promise<string | null> {
    const salt = randomBytes(SALT_BYTES);
    const key = await this.#derive(password, { ...this.#cost, salt });
    if (key === null) return null;
    const { N, r, p } = this.#cost;
    return ["scrypt", N, r, p, salt.toString("base64url"), key.toString("base64url")].join("$");
  }

  /**
   * Whether it is the password; null when too many are at it. `stored` null: there is no such user,
   * which takes as long to find out.
   */
  async isRight(password: string, stored: string | null): Promise<boolean | null> {
    this.#nobody ??= this.hash(randomBytes(KEY_BYTES).toString("hex"));
    const nobody = await this.#nobody;
    if (nobody === null) this.#nobody = null;
    const text = stored ?? nobody;
    const parts = text === null ? null : partsOf(text);
    if (parts === null) return stored === null ? null : false;
    const key = await this.#derive(password, parts);
    if (key === null) return null;
    return timingSafeEqual(key, parts.key) && stored !== null;
  }

  async #derive(
    password: string,
    { N, r, p, salt }: Cost & { readonly salt: Buffer },
  ): Promise<Buffer | null> {
    if (!(await this.#turn())) return null;
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        const maxmem = 256 * N * r;
        scrypt(password.normalize("NFC"), salt, KEY_BYTES, { N, r, p, maxmem }, (error, key) => {
          if (error === null) resolve(key);
          else reject(error);
        });
      });
    } finally {
      const next = this.#waiting.shift();
      // Handed over, or one that comes in between would be one too many.
      if (next) next();
      else this.#running -= 1;
      if (this.#running === 0) this.#onIdle();
    }
  }

  /** False when too many wait already. */
  async #turn(): Promise<boolean> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING_MAX) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return true;
    }
    this.#running += 1;
    return true;
  }
}

/** Whether a text from a file is a hash that this program can compare with. */
export function isHash(text: string): boolean {
  return partsOf(text) !== null;
}

function partsOf(text: string): Parts | null {
  const [kind, ...rest] = text.split("$");
  const [N = 0, r = 0, p = 0] = rest.slice(0, 3).map(Number);
  const [salt = "", key = ""] = rest.slice(3);
  const isCost = Number.isInteger(Math.log2(N)) && Number.isInteger(r) && Number.isInteger(p);
  const isBounded = N > 1 && r > 0 && p > 0 && N <= PARAMETERS_MAX.N && r <= PARAMETERS_MAX.r;
  if (kind !== "scrypt" || rest.length !== 5 || !isCost || !isBounded) return null;
  if (p > PARAMETERS_MAX.p) return null;
  const parts = { salt: Buffer.from(salt, "base64url"), key: Buffer.from(key, "base64url") };
  return parts.key.length === KEY_BYTES ? { N, r, p, ...parts } : null;
}
