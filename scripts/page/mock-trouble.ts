/** Stories of one application that does not answer any more. */
import type { EventRecord, ServerStatus } from "../../src/api/answers.ts";
import { HOUR, MINUTE, SECOND } from "../../src/base/duration.ts";
import { incident, told, wellServer, withMonitors } from "./mock-parts.ts";
import { OPEN, type Story, story } from "./mock-story.ts";

/** It fails, and its recovery begins. */
export function failing(agoMs: number): readonly Omit<EventRecord, "seq">[] {
  const reason = "no answer within 5s";
  return [
    told(agoMs, "monitor-suspect", { monitor: "shop-answers", failures: 1, allowed: 2, reason }),
    told(agoMs - 60_000, "monitor-failed", { monitor: "shop-answers", failures: 3, reason }),
    told(
      agoMs - 60_000,
      "incident-opened",
      { scope: "web", monitor: "shop-answers", reason },
      OPEN,
    ),
    told(
      agoMs - 60_100,
      "evidence-kept",
      {
        resource: "web/shop",
        folder: `/var/lib/solosafe/evidence/${OPEN}-web-shop-1`,
        files: 11,
      },
      OPEN,
    ),
    told(
      agoMs - 60_200,
      "step-begun",
      { step: "reactivation", target: "web/shop", attempt: 1, allowed: 3, reason },
      OPEN,
    ),
  ];
}

/** How its monitor is then. */
export const BROKEN = {
  status: "failed",
  reason: "no answer within 5s",
  failures: 3,
  lastsMs: 3 * MINUTE,
  lastProbe: {
    outcome: "failed",
    reason: "no answer within 5s",
    tookMs: 5000,
    agoMs: 11 * SECOND,
  },
} as const;

/** It is being restarted. */
export function recovering(): Story {
  const base = withMonitors(wellServer(), {
    "shop-answers": {
      ...BROKEN,
      ladder: { ...wellServer().monitors[0]?.ladder, reactivations: 1 } as never,
    },
  });
  const groups = base.groups.map((one) =>
    one.name === "web"
      ? {
          ...one,
          phase: "starting" as const,
          lastsMs: 4 * SECOND,
          resources: one.resources.map((each) =>
            each.id === "web/shop"
              ? {
                  ...each,
                  phase: "starting" as const,
                  starts: 2,
                  lastsMs: 4 * SECOND,
                  pids: [20_551],
                }
              : each,
          ),
        }
      : one,
  );
  const status: ServerStatus = {
    ...base,
    isHealthy: false,
    groups,
    plans: [
      {
        id: "p1",
        kind: "restart",
        target: "web/shop",
        reason: "shop-answers failed 3 times in a row",
        lastsMs: 4 * SECOND,
      },
    ],
    incidents: [
      incident(OPEN, "web", "shop-answers", {
        steps: [
          {
            step: "reactivation",
            target: "web/shop",
            wall: Date.now() - 4 * SECOND,
            result: null,
            tookMs: null,
            isSimulated: false,
          },
        ],
      }),
    ],
  };
  return story(status, failing(65 * SECOND));
}

/** Everything was tried, and its processes do not end. */
export function blocked(): Story {
  const base = withMonitors(wellServer(), {
    "shop-answers": {
      ...BROKEN,
      lastsMs: 5 * HOUR,
      ladder: {
        scripts: 0,
        scriptCount: 0,
        reactivations: 3,
        reactivationThreshold: 3,
        groupRestarts: 1,
        groupRestartThreshold: 1,
        finalAction: "reboot",
        isExhausted: true,
      },
    },
    "system-disk": {
      status: "warning",
      reason: "/ is 91 % full",
      lastsMs: 6 * HOUR,
    },
  });
  const groups = base.groups.map((one) =>
    one.name === "web"
      ? {
          ...one,
          phase: "failed" as const,
          lastsMs: 5 * HOUR,
          resources: one.resources.map((each) =>
            each.id === "web/shop"
              ? {
                  ...each,
                  phase: "stop-failed" as const,
                  reason: "process 20551 (java) did not end",
                  blocked: "its tree could not be proved empty",
                  pids: [20_551],
                  lastsMs: 5 * HOUR,
                }
              : each,
          ),
        }
      : one,
  );
  const status: ServerStatus = {
    ...base,
    isHealthy: false,
    groups,
    incidents: [
      incident(OPEN, "web", "shop-answers", { lastsMs: 5 * HOUR, waitingFor: "a person" }),
    ],
    notes: [{ id: "guard-uncovered", fields: {} }],
  };
  return story(status, blockedPast());
}

function blockedPast(): readonly Omit<EventRecord, "seq">[] {
  return [
    ...failing(5 * HOUR + 65_000),
    told(
      5 * HOUR,
      "resource-stop-failed",
      {
        resource: "web/shop",
        reason: "process 20551 (java) did not end",
      },
      OPEN,
    ),
    told(
      5 * HOUR,
      "resource-blocked",
      {
        resource: "web/shop",
        reason: "its tree could not be proved empty",
      },
      OPEN,
    ),
    told(
      5 * HOUR - 4000,
      "recovery-exhausted",
      { monitor: "shop-answers", target: "web/shop" },
      OPEN,
    ),
    told(4 * HOUR, "mail-sent", {
      subject: "[office-1] web needs a person",
      to: "admin@example.org",
      server: "mail.example.org",
    }),
  ];
}

/** It answers again. */
export function settling(): Story {
  const base = withMonitors(wellServer(), {
    "shop-answers": { lastsMs: 40 * SECOND, reason: "200 in 15 ms" },
  });
  return story(
    {
      ...base,
      isHealthy: false,
      incidents: [incident(OPEN, "web", "shop-answers", { lastsMs: 5 * MINUTE })],
    },
    [
      ...failing(6 * MINUTE),
      told(
        3 * MINUTE,
        "step-finished",
        {
          step: "reactivation",
          target: "web/shop",
          result: "done",
          took: 2300,
        },
        OPEN,
      ),
      told(40_000, "monitor-recovered", { monitor: "shop-answers", after: 4 * MINUTE }, OPEN),
    ],
  );
}
