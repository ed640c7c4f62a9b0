import * as z from "zod/mini";
import { DAY, SECOND } from "../base/duration.ts";
import type { FailurePlan, Resource, ResourceId } from "../core/model.ts";
import { about, count, duration, prose } from "../monitors/fields.ts";
import { finalAction, names } from "./schema.ts";

const RETRIES_MOST = 100;

/** What is done about a start that failed or stalled. */
const startPlan = z.strictObject({
  retries: about("Further tries", z._default(count(0, RETRIES_MOST), 1)),
  action: about("What is done then", z._default(finalAction(), "stop-group")),
});

/** What is done about a stop that failed. */
const stopPlan = z.strictObject({
  retries: about("Further tries", z._default(count(0, RETRIES_MOST), 0)),
  action: about(
    "What is done then; `none`: the resource is blocked until a person clears it",
    z._default(finalAction(), "none"),
  ),
});

/** Every resource begins with these keys. */
export const namingKeys = {
  title: about("Text for people; default: the name", z._default(prose(200), "")),
  comment: about("Text for people", z._default(prose(), "")),
};

/** One of its own for each key: what a key is for is kept with it. */
const limit = () => z.prefault(duration(SECOND, 7 * DAY), "30m");

/** What differs between types in the keys that every resource has, for people. */
export interface LifeTexts {
  readonly startTimeout: string;
  readonly stopTimeout: string;
  readonly stopFailure: string;
  readonly restore: string;
}

/** Keys about starting and stopping that every resource has. */
export function lifeKeys(texts: LifeTexts) {
  return {
    "start-timeout": about(texts.startTimeout, limit()),
    "stop-timeout": about(texts.stopTimeout, limit()),
    "start-failure": about("What is done when it cannot be started", z.prefault(startPlan, {})),
    "start-stall": about("What is done when its start takes too long", z.prefault(startPlan, {})),
    "stop-failure": about(texts.stopFailure, z.prefault(stopPlan, {})),
    after: about("Resources of the same group that are active before it", z._default(names(), [])),
    "outside-stop": about(
      `\`respect\`: stopped by others, it stays stopped; \`restore\`: ${texts.restore}`,
      z._default(z.enum(["respect", "restore"]), "respect"),
    ),
  };
}

/** What those keys say, as a resource's type does. */
export interface Life {
  readonly "start-timeout": number;
  readonly "stop-timeout": number;
  readonly "start-failure": FailurePlan;
  readonly "start-stall": FailurePlan;
  readonly "stop-failure": FailurePlan;
  readonly "outside-stop": "respect" | "restore";
}

/** What the policy knows of any resource; `after` as complete ids. */
export function lifeOf(
  group: string,
  name: string,
  given: Life,
  after: readonly ResourceId[],
): Omit<Resource, "type" | "kind" | "hasReadyCheck" | "isPackaged"> {
  return {
    id: `${group}/${name}`,
    group,
    name,
    after,
    startTimeoutMs: given["start-timeout"],
    stopTimeoutMs: given["stop-timeout"],
    startFailure: plan(given["start-failure"]),
    startStall: plan(given["start-stall"]),
    stopFailure: plan(given["stop-failure"]),
    outsideStop: given["outside-stop"],
  };
}

function plan({ retries, action }: FailurePlan): FailurePlan {
  return { retries, action };
}
