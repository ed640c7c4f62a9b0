import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./case.ts";
import type { Image } from "./image/build-image.ts";
import { Machine } from "./machine.ts";
import { Product } from "./product.ts";

const KEPT_LINES = 25;

/** One machine for all cases, made again for each what it was when nothing had happened to it. */
export class Cases {
  readonly #image: Image;
  readonly #cache: string;
  #machine: Machine | null = null;

  constructor(image: Image, cache: string) {
    this.#image = image;
    this.#cache = cache;
  }

  /** Runs one case, prints its verdict, and keeps what tells why it failed. */
  async run(one: Case): Promise<boolean> {
    const startedAt = performance.now();
    const notes: string[] = [];
    let machine: Machine | null = null;
    try {
      machine = await this.#prepareOnceMore();
      const product = new Product(machine);
      await one.run({ machine, product, note: (fact) => notes.push(fact) });
      console.log(line("ok    ", one, startedAt, notes));
      return true;
    } catch (error) {
      console.log(line("FAILED", one, startedAt, notes));
      const stack = error instanceof Error ? error.stack : String(error);
      console.log(indent(`${one.promise}\n${stack}`));
      if (machine !== null) await keepEvidence(machine, join(this.#cache, "failed", one.name));
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#machine?.discard();
    this.#machine = null;
  }

  /** A machine that does not come up says nothing of the product: it gets a second chance. */
  async #prepareOnceMore(): Promise<Machine> {
    try {
      return await this.#prepare();
    } catch (error) {
      console.log(`a machine once more: ${String(error)}`);
      await this.close();
      return await this.#prepare();
    }
  }

  async #prepare(): Promise<Machine> {
    if (this.#machine !== null) {
      await this.#machine.restore();
      return this.#machine;
    }
    const machine = await Machine.boot(this.#image, join(this.#cache, `run-${process.pid}`));
    this.#machine = machine;
    await machine.shell(FRESHLY_INSTALLED);
    await machine.keep();
    return machine;
  }
}

/** As after an installation that was not started yet. */
const FRESHLY_INSTALLED = `
systemctl stop solosafe.target
rm -rf /var/lib/solosafe/* /run/solosafe/* /var/log/solosafe/*
sync
`;

/** Serial log and journal, and the end of both on the screen. */
async function keepEvidence(machine: Machine, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const serial = join(machine.folder, "serial.log");
  if (existsSync(serial)) cpSync(serial, join(folder, "serial.log"));
  const journal = await readJournal(machine);
  writeFileSync(join(folder, "journal.log"), journal);
  console.log(indent(`serial log and journal are kept in ${folder}`));
  console.log(indent(`machine: ${machine.events.names(0).join(", ") || "no event"}`));
  console.log(indent(`serial log:\n${machine.serialTail(KEPT_LINES)}`));
  console.log(indent(`journal:\n${journal.trimEnd().split("\n").slice(-KEPT_LINES).join("\n")}`));
}

async function readJournal(machine: Machine): Promise<string> {
  try {
    const words = ["--no-pager", "-o", "short-monotonic", "-n", "2000"];
    return (await machine.run(["journalctl", ...words])).out;
  } catch (error) {
    return `the journal cannot be read: ${String(error)}`;
  }
}

function line(verdict: string, one: Case, startedAt: number, notes: readonly string[]): string {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  return `${verdict} ${one.name.padEnd(24)} ${seconds.padStart(4)} s  ${notes.join(", ")}`.trimEnd();
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
