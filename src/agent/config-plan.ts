import type { ConfigPlan, ConfigPlanAnswer } from "../api/config-answers.ts";
import type { Diagnostic } from "../config/diagnostic.ts";
import type { ConfigEffects } from "./config-effects.ts";

/** So many changed keys are listed. */
const CHANGES_MAX = 500;

/** A plan as the contract carries it. */
export function describePlan(
  effects: ConfigEffects,
  migration: readonly string[],
  isDifferent: boolean,
): ConfigPlan {
  const { difference, withdrawn } = effects;
  const { keys, monitors } = difference;
  return {
    isDifferent,
    changes: keys.slice(0, CHANGES_MAX).map((change) => ({ ...change })),
    moreChanges: Math.max(0, keys.length - CHANGES_MAX),
    stops: [...effects.stops],
    starts: [...effects.starts],
    adopted: [...effects.adopted],
    atNextStart: [...effects.atNextStart],
    leftRunning: [...effects.leftRunning],
    anew: [...monitors.added, ...monitors.changed],
    gone: [...monitors.removed],
    withdrawn: withdrawn.map(({ id, group }) => ({ id, scope: group ?? "server" })),
    migration: [...migration],
  };
}

/** The answer for what cannot be planned because it is not valid. */
export function notValid(problems: readonly Diagnostic[]): ConfigPlanAnswer {
  return { isValid: false, problems: [...problems], plan: null, token: null, obstacle: null };
}
