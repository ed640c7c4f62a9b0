import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GUARD_REPORT } from "../base/guard-message.ts";
import { MAIL_QUEUE } from "../base/mail.ts";
import { PREPARED_SUFFIX } from "../base/post.ts";
import { readGuardReport } from "../host/report-file.ts";
import { startSender } from "./sender-start.ts";

/** In memory: for the next spawner of this boot, which must not write once more. */
const MARK_FILE = "agent-lost-mailed";
const DESTINATIONS = "destinations";
const DESTINATIONS_MOST = 20;

/**
 * Has sent what the agent laid ready for the case that it is lost, by mail and to destinations: who proves that programs
 * can be started is who can start the sender then. Nothing is kept running for it.
 */
export class LostAgent {
  readonly #run: string;

  /** `run`: the folder of sockets. */
  constructor(run: string) {
    this.#run = run;
  }

  /** Once for each time that the guard says it newly. Never throws: no proof depends on it. */
  look(): void {
    const report = readGuardReport(join(this.#run, GUARD_REPORT));
    if (report === null) return;
    const mark = join(this.#run, MARK_FILE);
    const isTold = existsSync(mark);
    if (report.isAgentLost === isTold) return;
    try {
      if (isTold) rmSync(mark, { force: true });
      else if (this.#send()) writeFileSync(mark, "", { mode: 0o600 });
    } catch {
      // The next look tries again.
    }
  }

  #destinations(): readonly string[] {
    const folder = join(this.#run, DESTINATIONS);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names
      .filter((name) => name.endsWith(PREPARED_SUFFIX))
      .slice(0, DESTINATIONS_MOST)
      .map((name) => `${DESTINATIONS}/${name.slice(0, -PREPARED_SUFFIX.length)}`);
  }

  /** False when nothing is prepared, because nobody is to be told, or no sender could be started. */
  #send(): boolean {
    const queues = [MAIL_QUEUE, ...this.#destinations()];
    const prepared = queues.filter((queue) =>
      existsSync(join(this.#run, `${queue}${PREPARED_SUFFIX}`)),
    );
    return prepared.filter((queue) => startSender(this.#run, queue, true).ok).length > 0;
  }
}
