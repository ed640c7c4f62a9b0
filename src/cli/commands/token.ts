import type { TokenFacts } from "../../api/access-answers.ts";
import { parseDuration } from "../../base/duration.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall } from "../context.ts";
import { clock } from "../event-line.ts";
import { table } from "../layout.ts";
import { noRole, roleOf } from "./user.ts";

/** `solosafe token`. */
export const token: Command = {
  name: "token",
  usage: ["list", "add NAME [--role ROLE] [--route NAME] [--for SPAN]", "remove NAME"],
  summary: "List, add or remove the tokens of scripts",
  detail:
    "A script sends its token as `Authorization: Bearer TOKEN` to the page's port. It is shown once, and kept nowhere. A token can neither sign in nor make users or tokens.",
  options: {
    role: { value: "ROLE", help: "viewer, operator or administrator (default: viewer)" },
    route: { value: "NAME", help: "it is good for that only, such as metrics or status" },
    for: { value: "SPAN", help: "it ends after so long: 30d (default: never)" },
  },
  words: [1, 2],
  examples: [
    ["add prometheus --route metrics", "for measuring, and nothing else"],
    ["add deploy --role operator --for 90d", "may stop and start for three months"],
    ["remove deploy", "good for nothing from now on"],
  ],
  async run(context, words) {
    const [action, name] = words.plain;
    if (action === "list" && name === undefined) return await list(context);
    if (action === "add" && name !== undefined) return await add(context, words, name);
    if (action === "remove" && name !== undefined) return await remove(context, name);
    return refuse(context, 2, usageFault("say `list`, `add NAME` or `remove NAME`", null));
  },
};

async function list(context: Context): Promise<number> {
  const result = await context.client.call("tokens", {});
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () => {
    const rows = result.value.tokens.map(rowOf);
    if (rows.length === 0) return "There are no tokens.";
    return table([["NAME", "ROLE", "GOOD FOR", "LAST USED", "ENDS"], ...rows], "").join("\n");
  });
  return 0;
}

function rowOf({ name, role, route, usedAt, endsAt }: TokenFacts): string[] {
  const time = (wall: number | null): string => (wall === null ? "never" : clock(wall, true));
  return [name, role, route ?? "everything", time(usedAt), time(endsAt)];
}

async function add(context: Context, words: Words, name: string): Promise<number> {
  const role = roleOf(words.text("role") ?? "viewer");
  if (role === null) return noRole(context);
  const text = words.text("for");
  const forMs = text === undefined ? null : parseDuration(text);
  if (text !== undefined && forMs === null) {
    return refuse(context, 2, usageFault("--for needs a span such as 30d", null));
  }
  const route = words.text("route") ?? null;
  const result = await context.client.call("tokenAdd", { name, role, route, forMs });
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () =>
    [result.value.secret, "It is shown this once. Keep it where only the script can read it."].join(
      "\n",
    ),
  );
  return 0;
}

async function remove(context: Context, name: string): Promise<number> {
  const result = await context.client.call("tokenRemove", { name });
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () => `The token \`${name}\` is good for nothing any more.`);
  return 0;
}
