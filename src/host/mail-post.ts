import { open, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { MAIL_FOLDER, MAIL_PREPARED, MAIL_VERSION } from "../base/mail.ts";
import { type Paths } from "../base/paths.ts";
import { fail, succeed } from "../base/result.ts";
import type { MailPost } from "../ports/mail.ts";
import { openMailFolder } from "./mail-folder.ts";
import type { ProcessWatch } from "./process-watch.ts";
import type { SpawnerClient } from "./spawner-client.ts";

/** The queue of mails in the folders of this agent, and the sender that its spawner starts. */
export function openMailPost(
  { run, state }: Paths,
  spawner: SpawnerClient,
  watch: ProcessWatch,
): MailPost {
  const folder = `${state}/${MAIL_FOLDER}`;
  const prepared = `${run}/${MAIL_PREPARED}`;
  return {
    inMemory: openMailFolder(`${run}/${MAIL_FOLDER}`),
    durable: openMailFolder(folder),
    hostName: hostname(),
    async prepare(given) {
      if (given === null) return await rm(prepared, { force: true });
      // It names who gets mails and where passwords are: nobody else's business.
      const file = await open(`${prepared}.new`, "w", 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ v: MAIL_VERSION, folder, ...given })}\n`);
      } finally {
        await file.close();
      }
      await rename(`${prepared}.new`, prepared);
    },
    async send(onEnd) {
      const started = await spawner.request({ type: "sender", run });
      if (!started.ok) return fail(started.fault);
      // Where it has ended already there is nothing to watch.
      if (watch.watch(started.value, onEnd) === null) setImmediate(onEnd);
      return succeed(null);
    },
  };
}
