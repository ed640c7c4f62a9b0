import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { breakDisk, hangDisk, mendDisk } from "../machine-faults.ts";
import { until } from "../patience.ts";
import { shopConfig } from "./shop.ts";

/**
 * A disk that hangs: 5 s until a probe begins, its 15 s, 5 s more until it is known to be stuck, and
 * 2 s for the order. One with errors is told by two probes, 10 s, and the ladder takes 10 + 15 s. A
 * stall is one after 40 s, and an agent is missed for 10 s before the disk is asked for its sake.
 */
const BOUND_QUIET_MS = 60_000;
/** Longer than the watchdog of `WORD_CONFIG` waits. */
const HUNG_S = 45;
const SHORT_S = 60;

const CONFIG = shopConfig({
  watchdog: "timeout: 40s, action: reset, agent-timeout: 20s",
  reboots: "graceful-timeout: 10s",
  monitors: [
    "root: { disk: /, size: 64k, interval: 5s, timeout: 15s, retries: 1, failure-timeout: 1m }",
  ],
});

/** No monitor looks at a disk: nothing but a person's word ends this boot. */
const WORD_CONFIG = shopConfig({
  watchdog: "timeout: 30s, action: reset, agent-timeout: 20s",
  reboots: "graceful-timeout: 5s",
  monitors: ["word: { type: message, recovery: { target: server, final-action: reset } }"],
});

async function begin({ product }: Bench, config: string): Promise<void> {
  await product.begin(config);
  await product.waitUntilArmed();
}

/** The server goes down for the fault, and is back when the disk is. */
async function goDownAndBack(bench: Bench, fault: () => Promise<void>): Promise<void> {
  const { machine, product, note } = bench;
  const boot = await machine.bootId();
  const mark = machine.events.mark;
  const startedAt = Date.now();
  await fault();
  const reset = await machine.waitForEvent("RESET", mark, BOUND_QUIET_MS);
  note(`reset after ${((reset.at - startedAt) / 1000).toFixed(1)} s`);
  await comeBack(bench, boot);
  await product.waitUntilWell(40_000);
  const counted = await until("the end of that boot is counted", 20_000, async () => {
    const reboots = await product.reboots();
    return reboots.counted.length > 0 ? reboots.counted : null;
  });
  note(`counted: ${counted.map(({ kind }) => kind).join(", ")}`);
  assert.equal(counted.length, 1, "one end of a boot is counted once, saved or not");
}

/** The disk is there again, and the machine is started again as a person would do it. */
async function comeBack({ machine }: Bench, boot: string): Promise<void> {
  await mendDisk(machine, "root");
  await machine.command("system_reset");
  await machine.waitForGuest(boot);
}

async function afterRestart(bench: Bench): Promise<void> {
  await begin(bench, CONFIG);
  await bench.machine.text("systemctl", "restart", "solosafe-agent");
  await bench.product.waitUntilArmed();
  await bench.machine.shell("sleep 10");
  await goDownAndBack(bench, () => hangDisk(bench.machine, "root"));
}

/** What other programs push out of memory, before the disk goes: no agent can be started from it. */
async function withColdCache(bench: Bench, fault: () => Promise<void>): Promise<void> {
  await begin(bench, CONFIG);
  await goDownAndBack(bench, async () => {
    await bench.machine.shell("sync; echo 3 >/proc/sys/vm/drop_caches");
    await fault();
  });
}

/** A minute after the disk went a person says a word; the programs for it are in the page cache. */
async function orderWithoutDisk(bench: Bench): Promise<void> {
  await begin(bench, WORD_CONFIG);
  const say = `curl -q -s -X POST --unix-socket /run/solosafe/control.sock -H 'content-type: application/json' -d '{"monitor":"word","outcome":"failed","text":"a person"}' http://localhost/v1/message`;
  await bench.machine.shell(
    "curl -q -s --unix-socket /run/solosafe/control.sock http://localhost/v1/status >/run/status",
  );
  await feedUntilOrdered(bench, `sleep ${HUNG_S} & ${BEGUN}; wait; exec ${say}`, HUNG_S);
}

/**
 * Memory is taken until little is left, so that no page of a program stays there that is not locked;
 * and the disk from which it could come again hangs. Neither agent nor prover can go on, which would
 * be a stall: what stands in for the prover is a shell in memory, which says that all is well.
 */
async function memoryShort(bench: Bench, seconds: number): Promise<void> {
  await begin(bench, WORD_CONFIG);
  await bench.machine.shell(INTO_MEMORY);
  await bench.machine.write(`${IN_MEMORY}/short.sh`, SHORT_OF_MEMORY);
  // A locale is a file of the disk, mapped: its page is gone when memory is short.
  const shell = `${RUN} ${IN_MEMORY}/bash ${IN_MEMORY}/short.sh ${seconds}`;
  await feedUntilOrdered(bench, `unset LANG LANGUAGE; export LC_ALL=C; exec ${shell}`, seconds);
}

/**
 * The boot must last until the script gives its order, and end by it: not by the device, and not as
 * a stall. The disk goes once the script has said that it runs.
 */
