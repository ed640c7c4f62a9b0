import type { ConfigHistoryAnswer, ConfigVersionFacts } from "../../api/config-answers.ts";
import { fail, type Fault, type Result, succeed } from "../../base/result.ts";
import { usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall } from "../context.ts";
import { clock } from "../event-line.ts";
import type { Headings } from "../headings/en.ts";
import { change } from "./change.ts";

/** `config history`: who put what into force, newest last. */
export async function history(context: Context): Promise<number> {
  const asked = await context.client.call("configHistory", {});
  if (!asked.ok) return refuseCall(context, asked.problem);
  answer(context, asked.value, () => describeHistory(asked.value, context));
  return 0;
}

/** `config rollback`: to a version, or to what was in force before the last change. */
export async function rollback(
  context: Context,
  words: Words,
  typed: string | undefined,
): Promise<number> {
  if (typed !== undefined && !/^[1-9]\d{0,11}$/.test(typed)) {
    const hint = "`solosafe config history` lists them.";
    return refuse(context, 2, usageFault(`\`${typed}\` is no number of a version`, hint));
  }
  if (typed !== undefined) return change(context, words, { version: Number(typed) });
  const asked = await context.client.call("configHistory", {});
  if (!asked.ok) return refuseCall(context, asked.problem);
  const before = versionBefore(asked.value);
  return before.ok
    ? change(context, words, { version: before.value })
    : refuse(context, 4, before.problem);
}

/** The newest version before the one in force that was in force itself and says something else. */
export function versionBefore({ versions, inForce }: ConfigHistoryAnswer): Result<number, Fault> {
  const now = versions.find(({ id }) => id === inForce);
  const before = versions.findLast(
    ({ id, hash, kind }) =>
      now !== undefined && id < now.id && hash !== now.hash && kind !== "file",
  );
  if (before !== undefined) return succeed(before.id);
  const message = "there is no earlier version to go back to";
  const hint = "`solosafe config history` lists the versions.";
  return fail({ code: "config/no-version", message, hint });
}

function describeHistory(
  { versions, inForce, isLastGood, path }: ConfigHistoryAnswer,
  context: Context,
): string {
  const { paint, headings } = context;
  const { config: said } = headings;
  const width = String(versions.at(-1)?.id ?? 0).length;
  const by = Math.max(0, ...versions.map((one) => one.by.length));
  const lines = versions.map((one) => {
    const number = String(one.id).padStart(width);
    const line = `${number}  ${clock(one.wall, true)}  ${one.by.padEnd(by)}  ${whatOf(one, said)}`;
    return one.id === inForce ? paint.bold(`${line}  ${said.inForce}`) : line;
  });
  if (isLastGood) lines.push(said.lastGood(path));
  return lines.length === 0 ? said.nothingKept : lines.join("\n");
}

function whatOf({ kind, of, message }: ConfigVersionFacts, said: Headings["config"]): string {
  const what = kind === "rollback" ? said.rolledBack(of) : said.kinds[kind];
  return message === "" ? what : `${what}: ${message}`;
}
