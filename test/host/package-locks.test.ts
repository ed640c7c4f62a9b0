/** Whether a package manager is at work, found out with real locks of real processes. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { openPackageLocks } from "../../src/host/package-locks.ts";

const HOLDER = join(import.meta.dirname, "../programs/hold-lock.ts");
/** The files are opened anew after so many looks. */
const LOOKS = 12;

function folder(t: TestContext): string {
  // In memory: an overlay, as in containers, shows other inodes than the kernel's list names.
  const path = mkdtempSync("/dev/shm/solosafe locks-");
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** A process that has the lock; `letGo` ends it, and with it the lock. */
async function hold(t: TestContext, file: string): Promise<{ letGo(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [HOLDER, file], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  t.after(() => child.kill("SIGKILL"));
  const said = await new Promise<string>((resolve) => child.stdout?.once("data", resolve));
  assert.equal(String(said).trim(), "held");
  return {
    letGo: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}

test("a lock is seen while it is held, whichever of the files it is on", async (t) => {
  const own = folder(t);
  const files = ["one", "two", "missing"].map((name) => join(own, name));
  for (const file of files.slice(0, 2)) writeFileSync(file, "");
  const isAtWork = openPackageLocks(files);
  assert.equal(await isAtWork(), false);
  const holder = await hold(t, join(own, "two"));
  assert.equal(await isAtWork(), true);
  await holder.letGo();
  assert.equal(await isAtWork(), false);
});

test("a file that was removed and made anew, or comes later, is found within a minute", async (t) => {
  const own = folder(t);
  const [again, later] = [join(own, "again"), join(own, "later")];
  writeFileSync(again, "");
  const isAtWork = openPackageLocks([again, later]);
  assert.equal(await isAtWork(), false);
  rmSync(again);
  writeFileSync(again, "");
  writeFileSync(later, "");
  const looked: boolean[] = [];
  const first = await hold(t, again);
  for (let look = 0; look < LOOKS; look += 1) looked.push(await isAtWork());
  assert.equal(looked.at(-1), true);
  await first.letGo();
  const second = await hold(t, later);
  assert.equal(await isAtWork(), true);
  await second.letGo();
  assert.equal(await isAtWork(), false);
});

test("where a file cannot be opened the kernel's list is read", async (t) => {
  // Neither open nor a lock of ours is possible below a file.
  const own = folder(t);
  const file = join(own, "lock");
  writeFileSync(file, "");
  const isAtWork = openPackageLocks([join(file, "below"), file]);
  assert.equal(await isAtWork(), false);
  const holder = await hold(t, file);
  assert.equal(await isAtWork(), true);
  await holder.letGo();
  assert.equal(await isAtWork(), false);
});
