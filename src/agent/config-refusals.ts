import type { ConfigVersionFacts } from "../api/config-answers.ts";
import type { Fault } from "../base/result.ts";
import type { Refusal } from "./caller.ts";

/**
 * Why a plan cannot be applied although it is valid: somebody wrote into the file what is neither in
 * force nor what is to be applied.
 */
export function obstacleOf(fileText: string | null, inForce: string, wanted: string): Fault | null {
  if (fileText === null || fileText === inForce || fileText === wanted) return null;
  return {
    code: "config/file-changed",
    message: "the configuration file was changed by hand and is not what is in force",
    hint: "Apply the file itself (`solosafe config apply`), or replace it with --overwrite: what is in it is kept in the history.",
  };
}

const PLAN_AGAIN = "Look at the plan again: `solosafe config diff`.";

export function tooOld(): Refusal {
  const message = "the plan is unknown or older than 15 minutes";
  return { status: 409, code: "config/token", message, hint: PLAN_AGAIN };
}

export function otherText(): Refusal {
  const message = "this is not the configuration that was planned";
  return { status: 409, code: "config/token", message, hint: PLAN_AGAIN };
}

export function noLongerValid(): Refusal {
  const message = "the configuration was valid when it was planned and is not any more";
  return { status: 409, code: "config/not-valid", message, hint: PLAN_AGAIN };
}

export function fileChanged(): Refusal {
  const message = "the configuration file was changed by hand since the plan was made";
  return { status: 409, code: "config/file-changed", message, hint: PLAN_AGAIN };
}

/** `now`: what is in force instead of what the plan was made for. */
export function appliedMeanwhile(now: ConfigVersionFacts | null): Refusal {
  const message =
    now === null
      ? "another configuration came into force since the plan was made"
      : `${now.by} applied version ${now.id} at ${new Date(now.wall).toISOString()}, after the plan was made`;
  return { status: 409, code: "config/applied-meanwhile", message, hint: PLAN_AGAIN };
}

export function noSuchVersion(id: number): Refusal {
  const message = `there is no version ${id} in the history`;
  const hint = "`solosafe config history` lists them.";
  return { status: 404, code: "config/no-version", message, hint };
}

export function unreadable(what: string, error: unknown): Refusal {
  const message = `${what} cannot be read: ${reasonOf(error)}`;
  return { status: 507, code: "config/unreadable", message };
}

export function notWritten(error: unknown): Refusal {
  const message = `the configuration was not applied: ${reasonOf(error)}`;
  const hint = "What was in force stays in force.";
  return { status: 507, code: "config/not-written", message, hint };
}

/** A disk's answer in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full";
  if (code === "EROFS") return "the file system is read-only";
  return error instanceof Error ? error.message : String(error);
}
