import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./case.ts";
import type { Image } from "./image/build-image.ts";
import { InfrastructureError, Machine } from "./machine.ts";
import { Product } from "./product.ts";

const KEPT_LINES = 25;

/** Runs one case on a machine of its own, prints its verdict, and keeps what tells why it failed. */
export async function runCase(one: Case, image: Image, cache: string): Promise<boolean> {
  const startedAt = performance.now();
  const notes: string[] = [];
  let machine: Machine | null = null;
  try {
    machine = await bootOnceMore(image, join(cache, "run", one.name));
    const product = new Product(machine);
    await one.run({ machine, product, note: (fact) => notes.push(fact) });
    console.log(line("ok    ", one, startedAt, notes));
    return true;
  } catch (error) {
    console.log(line("FAILED", one, startedAt, notes));
    console.log(indent(`${one.promise}\n${error instanceof Error ? error.stack : String(error)}`));
    if (machine !== null) await keepEvidence(machine, join(cache, "failed", one.name));
    return false;
  } finally {
    await machine?.discard();
  }
}

/** A machine that does not come up says nothing of the product: it gets a second chance. */
async function bootOnceMore(image: Image, folder: string): Promise<Machine> {
  try {
    return await Machine.boot(image, folder, []);
  } catch (error) {
    if (!(error instanceof InfrastructureError)) throw error;
    console.log(`once more: ${error.message}`);
    return await Machine.boot(image, folder, []);
  }
}

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