async function feedUntilOrdered(bench: Bench, script: string, seconds: number): Promise<void> {
  const { machine, note } = bench;
  const mark = machine.events.mark;
  const said = machine.serialMark;
  const startedAt = Date.now();
  machine.agent.trigger(["sh", "-c", script]);
  await until("a script that runs", 10_000, async () => {
    const { code } = await machine.run(["test", "-e", BEGUN_FILE]);
    return code === 0 ? true : null;
  });
  await hangDisk(machine, "root");
  const reset = await machine.waitForEvent("RESET", mark, (seconds + 30) * 1000);
  const after = (reset.at - startedAt) / 1000;
  note(`fed for ${seconds} s, reset ${(after - seconds).toFixed(1)} s after the order`);
  assert.ok(after >= seconds, `it was reset after ${after} s, before the order`);
  assert.ok(!machine.events.names(mark).includes("WATCHDOG"), "the device ended it");
  assert.match(machine.serialSince(said), /solosafe-guard: re(?:set|boot) was ordered/);
}

/** In memory, as everything that the script needs from then on. */
const BEGUN_FILE = "/run/lab-begun";
const BEGUN = `: >${BEGUN_FILE}`;

const IN_MEMORY = "/dev/shm/lab";
const RUN = `${IN_MEMORY}/ld-linux-x86-64.so.2 --library-path ${IN_MEMORY}`;

/** A shell, a program and their libraries, in memory that is no page cache. */
const INTO_MEMORY = `
mkdir -p ${IN_MEMORY}
mount -o remount,exec,size=100% /dev/shm
cp -L /bin/bash /bin/dd /lib64/ld-linux-x86-64.so.2 /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/libtinfo.so.6 ${IN_MEMORY}/
mkfifo ${IN_MEMORY}/nothing
`;

/**
 * 64 MiB are left: with less this shell waits for memory itself, behind writes to the dead disk. The
 * loop starts nothing and waits in a read that never gets anything: a fork may wait for memory, too.
 */
const SHORT_OF_MEMORY = `
echo -1000 >/proc/self/oom_score_adj
read -r started _ </proc/uptime
started=\${started%.*}
now=$started
exec 3<>${IN_MEMORY}/nothing
is_short=no
is_told=no
tell() { printf '{"v":1,%s}\\n' "$1" >/run/solosafe/guard.fifo; }
by='"by":{"pid":'$$',"startTime":1}'
times='"times":{"loopMs":1,"memoryMs":1,"programMs":1,"fileMs":1,"threadMs":1}'
while :; do
  tell '"is":"proof",'"$by,$times"
  ${BEGUN}
  if [ $is_short = no ] && [ $((now - started)) -ge 5 ]; then
    is_short=yes
    while read -r name value _; do
      [ $name = MemAvailable: ] && free=$((value / 1024 - 64))
    done </proc/meminfo
    ${RUN} ${IN_MEMORY}/dd if=/dev/zero of=${IN_MEMORY}/hog bs=1M count=$free 2>/dev/null &
  fi
  if [ $is_told = no ] && [ $((now - started)) -ge $1 ]; then
    is_told=yes
    tell '"is":"order","order":{"id":"lab","kind":"reboot","reason":"the lab asks","deadlineAt":0}'
  fi
  read -r -t 1 -u 3
  read -r now _ </proc/uptime
  now=\${now%.*}
done
`;

export const ROOT_DISK_CASES: readonly Case[] = [
  {
    name: "root-disk-errors",
    promise:
      "The root disk gives errors: reset within 35 s (a reboot down to its last rung), and back.",
    isCore: true,
    run: async (bench) => {
      await begin(bench, CONFIG);
      await goDownAndBack(bench, () => breakDisk(bench.machine, "root", ["read", "write"]));
    },
  },
  {
    name: "root-disk-hangs",
    promise: "The root disk hangs: reset within 27 s, and back when the disk is.",
    isCore: true,
    run: async (bench) => {
      await begin(bench, CONFIG);
      await goDownAndBack(bench, () => hangDisk(bench.machine, "root"));
    },
  },
  {
    name: "root-disk-after-restart",
    promise: "The root disk hangs 10 s after a restart of the agent: reset within 27 s.",
    isCore: true,
    run: afterRestart,
  },
  {
    name: "root-disk-cold-errors",
    promise: "Errors after the programs were pushed out of memory: a stall, reset within 60 s.",
    isCore: false,
    run: (bench) => withColdCache(bench, () => breakDisk(bench.machine, "root", ["read", "write"])),
  },
  {
    name: "root-disk-cold-hangs",
    promise: "A hang after the programs were pushed out of memory: a stall, reset within 50 s.",
    isCore: false,
    run: (bench) => withColdCache(bench, () => hangDisk(bench.machine, "root")),
  },
  {
    name: "order-without-disk",
    promise: `${HUNG_S} s after the root disk hung the agent gives an order, and the guard does it.`,
    isCore: true,
    run: orderWithoutDisk,
  },
  {
    name: "memory-short",
    promise: `With the root disk hung and memory short the guard feeds for ${SHORT_S} s, and obeys within 25 s.`,
    isCore: true,
    run: (bench) => memoryShort(bench, SHORT_S),
  },
  {
    name: "ten-minutes-short",
    promise: "As memory-short, for ten minutes.",
    isCore: false,
    run: (bench) => memoryShort(bench, 600),
  },
];
