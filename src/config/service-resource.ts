import * as z from "zod/mini";
import { completeUnitName } from "../base/unit-name.ts";
import { DAY, SECOND } from "../base/duration.ts";
import type { Resource, ResourceId } from "../core/model.ts";
import { about, duration, line, prose } from "../monitors/fields.ts";
import type { ServiceParams } from "../ports/driver.ts";
import { startPlan, stopPlan } from "./exec-resource.ts";
import { names } from "./schema.ts";

/** A resource of type `service`: a systemd unit. */
export const serviceResource = z.strictObject({
  title: about("Text for people; default: the name", z._default(prose(200), "")),
  comment: about("Text for people", z._default(prose(), "")),
  unit: about("The systemd unit; `nginx` stands for `nginx.service`", line(255)),
  "start-timeout": about(
    "A start that takes longer stalls; systemd's own limit (`TimeoutStartSec=`) counts too",
    z.prefault(duration(SECOND, 7 * DAY), "30m"),
  ),
  "stop-timeout": about(
    "After a stop that takes longer its processes are killed; systemd's own limit (`TimeoutStopSec=`) counts too",
    z.prefault(duration(SECOND, 7 * DAY), "30m"),
  ),
  "start-failure": about("What is done when it cannot be started", z.prefault(startPlan, {})),
  "start-stall": about("What is done when its start takes too long", z.prefault(startPlan, {})),
  "stop-failure": about(
    "What is done when its processes cannot be ended",
    z.prefault(stopPlan, {}),
  ),
  after: about("Resources of the same group that are active before it", z._default(names(), [])),
  "outside-stop": about(
    "`respect`: stopped by others, it stays stopped; `restore`: it is started again",
    z._default(z.enum(["respect", "restore"]), "respect"),
  ),
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
    id: `${group}/${name}`,
    group,
    name,
    type: "service",
    kind: "resident",
    after,
    startTimeoutMs: given["start-timeout"],
    stopTimeoutMs: given["stop-timeout"],
    startFailure: given["start-failure"],
    startStall: given["start-stall"],
    stopFailure: given["stop-failure"],
    hasReadyCheck: false,
    outsideStop: given["outside-stop"],
    // Nearly every unit belongs to a package.
    isPackaged: true,
  };
}

/** What the driver needs for it. */
export function toServiceParams(id: ResourceId, { unit }: ServiceResource): ServiceParams {
  return { type: "service", id, kind: "resident", unit: completeUnitName(unit) ?? unit };
}
