import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock } from "../../src/host/clock.ts";
import { nextOnGrid, repeatOnGrid } from "../../src/ports/clock.ts";

test("the clock is that of the kernel since the boot", () => {
  const before = Number(process.hrtime.bigint()) / 1e6;
  const now = createClock().now();
  // Its zero was set by two looks, one after the other.
  assert.ok(now >= before - 1000 && now <= Number(process.hrtime.bigint()) / 1e6);
});

test("who names the same instant is called in the same turn, unless it was taken back", async () => {
  const clock = createClock();
  const { promise, resolve } = Promise.withResolvers<void>();
  const told: string[] = [];
  const instant = clock.now() + 20;
  const tell = (): void => void told.push("same");
  clock.at(instant, () => {
    told.push("first");
    queueMicrotask(() => told.push("turn over"));
    again.cancel();
    clock.at(instant, () => resolve());
  });
  clock.at(instant, tell);
  clock.at(instant, tell).cancel();
  const again = clock.at(instant, () => told.push("taken back by the first"));
  await promise;
  assert.deepEqual(told, ["first", "same", "turn over"]);
});

const timers = (): number =>
  process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;

test("instants that nobody waits for any more keep no process alive", () => {
  const before = timers();
  const clock = createClock();
  const far = clock.now() + 3_600_000;
  const first = [clock.at(far, () => {}), clock.at(far, () => {})];
  for (const timer of first) timer.cancel();
  assert.equal(timers(), before);
  // Cancelled twice, or when another waits for the same instant by now, it does no harm.
  const other = clock.at(far, () => {});
  for (const timer of first) timer.cancel();
  assert.equal(timers(), before + 1);
  other.cancel();
});

test("the grid: the next instant after now, and one that is about to come has come", () => {
  for (const [now, grid, want] of [
    [0, 1000, 1000],
    [999, 1000, 2000],
    [980, 1000, 1000],
    [1000, 1000, 2000],
    [1001.5, 1000, 2000],
    [7300, 5000, 10_000],
  ] as const) {
    assert.equal(nextOnGrid(now, grid), want, `${now} on ${grid}`);
  }
});

test("what is repeated comes again until it is taken back, also by itself", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const repeating = repeatOnGrid(createClock(), 5, () => {
    count += 1;
    if (count < 3) return;
    repeating.cancel();
    setTimeout(resolve, 20);
  });
  await promise;
  assert.equal(count, 3);
});
