import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { renameKernel } from "../kernel-name.ts";
import { MAIL_TO_KEEPER, MailServer } from "../mail-server.ts";
import { expectWhy } from "../told-why.ts";
import { shopConfig } from "./shop.ts";

const CONFIG = shopConfig({ more: MAIL_TO_KEEPER });

/** Begins where mail arrives; gives the server that takes it. */
async function begin({ machine, product }: Bench): Promise<MailServer> {
  const mails = await MailServer.begin(machine);
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  // A mark of the boot that is not on the disk yet would be no witness.
  await machine.shell("sync");
  return mails;
}

/** Somebody, or a driver, makes the kernel panic: nothing of ours takes part. */
async function panic(bench: Bench): Promise<void> {
  const { machine } = bench;
  const mails = await begin(bench);
  const boot = await machine.bootId();
  machine.agent.trigger(["sh", "-c", "echo c >/proc/sysrq-trigger"]);
  await machine.waitForGuest(boot, 40_000);
  await expectWhy(bench, { verdict: "panic", confidence: "certain" }, ["end-panic"]);
  await mails.expect(
    /^\[lab\] The server went down .*: its kernel panicked/,
    /The server went down although nobody asked for it: its kernel panicked\. .*last words/,
  );
}

const DUMP = "/var/crash/202611212200";

/** The button, twice; the second time a crash kernel has left a dump (kdump-tools' own names). */
async function hardReset(bench: Bench): Promise<void> {
  const { machine } = bench;
  const mails = await begin(bench);
  await pressReset(bench);
  await expectWhy(bench, { verdict: "power-loss", confidence: "likely" }, ["end-journal-cut"]);
  await mails.expect(
    /^\[lab\] The server went down .*: it lost power or was reset by hand/,
    /it lost power or was reset by hand, most likely\. .*Look at the power supply/,
  );
  await machine.shell(`mkdir -p ${DUMP}; echo lab >${DUMP}/dump.202611212200; sync`);
  await pressReset(bench);
  const { facts } = await expectWhy(bench, { verdict: "panic", confidence: "likely" }, []);
  const dump = facts.find(({ id }) => id === "end-crash-dump");
  assert.equal(dump?.fields["path"], `${DUMP}/dump.202611212200`);
}

async function pressReset({ machine, product }: Bench): Promise<void> {
  const boot = await machine.bootId();
  await machine.command("system_reset");
  await machine.waitForGuest(boot, 40_000);
  await product.waitUntilWell(40_000);
}

/** What a package of a kernel does, without the half minute: modules beside, and another name. */
const NEW_KERNEL = (old: string, name: string): string => `
cp -al /lib/modules/${old} /lib/modules/${name}
touch /run/reboot-required
`;

/** A person's reboot into a kernel of another version is a person's reboot. */
async function kernelUpgrade(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  const mails = await begin(bench);
  await rebootByPerson(bench, null);
  await expectWhy(bench, { verdict: "by-person", confidence: "certain" }, ["end-record-closed"]);
  const old = await machine.text("uname", "-r");
  const name = old.replace(/\d-amd64$/, (end) => (end.startsWith("9") ? "8-amd64" : "9-amd64"));
  await machine.shell(NEW_KERNEL(old, name));
  await rebootByPerson(bench, renameKernel(machine.kernel, old, name, machine.folder));
  assert.equal(await machine.text("uname", "-r"), name);
  note(`${old} to ${name}`);
  await product.waitUntilWell(40_000);
  await expectWhy(bench, { verdict: "by-person", confidence: "certain" }, ["end-record-closed"]);
  const said = await product.cli("why");
  assert.match(
    said.out,
    new RegExp(`${escape(name)}.*${escape(old)}|${escape(old)}.*${escape(name)}`),
  );
  // Nothing that needs a person has happened.
  assert.deepEqual(await mails.letters(), []);
}

function escape(text: string): string {
  return text.replaceAll(".", "\\.");
}

/** `kernel`: another one for the boot that follows. */
async function rebootByPerson({ machine }: Bench, kernel: string | null): Promise<void> {
  const boot = await machine.bootId();
  // QEMU keeps its kernel over a reset: so its end stands for the reset.
  if (kernel !== null) await machine.command("set-action", { reboot: "shutdown" });
  machine.agent.trigger(["systemctl", "reboot"]);
  if (kernel === null) {
    await machine.waitForGuest(boot, 40_000);
    return;
  }
  await machine.waitForEnd(20_000);
  await machine.powerOn([], kernel);
}

export const END_CASES: readonly Case[] = [
  {
    name: "kernel-panic",
    promise: "The kernel panics: `why` says so for certain, with its last words, and a mail does.",
    isCore: false,
    isOfNewMachine: true,
    run: panic,
  },
  {
    name: "hard-reset",
    promise: "Reset by hand: `why` and a mail say so; with a crash dump it is a panic.",
    isCore: false,
    run: hardReset,
  },
  {
    name: "kernel-upgrade",
    promise: "A person's reboot into another kernel is a person's reboot, and the change is told.",
    isCore: false,
    run: kernelUpgrade,
  },
];
