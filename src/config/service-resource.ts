import * as z from "zod/mini";
import { completeUnitName } from "../base/unit-name.ts";
import type { Resource, ResourceId } from "../core/model.ts";
import { about, line } from "../monitors/fields.ts";
import type { ServiceParams } from "../ports/driver.ts";
import { lifeKeys, lifeOf, namingKeys } from "./resource-keys.ts";

/** A resource of type `service`: a systemd unit. */
export const serviceResource = z.strictObject({
  ...namingKeys,
  unit: about("The systemd unit; `nginx` stands for `nginx.service`", line(255)),
  ...lifeKeys({
    startTimeout:
      "A start that takes longer stalls; systemd's own limit (`TimeoutStartSec=`) counts too",
    stopTimeout:
      "After a stop that takes longer its processes are killed; systemd's own limit (`TimeoutStopSec=`) counts too",
    stopFailure: "What is done when its processes cannot be ended",
    restore: "it is started again",
  }),
});
export type ServiceResource = z.output<typeof serviceResource>;

/** What the policy knows of it; `after` as complete ids. */
export function toServiceResource(
  group: string,
  name: string,
  given: ServiceResource,
  after: readonly ResourceId[],
): Resource {
  return {
    ...lifeOf(group, name, given, after),
    type: "service",
    kind: "resident",
    hasReadyCheck: false,
    // Nearly every unit belongs to a package.
    isPackaged: true,
  };
}

/** What the driver needs for it. */
export function toServiceParams(id: ResourceId, { unit }: ServiceResource): ServiceParams {
  return { type: "service", id, kind: "resident", unit: completeUnitName(unit) ?? unit };
}
