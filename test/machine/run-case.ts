import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./case.ts";
import type { Image } from "./image/build-image.ts";
import { NoAnswer } from "./json-talk.ts";
import { Machine } from "./machine.ts";
import { Product } from "./product.ts";

const KEPT_LINES = 25;

/** One machine for many cases, made again for each what it was when nothing had happened to it. */
export class Lane {
  readonly #image: Image;
  readonly #cache: string;
  readonly #number: number;
  #machine: Machine | null = null;

  constructor(image: Image, cache: string, number: number) {
    this.#image = image;
    this.#cache = cache;
    this.#number = number;
  }

  /**
   * Runs one case, prints its verdict, and keeps what tells why it failed. One more try has a case in
   * which only our hand in the guest fell silent: nothing had happened to the machine, so nothing is
   * known of the product. A wrong verdict has none.
   */
  async run(one: Case): Promise<boolean> {
    const end = await this.#try(one);
    if (end !== "silent") return end === "ok";
    console.log(`${one.name} once more: the hand in the guest fell silent`);
    await this.close();
    return (await this.#try(one)) === "ok";
  }

  async #try(one: Case): Promise<"ok" | "failed" | "silent"> {
    const startedAt = performance.now();
    const notes: string[] = [];
    let machine: Machine | null = null;
    let mark = 0;
    try {
      if (one.isOfNewMachine) await this.close();
      machine = await this.#prepareOnceMore();
      mark = machine.events.mark;
      const product = new Product(machine);
      await one.run({ machine, product, note: (fact) => notes.push(fact) });
      console.log(line("ok    ", one, startedAt, notes));
      return "ok";
    } catch (error) {
      const verdict = line("FAILED", one, startedAt, notes);
      const stack = error instanceof Error ? String(error.stack) : String(error);
      const folder = join(this.#cache, "failed", one.name);
      const evidence = machine === null ? "" : await keepEvidence(machine, folder);
      console.log(`${verdict}\n${indent(`${one.promise}\n${stack}\n${evidence}`)}`);
      const isUntouched = machine !== null && machine.events.names(mark).length === 0;
      return error instanceof NoAnswer && isUntouched ? "silent" : "failed";
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
    const name = `run-${process.pid}-${this.#number}`;
    const machine = await Machine.boot(this.#image, join(this.#cache, name));
    this.#machine = machine;
    await machine.shell(FRESHLY_INSTALLED);
    await machine.keep();
    return machine;
  }
}

/** As after an installation that was not started yet. */
const FRESHLY_INSTALLED = `
# The target alone would be waited for, and not what it stops.
systemctl stop solosafe.target solosafe-agent.service solosafe-spawner.service solosafe-guard.service
rm -rf /var/lib/solosafe/* /run/solosafe/* /var/log/solosafe/*
sync
`;

/** Keeps serial log, journal and what the product tells; gives where, and the end of the logs. */
async function keepEvidence(machine: Machine, folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const serial = join(machine.folder, "serial.log");
  if (existsSync(serial)) cpSync(serial, join(folder, "serial.log"));
  const journal = await read(machine, JOURNAL);
  writeFileSync(join(folder, "journal.log"), journal);
  writeFileSync(join(folder, "product.txt"), await read(machine, PRODUCT));
  return [
    `serial log, journal and what the product tells are kept in ${folder}`,
    `machine: ${machine.events.names(0).join(", ") || "no event"}`,
    `serial log:\n${machine.serialTail(KEPT_LINES)}`,
    `journal:\n${journal.trimEnd().split("\n").slice(-KEPT_LINES).join("\n")}`,
  ].join("\n");
}

const JOURNAL = "journalctl --no-pager -o short-monotonic -n 2000";
const PRODUCT =
  "cat /run/solosafe/guard.report; solosafe status; solosafe events; solosafe reboots";

async function read(machine: Machine, script: string): Promise<string> {
  try {
    const { out, err } = await machine.run(["sh", "-c", script]);
    return out + err;
  } catch (error) {
    return `nothing can be read: ${String(error)}`;
  }
}

function line(verdict: string, one: Case, startedAt: number, notes: readonly string[]): string {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  return `${verdict} ${one.name.padEnd(24)} ${seconds.padStart(4)} s  ${notes.join(", ")}`.trimEnd();
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
