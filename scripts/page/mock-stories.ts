/** Servers in every state that the page has to tell, for work on it, for its tests and pictures. */
import type { ServerStatus } from "../../src/api/answers.ts";
import type { BootsAnswer } from "../../src/api/boot-answers.ts";
import { DAY, HOUR, MINUTE } from "../../src/base/duration.ts";
import { group, incident, monitor, resource, told, wellServer } from "./mock-parts.ts";
import { ENDED, OPEN, type Story, story } from "./mock-story.ts";
import { blocked, BROKEN, recovering, settling } from "./mock-trouble.ts";

function suspended(): Story {
  const base = wellServer();
  return story(
    {
      ...base,
      monitors: base.monitors.map((one) => ({
        ...one,
        isSuspended: one.target.startsWith("files"),
        isProbing: !one.target.startsWith("files"),
      })),
      suspensions: [
        { scope: "group:files", by: "mori", lastsMs: 3 * DAY, leftMs: null },
        {
          scope: "monitor:gateway",
          by: "the planned window nightly-backup",
          lastsMs: 20 * MINUTE,
          leftMs: 40 * MINUTE,
        },
      ],
    },
    [told(3 * DAY, "suspended", { scope: "group:files", by: "mori", lasts: null })],
  );
}

function afterReboot(): Story {
  const base = wellServer();
  const uptimeMs = 26 * MINUTE;
  const status: ServerStatus = {
    ...base,
    agent: { ...base.agent, uptimeMs },
    groups: base.groups.map((one) => ({
      ...one,
      lastsMs: uptimeMs,
      resources: one.resources.map((each) => ({ ...each, lastsMs: uptimeMs })),
    })),
    monitors: base.monitors.map((one) => ({ ...one, lastsMs: uptimeMs })),
  };
  const event = {
    id: "rebooted-by-solosafe",
    fields: { action: "reboot", monitor: "shop-answers", away: 94_000 },
  } as const;
  const boots: BootsAnswer = {
    isThisBoot: true,
    boots: [
      {
        id: 4,
        bootId: "9e1c5e0a",
        bootedWall: Date.now() - 27 * MINUTE,
        kernel: "6.1.0-28-amd64",
        verdict: "by-solosafe",
        confidence: "certain",
        awayMs: 94_000,
        event: { id: event.id, fields: { ...event.fields } },
        facts: [
          { id: "end-ordered", fields: { action: "reboot", monitor: "shop-answers" } },
          { id: "end-record-closed", fields: {} },
        ],
      },
    ],
  };
  return {
    ...story(status, [
      told(27 * MINUTE, "rebooted-by-solosafe", event.fields),
      told(26 * MINUTE, "group-activated", { group: "web", took: 9100 }),
      told(
        20 * MINUTE,
        "incident-ended",
        {
          scope: "web",
          verdict: "cured",
          lasted: 19 * MINUTE,
          steps: 5,
        },
        ENDED,
      ),
    ]),
    boots,
  };
}

function empty(): Story {
  return { ...story(wellServer({ groups: [], monitors: [] })), events: [] };
}

/** Two hundred groups, of which two are not well. */
function large(): Story {
  const names = Array.from({ length: 200 }, (_, at) => `tenant-${String(at + 1).padStart(3, "0")}`);
  const groups = names.map((name, at) =>
    group(name, [resource(`${name}/database`), resource(`${name}/site`)], {
      title: `Customer ${at + 1}`,
      phase: at === 133 ? "failed" : "active",
    }),
  );
  const monitors = names.map((name, at) =>
    monitor(
      `${name}-answers`,
      "http",
      `${name}/site`,
      at === 57 ? { ...BROKEN, status: "suspect" } : {},
    ),
  );
  return story({ ...wellServer(), isHealthy: false, groups, monitors });
}

/** Texts of others that would be harmful if anything took them for markup. */
const HOSTILE = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';

function hostile(): Story {
  const base = wellServer();
  return story(
    {
      ...base,
      server: HOSTILE,
      isHealthy: false,
      groups: base.groups.map((one) => ({ ...one, title: HOSTILE })),
      monitors: base.monitors.map((one) => ({
        ...one,
        reason: `${HOSTILE} javascript:alert(1)`,
        status: one.name === "shop-answers" ? ("failed" as const) : one.status,
      })),
      incidents: [incident(OPEN, "web", "shop-answers", { waitingFor: HOSTILE })],
      suspensions: [{ scope: "monitor:gateway", by: HOSTILE, lastsMs: HOUR, leftMs: null }],
      notes: [{ id: HOSTILE, fields: {} }],
    },
    [
      told(MINUTE, "monitor-failed", { monitor: HOSTILE, failures: 3, reason: HOSTILE }, OPEN),
      told(50_000, "incident-opened", { scope: "web", monitor: HOSTILE, reason: HOSTILE }, OPEN),
      told(40_000, "config-fault", { fault: `\`${HOSTILE}` }),
    ],
  );
}

/** Every story by its name. */
export const STORIES = {
  well: () =>
    story(wellServer(), [
      told(
        8 * HOUR,
        "incident-ended",
        {
          scope: "web",
          verdict: "cured",
          lasted: 3 * MINUTE,
          steps: 1,
        },
        ENDED,
      ),
    ]),
  recovering,
  settling,
  blocked,
  suspended,
  "after-reboot": afterReboot,
  empty,
  large,
  hostile,
} as const satisfies Record<string, () => Story>;
export type StoryName = keyof typeof STORIES;

export function findStory(name: string): StoryName | null {
  return Object.hasOwn(STORIES, name) ? (name as StoryName) : null;
}
