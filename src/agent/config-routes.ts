import { succeed } from "../base/result.ts";
import type { CONFIG_ROUTES } from "../api/contract-config.ts";
import type { Configuration } from "./configuration.ts";
import type { Handlers } from "./control.ts";

/** Routes of plan, apply and history. */
export function configHandlers(
  configuration: Configuration,
): Pick<Handlers, Exclude<keyof typeof CONFIG_ROUTES, "config">> {
  return {
    reload: async (_request, caller) => {
      const { changes, problems } = await configuration.reload(caller.name);
      return succeed({ changes, problems: [...problems] });
    },
    planConfig: (request, caller) => configuration.plan(request, caller.name),
    applyConfig: (request, caller) => configuration.apply({ ...request, of: null }, caller.name),
    rollbackConfig: ({ version, token, message }, caller) =>
      configuration.rollback(version, token, message, caller.name),
    configHistory: async () => succeed(configuration.history()),
    configVersion: ({ version }) => configuration.version(version ?? null),
  };
}
