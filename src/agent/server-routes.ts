import { hostname } from "node:os";
import { fail, succeed } from "../base/result.ts";
import { orderRefusal } from "../core/person-order.ts";
import { type CommandParts, runCommand } from "./commands.ts";
import type { Handlers } from "./control.ts";
import type { View } from "./view.ts";

export interface ServerRouteParts extends CommandParts {
  readonly view: () => View;
}

/** Routes about the server as a whole. */
export function serverHandlers(parts: ServerRouteParts): Pick<Handlers, "server" | "serverAction"> {
  const { engine } = parts;
  return {
    server: async () => {
      const { groups } = engine.model;
      const { title } = parts.view().config.server;
      const refusal = orderRefusal(engine.model, engine.state);
      const active = [...groups.keys()].filter(
        (name) => engine.state.groups.get(name).goal === "active",
      );
      return succeed({ name: hostname(), title, refusal, groups: active.toReversed() });
    },
    serverAction: async ({ action, name }, caller) => {
      const refusal = orderRefusal(engine.model, engine.state);
      if (refusal !== null) {
        return fail({ status: 409, code: "command/refused", message: refusal });
      }
      // Who has two pages open must not end the wrong server.
      if (name !== hostname()) {
        const message = `this server is not called \`${name}\``;
        const hint = `Its name is \`${hostname()}\`.`;
        return fail({ status: 409, code: "server/wrong-name", message, hint });
      }
      const command = { type: "orderServer", kind: action } as const;
      return succeed(await runCommand(parts, command, caller.name, 0, () => null));
    },
  };
}
