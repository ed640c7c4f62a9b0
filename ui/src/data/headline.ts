import type { IncidentStatus, MonitorStatus, ServerStatus } from "../../../src/api/answers.ts";
import type { PageTexts, ShownState } from "../i18n/texts.ts";

/** How loud the first sentence is. */
export type Tone = "well" | "quiet" | "work" | "warning" | "ill";

/** The first sentence of the page: whether all is well, or what is most wrong. */
export interface Headline {
  readonly tone: Tone;
  readonly state: ShownState;
  readonly sentence: string;
  /** What the sentence is about, to be explained further: a monitor, a resource or a group. */
  readonly about: string | null;
  readonly incident: IncidentStatus | null;
  /** Further incidents that are open. */
  readonly others: number;
}

type Texts = PageTexts["headline"];

/** Says the most important thing; `at` writes an instant for people. */
export function headlineOf(
  status: ServerStatus,
  texts: Texts,
  at: (wall: number) => string,
): Headline {
  return (
    wholeServer(status, texts) ??
    worstIncident(status, texts) ??
    withoutIncident(status, texts) ?? {
      ...PLAIN,
      tone: "well",
      state: "well",
      sentence: texts.wellSince(at(wellSince(status))),
    }
  );
}

const PLAIN = { about: null, incident: null, others: 0 } as const;

function wholeServer(status: ServerStatus, texts: Texts): Headline | null {
  const isNoted = (id: string): boolean => status.notes.some((note) => note.id === id);
  if (isNoted("shutdown-in-progress")) {
    return { ...PLAIN, tone: "work", state: "stopping", sentence: texts.shutdown };
  }
  if (status.groups.length + status.monitors.length === 0) {
    return { ...PLAIN, tone: "quiet", state: "inactive", sentence: texts.nothingWatched };
  }
  if (status.suspensions.some((one) => one.scope === "all")) {
    return { ...PLAIN, tone: "warning", state: "suspended", sentence: texts.suspended };
  }
  return null;
}

/** How an incident stands, the one that wants a person first. */
const STANDINGS = ["needs-person", "failed", "recovering", "settling"] as const;
type Standing = (typeof STANDINGS)[number];

function worstIncident(status: ServerStatus, texts: Texts): Headline | null {
  const ranked = status.incidents
    .map((incident) => ({ incident, standing: standingOf(status, incident) }))
    .sort((left, right) => STANDINGS.indexOf(left.standing) - STANDINGS.indexOf(right.standing));
  const [first] = ranked;
  if (first === undefined) return null;
  const { incident, standing } = first;
  return {
    ...LOOKS[standing],
    sentence: sentenceOf(incident, standing, texts),
    about: incident.cause,
    incident,
    others: ranked.length - 1,
  };
}

const LOOKS: Readonly<Record<Standing, { tone: Tone; state: ShownState }>> = {
  "needs-person": { tone: "ill", state: "blocked" },
  failed: { tone: "ill", state: "failed" },
  recovering: { tone: "work", state: "recovering" },
  settling: { tone: "warning", state: "warning" },
};

function sentenceOf({ group }: IncidentStatus, standing: Standing, texts: Texts): string {
  if (standing === "needs-person") {
    return group === null ? texts.needsYouServer : texts.needsYou(group);
  }
  if (standing === "recovering") {
    return group === null ? texts.recoveringServer : texts.recovering(group);
  }
  if (standing === "settling") {
    return group === null ? texts.settlingServer : texts.settling(group);
  }
  return group === null ? texts.serverFailed : texts.groupFailed(group);
}

function standingOf(status: ServerStatus, incident: IncidentStatus): Standing {
  const members = status.monitors.filter(({ name }) => incident.members.includes(name));
  const group = status.groups.find(({ name }) => name === incident.group);
  const isBlocked = group?.resources.some((one) => one.blocked !== null) === true;
  const isExhausted = members.some((one) => one.ladder.isExhausted && isFailing(one));
  if (isBlocked || isExhausted) return "needs-person";
  const isAtWork = status.plans.some(({ target }) =>
    incident.group === null
      ? target === "server" || target === "all-groups"
      : target.split("/")[0] === incident.group || target === "all-groups",
  );
  if (isAtWork) return "recovering";
  const isDown = group !== undefined && group.goal === "active" && group.phase !== "active";
  return members.some(isFailing) || isDown ? "failed" : "settling";
}

function isFailing({ status }: MonitorStatus): boolean {
  return status === "failed" || status === "suspect";
}

/** Things that are wrong and nobody's incident. */
function withoutIncident(status: ServerStatus, texts: Texts): Headline | null {
  const blocked = status.groups.find((group) =>
    group.resources.some((one) => one.blocked !== null),
  );
  if (blocked !== undefined) {
    const about = blocked.resources.find((one) => one.blocked !== null)?.id ?? null;
    const sentence = texts.needsYou(blocked.name);
    return { ...PLAIN, tone: "ill", state: "blocked", sentence, about };
  }
  const failed = status.monitors.find((one) => one.status === "failed");
  if (failed !== undefined) {
    const sentence = texts.monitorFailed(failed.name);
    return { ...PLAIN, tone: "ill", state: "failed", sentence, about: failed.name };
  }
  const down = status.groups.find(({ goal, phase }) => goal === "active" && phase === "failed");
  if (down !== undefined) {
    const sentence = texts.groupFailed(down.name);
    return { ...PLAIN, tone: "ill", state: "failed", sentence, about: down.name };
  }
  if (status.isHealthy) return null;
  return { ...PLAIN, tone: "ill", state: "failed", sentence: texts.serverFailed };
}

/** When the last thing that counts became as it is now. */
export function wellSince(status: ServerStatus): number {
  const spans = [
    ...status.monitors.filter((one) => one.isEnabled).map((one) => one.lastsMs),
    ...status.groups.flatMap((group) => group.resources.map((one) => one.lastsMs)),
  ];
  return status.wall - Math.min(...spans, spans.length === 0 ? status.agent.uptimeMs : Infinity);
}
