import { type AlertsAnswer, alertsAnswer } from "../api/alert-answers.ts";
import type { AgentFacts } from "../api/answers.ts";
import type { ALERT_ROUTES } from "../api/contract-alerts.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import type { AlertFilter } from "../events/alert.ts";
import type { Clock } from "../ports/clock.ts";
import type { ProgramRun } from "../ports/host.ts";
import type { AgentParts } from "./agent-parts.ts";
import type { AskedWork } from "./asked-work.ts";
import type { Refusal } from "./caller.ts";
import type { Handlers } from "./control.ts";
import type { History } from "./history.ts";
import { within } from "./within.ts";

export interface AlertRouteParts {
  readonly clock: Clock;
  readonly history: History;
  readonly facts: () => AgentFacts;
  readonly runRole: AgentParts["runRole"];
  readonly asked: AskedWork;
}

/** Ten thousand events of a disk that is not read ahead. */
const SEARCH_LIMIT: Millis = 20 * SECOND;
const SEARCH_BYTES_MOST = 64 * 1024;
/** What was told just now is found too, unless the disk hangs. */
const SETTLE_LIMIT: Millis = 2 * SECOND;

/** Routes of the alert log. */
export function alertHandlers(parts: AlertRouteParts): Pick<Handlers, keyof typeof ALERT_ROUTES> {
  return {
    alerts: async ({ limit, language, ...wanted }) => {
      const { clock, history, facts, runRole, asked } = parts;
      await within(clock, SETTLE_LIMIT, history.settled()).catch(() => {});
      const filter: AlertFilter = {
        sinceWall: wanted.sinceWall ?? null,
        untilWall: wanted.untilWall ?? null,
        grep: wanted.grep ?? null,
        module: wanted.module ?? null,
        severity: wanted.severity ?? null,
        incident: wanted.incident ?? null,
        beforeSeq: wanted.beforeSeq ?? null,
      };
      const words = ["--history", `${facts().stateFolder}/history`, "--wish"];
      const wish = JSON.stringify({ limit, language, filter });
      const run = await asked.run(() =>
        runRole("search", [...words, wish], SEARCH_LIMIT, SEARCH_BYTES_MOST),
      );
      return run.ok ? read(run.value) : run;
    },
  };
}

function read(run: ProgramRun): Result<AlertsAnswer, Refusal> {
  if (run.kind === "exited" && run.code === 0) {
    try {
      const found = alertsAnswer.safeParse(JSON.parse(run.output));
      if (found.success) return succeed(found.data);
    } catch {
      // Told below.
    }
  }
  // Output that was cut is no JSON any more.
  const message = `the alerts could not be searched (${run.kind})`;
  const hint = "See the agent's log; `solosafe events` shows the newest ones.";
  return fail({ status: 507, code: "alerts/not-searched", message, hint });
}
