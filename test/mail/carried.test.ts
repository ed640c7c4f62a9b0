/** A disk that can be read and takes no change: what was delivered is not delivered again. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Queued } from "../../src/base/post.ts";
import { openCarried } from "../../src/workers/sender-carried.ts";
import { carryFolder } from "../../src/workers/sender-carrier.ts";
import { tryItem } from "../../src/workers/sender-round.ts";
import { FakeFolder } from "./fake-post.ts";

const DAY = 86_400_000;

class ReadOnlyFolder extends FakeFolder<Queued> {
  isReadOnly = true;

  override async put(one: Queued): Promise<void> {
    if (!this.isReadOnly) return await super.put(one);
    throw new Error("EROFS: read-only file system");
  }

  override async remove(id: string): Promise<void> {
    if (!this.isReadOnly) return await super.remove(id);
    throw new Error("EROFS: read-only file system");
  }
}

function item(id: string): Queued {
  const base = { v: 1, id, subject: id, urgency: "alert", isTest: false } as const;
  return { ...base, createdWall: Date.now(), to: ["a", "b"], tries: 0, nextWall: 0 };
}

test("each is tried when it is due only, by any sender of this boot", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "solosafe carried-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [disk, spare] = [new ReadOnlyFolder(), new FakeFolder<Queued>()];
  for (const id of ["taken", "half", "broken"]) disk.mails.set(id, item(id));
  const tried: string[] = [];
  const ways = { servers: ["x"], keepTryingMs: DAY, pauseMostMs: DAY };
  const carrier = {
    compare: () => 0,
    lost: () => null,
    carry: (one: Queued, wall: number) => {
      tried.push(one.id);
      return tryItem(one, ways, wall, async (server, to) => {
        if (one.id === "broken") throw new Error("a fault of our own");
        return { server, taken: one.id === "taken" ? to : ["a"], faults: [] };
      });
    },
  };
  const run = async (): Promise<void> => {
    const carried = await openCarried(join(folder, "mail"));
    const until = performance.now() + DAY;
    await carryFolder(carrier, disk, spare, { isDurable: true, until, carried });
  };
  for (let runs = 0; runs < 3; runs += 1) await run();
  assert.deepEqual(tried, ["taken", "half", "broken"]);
  const [, half, broken] = (await openCarried(join(folder, "mail"))).of([...disk.mails.values()]);
  assert.deepEqual([half?.id, half?.to, half?.tries], ["half", ["b"], 1]);
  assert.deepEqual([broken?.id, broken?.to], ["broken", ["a", "b"]]);
  assert.match(disk.outcomes.get("broken")?.attempts[0]?.faults[0]?.why ?? "", /of our own/);
  disk.isReadOnly = false;
  await run();
  assert.deepEqual([...disk.mails.keys()], ["half", "broken"]);
});
