import type { Fault } from "../../base/result.ts";
import type { Context } from "../context.ts";

/** Asks whether the plan that was shown is to be applied; null when a person said yes. */
export async function confirm(context: Context): Promise<Fault | null> {
  const said = context.isJson ? null : await context.ask(context.headings.config.question, false);
  if (said === null) return UNCONFIRMED;
  return /^y(?:es)?$/i.test(said.trim()) ? null : NOT_WANTED;
}

const UNCONFIRMED: Fault = {
  code: "config/not-confirmed",
  message: "nothing was applied: nobody is there to confirm it",
  hint: "Add --yes when it is to be applied without asking.",
};
const NOT_WANTED: Fault = { code: "config/not-confirmed", message: "nothing was applied" };
