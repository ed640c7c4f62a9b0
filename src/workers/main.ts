/**
 * One program, many roles:
 *
 *     node src/workers/main.ts spawner --run <folder> [--socket <path>]
 *     node src/workers/main.ts disk --socket <path> --threads <number>
 *     node src/workers/main.ts witness --keep <folder> --booted <milliseconds>
 *     node src/workers/main.ts search --history <folder> --wish <json>
 *     node src/workers/main.ts report --history <folder> --wish <json>
 *     node src/workers/main.ts evidence --keep <folder> --wish <json>
 *     node src/workers/main.ts kept --keep <folder> --wish <json>
 *     node src/workers/main.ts sender --run <folder> --queue <name> [--prepared]
 *
 * `spawner` starts programs for the agent, and proves to the guard that it can (see `prover.ts`).
 * It listens on `<folder>/spawner.sock` (or `--socket`), writes one line `ready` to stdout when it
 * does, and runs until it is asked to leave over the socket or gets TERM or INT; what it started goes
 * on. `<folder>` must exist and be ours.
 * `disk` probes disks for the agent, so many at once as UV_THREADPOOL_SIZE in its environment says
 * (`--threads` repeats it). It is started by the spawner and ends by itself when nobody has been
 * connected for a minute.
 * `witness` prints what is found of how the boot before ended, as one line of JSON; `--booted` is the
 * calendar time at which this boot began, `--keep` where logs of the kernel are kept.
 * `search` prints the alerts that are wanted (see `search.ts`), as one line of JSON.
 * `report` prints the incidents of a period (see `report.ts`), as one line of JSON.
 * `evidence` keeps what is to be seen of a resource below a folder (see `evidence.ts`).
 * `kept` prints what evidence is kept there, or a part of it (see `kept.ts`), as one line of JSON.
 * `sender` sends what is due in a queue (`mail`, `destinations/<name>`), and ends; `--prepared`: also
 * what tells that the agent is lost.
 * Exit codes: 0 left when asked, or done, 2 usage, 3 another spawner answers on the socket, 1 anything
 * else.
 */
import { parseArgs } from "node:util";
import { QUEUE_NAME } from "../base/post.ts";

const USAGE =
  "usage: main.ts spawner --run <folder> [--socket <path>] | disk --socket <path> --threads <number> | witness --keep <folder> --booted <milliseconds> | search|report --history <folder> --wish <json> | evidence|kept --keep <folder> --wish <json> | sender --run <folder> --queue <name> [--prepared]";

async function main(words: readonly string[]): Promise<void> {
  const [role, ...rest] = words;
  const { values } = parseArgs({
    args: rest,
    options: {
      run: { type: "string" },
      socket: { type: "string" },
      threads: { type: "string" },
      keep: { type: "string" },
      booted: { type: "string" },
      history: { type: "string" },
      wish: { type: "string" },
      queue: { type: "string" },
      prepared: { type: "boolean" },
    },
  });
  const { run, socket, threads, keep, booted } = values;
  if (role === "witness" && keep !== undefined && Number(booted) > 0) {
    const { runWitness } = await import("./witness.ts");
    await runWitness(keep, Number(booted));
    return;
  }
  if (role === "search" && values.history !== undefined && values.wish !== undefined) {
    const { runSearch } = await import("./search.ts");
    await runSearch(values.history, values.wish);
    return;
  }
  if (role === "report" && values.history !== undefined && values.wish !== undefined) {
    const { runReport } = await import("./report.ts");
    await runReport(values.history, values.wish);
    return;
  }
  if (role === "evidence" && keep !== undefined && values.wish !== undefined) {
    const { runEvidence } = await import("./evidence.ts");
    await runEvidence(keep, values.wish);
    const { endProcess } = await import("../host/end-process.ts");
    endProcess(0, false);
    return;
  }
  if (role === "kept" && keep !== undefined && values.wish !== undefined) {
    const { runKept } = await import("./kept.ts");
    await runKept(keep, values.wish);
    return;
  }
  if (role === "sender" && run !== undefined && QUEUE_NAME.test(values.queue ?? "")) {
    const { runSender } = await import("./sender.ts");
    await runSender(run, values.queue ?? "", values.prepared === true);
    const { endProcess } = await import("../host/end-process.ts");
    endProcess(0, false);
    return;
  }
  if (role === "disk" && socket !== undefined && Number(threads) > 0) {
    // Loaded when needed: neither role pays for the other.
    const { runDiskWorker } = await import("./disk-worker.ts");
    await runDiskWorker(socket, Number(threads));
  } else if (role === "spawner" && run !== undefined) {
    const { runSpawner } = await import("./spawner.ts");
    if (!(await runSpawner(socket ?? `${run}/spawner.sock`, run))) {
      console.error("spawner: another spawner answers on the socket");
      process.exitCode = 3;
      return;
    }
  } else {
    throw new Error(USAGE);
  }
  console.log("ready");
  const { giveBackWhenSettled, stayUncompiled } = await import("../host/own-memory.ts");
  stayUncompiled();
  giveBackWhenSettled();
}

main(process.argv.slice(2)).catch((fault: unknown) => {
  const message = fault instanceof Error ? fault.message : String(fault);
  const isUsage = message.startsWith("usage");
  console.error(isUsage ? message : `${process.argv[2] ?? "worker"}: ${message}`);
  process.exit(isUsage ? 2 : 1);
});
