import type { DESTINATION_ROUTES, TELLING_ROUTES } from "../api/contract-destination.ts";
import { fail, succeed } from "../base/result.ts";
import type { Handlers } from "./control.ts";
import type { LazyDestinations } from "./lazy-destinations.ts";
import { mailHandlers } from "./mail-routes.ts";
import type { Telling } from "./telling.ts";

const EXAMPLE =
  "Add `destinations: { chat: { type: webhook, url: … } }` to the configuration, and apply it.";

/** Routes about everybody who is told, and whom we hear. */
export function tellingHandlers({
  mail,
  destinations,
  hearing,
}: Pick<Telling, "mail" | "destinations" | "hearing">): Pick<
  Handlers,
  keyof typeof TELLING_ROUTES | "heartbeat"
> {
  const own = { ...mailHandlers(mail), ...destinationHandlers(destinations) };
  return { ...own, heartbeat: hearing.take };
}

function destinationHandlers(
  lazy: Pick<LazyDestinations, "get">,
): Pick<Handlers, keyof typeof DESTINATION_ROUTES> {
  return {
    destinationTest: async ({ name }) => {
      const destinations = await lazy.get();
      const begun = (await destinations?.test(name)) ?? null;
      if (begun !== null) return succeed(begun);
      const names = destinations?.names ?? [];
      return fail({
        status: 409,
        code: "destination/not-configured",
        message: `there is no destination \`${name}\``,
        hint: names.length > 0 ? `There are ${names.join(", ")}.` : EXAMPLE,
      });
    },
    destinationTestEnd: async ({ name, id, waitMs }) => {
      const destinations = await lazy.get();
      const outcome = (await destinations?.testEnd(name, id, waitMs)) ?? null;
      if (outcome === null) return succeed({ outcome: null });
      const faults = outcome.attempts.flatMap((attempt) => attempt.faults);
      const told = faults.map(({ to: _all, ...fault }) => fault);
      return succeed({ outcome: { id, isTaken: outcome.refused.length === 0, faults: told } });
    },
  };
}
