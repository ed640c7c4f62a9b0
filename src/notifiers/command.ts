import * as z from "zod/mini";
import {
  about,
  absolutePath,
  account,
  command as commandField,
  environment,
} from "../monitors/fields.ts";
import { defineDestination } from "./define.ts";
import { noticeJson } from "./notice-json.ts";

const params = z.strictObject({
  command: about("The program and its words", commandField()),
  user: about("Account that it runs as; default: root", z.optional(account())),
  directory: about("Working directory; default: `/`", z.optional(absolutePath())),
  environment: about("Environment variables", z._default(environment(), {})),
});

/** A program that is started for each event. */
export const command = defineDestination({
  name: "command",
  title: "Command",
  tells:
    "Each event to a program, as one line of JSON on its standard input; exit code 0 says that it was taken.",
  cannotTell:
    "What the program does with it is not seen; after a failure it is started again with the same event.",
  params,
  example: "{ type: command, command: [/srv/tools/page-me, --all], user: nobody }",
  defaults: { events: "urgent", perMinute: 20 },
  links: (given) => ({ command: given.command, place: given.command[0] }),
  dispatch: (given, notice) => ({
    kind: "program",
    command: given.command,
    user: given.user ?? null,
    directory: given.directory ?? null,
    environment: given.environment,
    input: `${JSON.stringify(noticeJson(notice))}\n`,
  }),
});
