import { setTimeout as delay } from "node:timers/promises";
import type { WebStatus } from "../../api/access-answers.ts";
import { type Millis, SECOND } from "../../base/duration.ts";
import { INSTALLED } from "../../base/paths.ts";
import { PASSWORD_OPTIONS, readPassword } from "../access/read-password.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { clock } from "../event-line.ts";
import { table } from "../layout.ts";

/** The page's program asks the agent each five seconds; systemd has to stop and start it before. */
const OPEN_LIMIT: Millis = 15 * SECOND;
const LOOK_EVERY: Millis = 250;

/** `solosafe web`. */
export const web: Command = {
  name: "web",
  usage: ["status", "setup [--user NAME] [--password-file FILE]", "code"],
  summary: "Show where the page is, open it to others, or get a code for one sign-in",
  detail:
    "Until somebody has a password the page can be reached from this server only, with a code of `web code`. `web setup` sets the password of an administrator; from then on the page is there for other computers too, with HTTPS, unless `page.public: false` in the configuration keeps it here. Compare the fingerprint it prints with what the browser shows.",
  options: {
    user: { value: "NAME", help: "the administrator's name (default: admin)" },
    ...PASSWORD_OPTIONS,
  },
  words: [1, 1],
  examples: [
    ["setup", "asks for a password, opens the page, prints address and fingerprint"],
    ["code", "a code for one sign-in on this server, good for 10 minutes"],
    ["status", "where it is, and for whom"],
  ],
  async run(context, words) {
    const [word] = words.plain;
    if (word === "status") return await status(context);
    if (word === "setup") return await setup(context, words);
    if (word === "code") return await code(context);
    return refuse(
      context,
      2,
      usageFault(`\`${word}\` is unknown here`, "Say `status`, `setup` or `code`."),
    );
  },
};

async function status(context: Context): Promise<number> {
  const result = await context.client.call("webStatus", {});
  if (!result.ok) return refuseCall(context, result.problem);
  answer(context, result.value, () => describe(context, result.value));
  return 0;
}

async function setup(context: Context, words: Words): Promise<number> {
  const password = await readPassword(context, words);
  if (!password.ok) return refuse(context, 2, password.problem);
  const user = words.text("user") ?? "admin";
  const result = await context.client.call("webSetup", { user, password: password.value });
  if (!result.ok) return refuseCall(context, result.problem);
  const page = await opened(context, result.value);
  answer(context, page, () =>
    [`\`${user}\` signs in with this password.`, describe(context, page)].join("\n"),
  );
  return 0;
}

/** The page's program begins to listen, and then says where; what is known after a while has to do. */
async function opened(context: Context, first: WebStatus): Promise<WebStatus> {
  let page = first;
  const until = performance.now() + OPEN_LIMIT;
  const isTold = (): boolean =>
    page.fault !== null || page.addresses.some((one) => one.startsWith("https:"));
  // Where nobody ever ran it, nobody will; what is installed is started by systemd.
  const isExpected = first.toldAt !== null || context.paths.run === INSTALLED.run;
  while (page.isPublic && isExpected && !isTold() && performance.now() < until) {
    await delay(LOOK_EVERY);
    const next = await context.client.call("webStatus", {});
    if (next.ok) page = next.value;
  }
  return page;
}

async function code(context: Context): Promise<number> {
  const result = await context.client.call("webCode", {});
  if (!result.ok) return refuseCall(context, result.problem);
  const { code: text, endsAt, address } = result.value;
  answer(context, result.value, () =>
    [
      `${text}  at ${address}`,
      `Good for one sign-in on this server, until ${clock(endsAt, true)}.`,
    ].join("\n"),
  );
  return 0;
}

const WHY = {
  password: "somebody has a password",
  "no-password": "nobody has a password yet: `solosafe web setup` opens it",
  configuration: "the configuration says so",
} as const;

function describe(context: Context, page: WebStatus): string {
  const rows = [
    ["Address", page.addresses.join(", ")],
    ["Reached from", page.isPublic ? "other computers too" : "this server only"],
    ["Because", WHY[page.because]],
    ["Fingerprint", page.fingerprint ?? "not known before the page was asked for once"],
    ["Users", `${page.users}, signed in: ${page.sessions}`],
  ];
  const faults = [page.fault, page.accessFault].flatMap((fault) =>
    fault === null ? [] : [`${context.paint.red("✖")} ${fault}`],
  );
  return withProgram(context, [...table(rows, "  "), ...faults].join("\n"));
}
