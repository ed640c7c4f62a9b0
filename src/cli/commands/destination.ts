import type { DestinationTestEnd } from "../../api/contract-destination.ts";
import { MINUTE, type Millis } from "../../base/duration.ts";
import { type Command, usageFault } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";

/** The agent is asked again after so long, so that one that went away is noticed. */
const WAIT: Millis = 10_000;
/** A destination may take as long as its `timeout`, and others come first. */
const PATIENCE: Millis = 30 * MINUTE;

/** `solosafe destination`. */
export const destination: Command = {
  name: "destination",
  usage: ["test NAME"],
  summary: "Tell a destination a test event, and say what became of it",
  detail:
    "Sends a test event to one of `destinations:` in the configuration that is in force, on the same way that every other event goes. It is tried once. Exit code 5 when it was not taken.",
  options: {},
  words: [1, 2],
  examples: [["test chat", "before the first night"]],
  async run(context, words) {
    const [word, name] = words.plain;
    if (word === "test" && name !== undefined) return await test(context, name);
    const message = word === "test" ? "a name is missing" : `\`${word ?? ""}\` is unknown here`;
    return refuse(context, 2, usageFault(message, "Say `destination test NAME`."));
  },
};

async function test(context: Context, name: string): Promise<number> {
  const begun = await context.client.call("destinationTest", { name });
  if (!begun.ok) return refuseCall(context, begun.problem);
  const { id, place } = begun.value;
  if (!context.isJson) context.out(`Telling ${name} (${place}) a test event …`);
  const until = performance.now() + PATIENCE;
  while (performance.now() < until) {
    const end = await context.client.call("destinationTestEnd", { name, id, waitMs: WAIT });
    if (!end.ok) return refuseCall(context, end.problem);
    const { outcome } = end.value;
    if (outcome !== null) return show(context, name, place, outcome);
  }
  const message = "nothing was heard of the test for half an hour";
  return refuse(context, 5, {
    code: "destination/no-answer",
    message,
    hint: "Is the spawner running? See `solosafe events`.",
  });
}

function show(context: Context, name: string, place: string, outcome: DestinationTestEnd): number {
  const { isTaken, faults } = outcome;
  const { paint } = context;
  answer(context, { ...outcome, name, place }, () => {
    const bad = faults.flatMap(({ why, hint }) => [
      `${paint.red("✖")} ${place}: ${why}`,
      ...(hint === null ? [] : [`  ${hint}`]),
    ]);
    const good = [
      `${paint.green("✔")} ${place} took it. Look whether it is seen where it should be.`,
    ];
    return withProgram(context, (isTaken ? good : bad).join("\n"));
  });
  return isTaken ? 0 : 5;
}
