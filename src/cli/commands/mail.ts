import type { MailTestBegun, MailTestEnd } from "../../api/contract-mail.ts";
import { MINUTE, type Millis } from "../../base/duration.ts";
import { type Command, usageFault } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";

/** The agent is asked again after so long, so that one that went away is noticed. */
const WAIT: Millis = 10_000;
/** Ten servers that take as long as they may. */
const PATIENCE: Millis = 30 * MINUTE;

/** `solosafe mail`. */
export const mail: Command = {
  name: "mail",
  usage: ["test"],
  summary: "Send a test mail, and say what each mail server did with it",
  detail:
    "Writes a mail to everybody in `mail.to`, by the servers of the configuration that is in force, on the same way that every other mail goes. It is tried once. Exit code 5 when somebody did not get it.",
  options: {},
  words: [1, 1],
  examples: [["test", "before the first night"]],
  async run(context, words) {
    const [word] = words.plain;
    if (word === "test") return await test(context);
    return refuse(context, 2, usageFault(`\`${word}\` is unknown here`, "Say `mail test`."));
  },
};

async function test(context: Context): Promise<number> {
  const begun = await context.client.call("mailTest", {});
  if (!begun.ok) return refuseCall(context, begun.problem);
  const { id, to, servers } = begun.value;
  if (!context.isJson) {
    const names = servers.map(({ server }) => server).join(", ");
    context.out(`Sending a test mail to ${to.join(", ")} by ${names} …`);
  }
  const until = performance.now() + PATIENCE;
  while (performance.now() < until) {
    const end = await context.client.call("mailTestEnd", { id, waitMs: WAIT });
    if (!end.ok) return refuseCall(context, end.problem);
    const { outcome } = end.value;
    if (outcome !== null) return show(context, begun.value, outcome);
  }
  const message = "nothing was heard of the mail for half an hour";
  return refuse(context, 5, {
    code: "mail/no-answer",
    message,
    hint: "Is the spawner running? See `solosafe events`.",
  });
}

function show(context: Context, begun: MailTestBegun, outcome: MailTestEnd): number {
  const { attempts, refused } = outcome;
  answer(context, { ...outcome, to: begun.to, servers: begun.servers }, () => {
    const lines = attempts.flatMap((attempt) => attemptLines(context, attempt));
    const left = begun.servers.slice(attempts.length).map(({ server }) => server);
    const more = left.length > 0 ? [`Not asked: ${left.join(", ")}.`] : [];
    const last =
      refused.length === 0
        ? "The test mail was taken. Look whether it arrives, and not as spam."
        : `Nobody took it for ${refused.join(", ")}.`;
    return withProgram(context, [...lines, ...more, last].join("\n"));
  });
  return refused.length === 0 ? 0 : 5;
}

function attemptLines(
  { paint }: Context,
  { server, taken, faults }: MailTestEnd["attempts"][number],
): readonly string[] {
  const good =
    taken.length === 0 ? [] : [`${paint.green("✔")} ${server} took it for ${taken.join(", ")}`];
  const bad = faults.flatMap(({ to, why, hint }) => [
    `${paint.red("✖")} ${server}${to === null ? "" : ` for ${to}`}: ${why}`,
    ...(hint === null ? [] : [`  ${hint}`]),
  ]);
  return [...good, ...bad];
}
