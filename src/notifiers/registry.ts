import type { DestinationType } from "./define.ts";
import { webhook } from "./webhook.ts";

/** Every kind of destination, by its name. */
export const DESTINATION_TYPES: ReadonlyMap<string, DestinationType> = new Map(
  [webhook].map((type) => [type.name, type]),
);
