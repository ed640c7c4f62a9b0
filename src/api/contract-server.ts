import * as z from "zod/mini";
import { commandAnswer, rebootsAnswer } from "./answers.ts";
import { route } from "./route.ts";

/** How a person ends this boot. */
const action = z.enum(["reboot", "poweroff"]);

/** Routes about the server as a whole. */
export const SERVER_ROUTES = {
  /** What a face needs before it offers to end this boot. */
  server: route({
    name: "server",
    method: "GET",
    path: "/v1/server",
    request: z.strictObject({}),
    response: z.object({
      /** To be typed by whoever ends the boot. */
      name: z.string(),
      title: z.string(),
      /** Why neither reboot nor poweroff is possible now; null: they are. */
      refusal: z.nullable(z.string()),
      /** What would be stopped first, in order. */
      groups: z.array(z.string()),
    }),
    role: "viewer",
  }),
  reboots: route({
    name: "reboots",
    method: "GET",
    path: "/v1/reboots",
    request: z.strictObject({}),
    response: rebootsAnswer,
    role: "viewer",
  }),
  clearReboots: route({
    name: "clearReboots",
    method: "POST",
    path: "/v1/reboots/clear",
    request: z.strictObject({}),
    response: commandAnswer,
    role: "administrator",
    isDangerous: true,
  }),
  /** All groups are stopped, then the server; by force when that takes too long. `name`: its own. */
  serverAction: route({
    name: "serverAction",
    method: "POST",
    path: "/v1/server/action",
    request: z.strictObject({ action, name: z.string().check(z.maxLength(255)) }),
    response: commandAnswer,
    role: "administrator",
    isDangerous: true,
    isForPeople: true,
  }),
} as const;
