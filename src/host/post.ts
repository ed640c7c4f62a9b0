import { mkdir, open, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { POST_VERSION, PREPARED_SUFFIX } from "../base/post.ts";
import { type Paths } from "../base/paths.ts";
import { fail, succeed } from "../base/result.ts";
import type { OpenPost } from "../ports/post.ts";
import { openPostFolder } from "./post-folder.ts";
import type { ProcessWatch } from "./process-watch.ts";
import type { SpawnerClient } from "./spawner-client.ts";

/** Queues in the folders of this agent, and the senders that its spawner starts. */
export function createPosts(
  { run, state }: Paths,
  spawner: SpawnerClient,
  watch: ProcessWatch,
): OpenPost {
  return (queue) => {
    const folder = `${state}/${queue}`;
    const prepared = `${run}/${queue}${PREPARED_SUFFIX}`;
    return {
      inMemory: openPostFolder(`${run}/${queue}`),
      durable: openPostFolder(folder),
      hostName: hostname(),
      async prepare(ready) {
        if (ready === null) return await rm(prepared, { force: true });
        await mkdir(dirname(prepared), { recursive: true, mode: 0o700 });
        // It names who is told and where passwords are: nobody else's business.
        const file = await open(`${prepared}.new`, "w", 0o600);
        try {
          await file.writeFile(`${JSON.stringify({ ...ready, v: POST_VERSION, folder })}\n`);
        } finally {
          await file.close();
        }
        await rename(`${prepared}.new`, prepared);
      },
      async send(onEnd) {
        const started = await spawner.request({ type: "sender", run, queue });
        if (!started.ok) return fail(started.fault);
        // Where it has ended already there is nothing to watch.
        if (watch.watch(started.value, onEnd) === null) setImmediate(onEnd);
        return succeed(null);
      },
    };
  };
}
