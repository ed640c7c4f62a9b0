import type { AgentFacts } from "../api/answers.ts";
import type { Model } from "../core/model.ts";
import type { AgentParts } from "./agent-parts.ts";
import type { History } from "./history.ts";
import type { ShellFacts } from "./status.ts";
import type { Telling } from "./telling.ts";

/** What the agent says about itself. */
export function agentFacts(
  { clock, facts, boot }: AgentParts,
  { mode }: Model,
  config: string,
  startedAt: number,
): AgentFacts {
  return { ...facts, uptimeMs: clock.now() - startedAt, bootId: boot.bootId, mode, config };
}

/** What is shown of the shell beside the state of the policy. */
export function shellFacts(
  { logLinesLost }: AgentParts,
  { history, telling }: { readonly history: History; readonly telling: Telling },
  agent: AgentFacts,
  isLastGoodConfig: boolean,
): ShellFacts {
  return {
    agent,
    isLastGoodConfig,
    eventsLost: history.lost,
    logLinesLost: logLinesLost(),
    isMailFaulty: telling.mail.isFaulty,
    isDestinationFaulty: telling.destinations.isFaulty,
    heard: telling.hearing.status(),
    lastEvent: history.lastSeq,
  };
}
