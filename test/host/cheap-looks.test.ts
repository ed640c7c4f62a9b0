import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { KnownProcesses } from "../../src/host/known-processes.ts";
import { acceptsAtOnce } from "../../src/host/poll-calls.ts";
import { readFacts } from "../../src/host/proc.ts";
import { SmallFiles } from "../../src/host/small-files.ts";
import { until } from "../process/lab.ts";

const MEMORY = "/dev/shm";
/** Files that were changed a moment ago are not kept; so old must they be. */
const SETTLED_MS = 60;

function folderIn(context: TestContext, parent: string): string {
  const folder = mkdtempSync(join(parent, "solosafe-files-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function text(files: SmallFiles, path: string): Promise<string> {
  const read = await files.read(path, 64);
  return read.ok ? read.value : read.problem.code;
}

/** How many descriptors this process holds of a file, or of one that it replaced. */
function descriptorsOf(path: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path);
    } catch {
      return false;
    }
  }).length;
}

for (const parent of [MEMORY, tmpdir()]) {
  const isHere = existsSync(parent);
  test(`whatever becomes of a file in ${parent}, what is read is what it holds`, {
    skip: isHere ? false : `there is no ${parent} here`,
  }, async (context) => {
    const folder = folderIn(context, parent);
    const path = join(folder, "app.pid");
    const files = new SmallFiles(SETTLED_MS / 2);
    assert.equal(await text(files, path), "ENOENT");
    const changes: readonly (readonly [string, string, () => void])[] = [
      ["created", "1\n", () => writeFileSync(path, "1\n")],
      ["written over, as long as before", "2\n", () => writeFileSync(path, "2\n")],
      [
        "replaced by renaming",
        "3\n",
        () => {
          writeFileSync(`${path}.new`, "3\n");
          renameSync(`${path}.new`, path);
        },
      ],
      [
        "written over, with the times of before",
        "4\n",
        () => {
          writeFileSync(path, "4\n");
          utimesSync(path, 1000, 1000);
        },
      ],
      ["renamed away", "ENOENT", () => renameSync(path, `${path}.old`)],
      [
        "renamed back and written by another",
        "5\n",
        () => {
          renameSync(`${path}.old`, path);
          writeFileSync(path, "5\n");
        },
      ],
      ["removed", "ENOENT", () => rmSync(path)],
      [
        "a link to another",
        "6\n",
        () => {
          writeFileSync(join(folder, "other"), "6\n");
          symlinkSync("other", path);
        },
      ],
    ];
    for (const [what, want, change] of changes) {
      change();
      assert.equal(await text(files, path), want, what);
      // Twice more when it has settled: read and kept, then answered from what was kept.
      await sleep(SETTLED_MS);
      assert.equal(await text(files, path), want, `${what}, settled`);
      assert.equal(await text(files, path), want, `${what}, kept`);
    }
  });
}

test("a file that is replaced is not held open", { skip: !existsSync(MEMORY) }, async (context) => {
  const path = join(folderIn(context, MEMORY), "app.pid");
  const files = new SmallFiles(SETTLED_MS / 2);
  writeFileSync(path, "1\n");
  await sleep(SETTLED_MS);
  await text(files, path);
  assert.equal(descriptorsOf(path), 1);
  rmSync(path);
  await text(files, path);
  assert.equal(descriptorsOf(path), 0);
});

test("a folder above a held file may be renamed, and another may take its place", {
  skip: !existsSync(MEMORY),
}, async (context) => {
  const folder = folderIn(context, MEMORY);
  const path = join(folder, "app", "app.pid");
  const files = new SmallFiles(SETTLED_MS / 2, 0);
  const make = (content: string): void => {
    mkdirSync(join(folder, "app"));
    writeFileSync(path, content);
  };
  make("1\n");
  await sleep(SETTLED_MS);
  for (let round = 0; round < 3; round += 1) assert.equal(await text(files, path), "1\n");
  assert.equal(descriptorsOf(path), 1);
  renameSync(join(folder, "app"), join(folder, "old"));
  assert.equal(await text(files, path), "ENOENT");
  make("2\n");
  assert.equal(await text(files, path), "2\n");
});

test("a folder and /proc are read without harm, and never kept", async (context) => {
  const folder = folderIn(context, tmpdir());
  const files = new SmallFiles(SETTLED_MS / 2);
  mkdirSync(join(folder, "sub"));
  assert.equal(await text(files, join(folder, "sub")), "EISDIR");
  const first = await text(files, "/proc/uptime");
  await sleep(50);
  assert.notEqual(await text(files, "/proc/uptime"), first);
});

test("a table of the kernel is read as it is, up to the limit", async () => {
  const files = new SmallFiles();
  assert.equal(await text(files, "/proc/net/none"), "ENOENT");
  const whole = await files.read("/proc/net/dev", 65_536);
  assert.match(whole.ok ? whole.value : "", /^\s*lo:/m);
  const cut = await files.read("/proc/net/dev", 10);
  assert.equal(cut.ok && cut.value, whole.ok && whole.value.slice(0, 10));
});

test("a process is known until it ends, and another one with its number is not it", async () => {
  const known = new KnownProcesses();
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  const pid = child.pid ?? 0;
  // For a moment it still has the name of this process.
  const first = await until("it is sleep", async () => {
    const facts = await known.read(pid, undefined);
    return facts?.name === "sleep" ? facts : null;
  });
  const second = await known.read(pid, first);
  assert.equal(second?.startTime, first.startTime);
  const third = await known.read(pid, second ?? undefined);
  assert.equal(third, second, "it is answered from what is known");
  const stranger = await known.read(pid, third === null ? undefined : { ...third, startTime: 1 });
  assert.equal(stranger?.startTime, first.startTime);
  const again = await known.read(pid, stranger ?? undefined);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(await known.read(pid, again ?? undefined), null);
});

test("a zombie is not alive although its number is taken", async () => {
  const known = new KnownProcesses();
  // The shell goes on as a program that never asks what became of its child.
  const child = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  let facts = await known.read(pid, undefined);
  facts = await known.read(pid, facts ?? undefined);
  await until("it is a zombie", async () => {
    facts = await known.read(pid, facts ?? undefined);
    return facts?.state === "Z";
  });
  assert.equal((await readFacts(pid))?.state, "Z");
  child.kill("SIGKILL");
  await once(child, "exit");
});

for (const address of ["127.0.0.1", "::1"]) {
  test(`what accepts at ${address} is told from what does not`, async (context) => {
    const server = createServer((socket) => socket.destroy());
    server.on("error", () => {});
    server.listen(0, address);
    await Promise.race([once(server, "listening"), once(server, "error")]);
    const place = server.address();
    if (place === null || typeof place === "string") {
      context.skip(`this server has no ${address}`);
      return;
    }
    const before = readdirSync("/proc/self/fd").length;
    let accepted = 0;
    for (let round = 0; round < 50; round += 1) {
      if (acceptsAtOnce(address, place.port)) accepted += 1;
    }
    // A kernel that is busy with packets leaves one for later (ksoftirqd): no answer, then.
    assert.ok(accepted > 0);
    server.close();
    await once(server, "close");
    assert.equal(acceptsAtOnce(address, place.port), false);
    assert.ok(readdirSync("/proc/self/fd").length <= before + 1, "every socket was closed");
  });
}
