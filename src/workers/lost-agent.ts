import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GUARD_REPORT } from "../base/guard-message.ts";
import { MAIL_PREPARED } from "../base/mail.ts";
import { readGuardReport } from "../host/report-file.ts";
import { startSender } from "./sender-start.ts";

/** In memory: for the next spawner of this boot, which must not write once more. */
const MARK_FILE = "agent-lost-mailed";

/**
 * Has the mail sent that the agent laid ready for the case that it is lost: who proves that programs
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

  /** False when nothing is prepared, because no mail is configured, or no sender could be started. */
  #send(): boolean {
    return existsSync(join(this.#run, MAIL_PREPARED)) && startSender(this.#run, true).ok;
  }
}
