import * as z from "zod/mini";
import { type ReportAnswer, reportedIncident } from "../api/report-answers.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { type ReportDays, wallsOf } from "../base/report-days.ts";
import { availabilityReport } from "../core/availability.ts";
import type { Clock } from "../ports/clock.ts";
import type { AgentParts } from "./agent-parts.ts";
import type { Drills } from "./drills.ts";
import type { History } from "./history.ts";
import { monitorStatus, type ShellFacts } from "./status.ts";
import type { Reports } from "./reports.ts";
import type { View } from "./view.ts";
import { waitingNow } from "./waiting.ts";
import { within } from "./within.ts";

/** Ten thousand events of a disk that is not read ahead. */
const READ_LIMIT: Millis = 20 * SECOND;
/** A hundred incidents, their reasons cut. */
const READ_BYTES_MOST = 256 * 1024;
/** What was told just now is found too, unless the disk hangs. */
const SETTLE_LIMIT: Millis = 2 * SECOND;

const found = z.object({ incidents: z.array(reportedIncident), more: z.number() });

export interface ReportParts {
  readonly clock: Clock;
  readonly view: () => View;
  readonly shell: () => ShellFacts;
  readonly reports: Reports;
  readonly drills: Pick<Drills, "list">;
  readonly history: Pick<History, "settled">;
  readonly runRole: AgentParts["runRole"];
}

/** Everything that is told of some days, and how things are now. Never rejects. */
export async function makeReport(parts: ReportParts, days: ReportDays): Promise<ReportAnswer> {
  const walls = wallsOf(days);
  const isThen = (wall: Millis): boolean => wall >= walls.sinceWall && wall < walls.untilWall;
  // What takes time first: the rest is of one moment.
  const incidents = await readIncidents(parts, walls);
  const view = parts.view();
  const { availability, boots } = parts.reports;
  const drills = parts.drills.list;
  availability.count(view.model, view.state);
  const { isLastGoodConfig } = parts.shell();
  return {
    ...days,
    wall: view.wall,
    availability: availabilityReport(availability.ledger, days.from, days.to),
    incidents: incidents?.incidents ?? null,
    moreIncidents: incidents?.more ?? 0,
    boots: boots.list
      .filter(({ bootedWall }) => isThen(bootedWall))
      .map(({ bootedWall, event }) => ({ bootedWall, event }))
      .toReversed(),
    drills: drills
      .filter(({ beganWall }) => isThen(beganWall))
      .map(({ id, kind, target, beganWall, verdict, detectedBy, detectedMs, recoveredMs }) => {
        return { id, kind, target, beganWall, verdict, detectedBy, detectedMs, recoveredMs };
      })
      .toReversed(),
    waiting: waitingNow(view, { drills, isLastGoodConfig }).map(({ id, fields }) => {
      return { id, fields: { ...fields } };
    }),
    monitors: monitorsOf(view),
  };
}

function monitorsOf(view: View): ReportAnswer["monitors"] {
  const all = [...view.model.monitors.values()]
    .filter(({ isEnabled }) => isEnabled)
    .map((monitor) => monitorStatus(view, monitor));
  const unknown = all.filter(({ status }) => status === "unknown");
  const isNever = ({ proven }: (typeof all)[number]): boolean =>
    proven.detected.provenWall === null;
  return {
    count: all.length,
    unknown: unknown.map(({ name, reason, lastsMs }) => ({ name, reason, lastsMs })),
    neverProven: all.filter(isNever).map(({ name }) => name),
    notProven: all
      .filter((one) => one.proven.detected.isOld && !isNever(one))
      .map(({ name }) => name),
  };
}

/** Read by a program of its own: a long history never holds the agent. */
async function readIncidents(
  { clock, history, view, shell, runRole }: ReportParts,
  walls: { readonly sinceWall: Millis; readonly untilWall: Millis },
): Promise<z.infer<typeof found> | null> {
  await within(clock, SETTLE_LIMIT, history.settled()).catch(() => {});
  const open = view().state.incidents.map(({ id }) => id);
  const words = ["--history", `${shell().agent.stateFolder}/history`, "--wish"];
  const wish = JSON.stringify({ ...walls, open });
  const run = await runRole("report", [...words, wish], READ_LIMIT, READ_BYTES_MOST);
  if (run.kind !== "exited" || run.code !== 0) return null;
  try {
    const read = z.safeParse(found, JSON.parse(run.output));
    return read.success ? read.data : null;
  } catch {
    // Output that was cut is no JSON any more.
    return null;
  }
}
