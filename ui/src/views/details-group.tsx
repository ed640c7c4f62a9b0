import type { JSX } from "preact";
import type { GroupStatus, ResourceStatus, ServerStatus } from "../../../src/api/answers.ts";
import { useLiveData } from "../data/context.ts";
import { addressOfChosen } from "../data/place.ts";
import { groupState, monitorState, resourceState } from "../data/tree-model.ts";
import { dayText } from "../i18n/dates.ts";
import { useLanguage } from "../i18n/language.ts";
import { AvailabilityStrip } from "../parts/availability-strip.tsx";
import { Facts } from "../parts/facts.tsx";
import { StateMark } from "../parts/state-mark.tsx";
import { DetailsTitle } from "../parts/details-title.tsx";
import { Explained } from "../parts/explained.tsx";
import { TurnService } from "./turn-service.tsx";

interface Props {
  readonly status: ServerStatus;
  readonly group: GroupStatus;
}

/** A group: its resources, who watches it, how long it was up. */
export function GroupDetails({ status, group }: Props): JSX.Element {
  const { page, language } = useLanguage();
  const { availability } = useLiveData();
  const row = availability?.rows.find((one, at) => at > 0 && one.name === group.name);
  const isSuspended = status.suspensions.some(
    ({ scope }) => scope === "all" || scope === `group:${group.name}`,
  );
  const marks = [
    ...(group.title === "" || group.title === group.name ? [] : [group.title]),
    ...(group.isByPerson && group.goal === "inactive" ? [page.details.byPerson] : []),
    ...(isSuspended ? [page.states.suspended] : []),
  ];
  return (
    <>
      <DetailsTitle
        kind={page.tree.group}
        name={group.name}
        state={groupState(status, group)}
        marks={marks}
      />
      {row === undefined || availability === null ? null : (
        <>
          <h3>
            {page.availability.title}{" "}
            <small>{page.availability.since(dayText(language, availability.from))}</small>
          </h3>
          <AvailabilityStrip row={row} />
        </>
      )}
      <h3>{page.details.groupResources}</h3>
      <ul class="parts">
        {group.resources.map((resource) => (
          <ResourceLine key={resource.id} resource={resource} />
        ))}
      </ul>
      <Watching status={status} target={group.name} />
      <h3>{page.details.says}</h3>
      <Explained name={group.name} />
      <Facts
        facts={[group.after.length === 0 ? null : [page.details.after, group.after.join(", ")]]}
      />
      <TurnService what={group.name} />
    </>
  );
}

function ResourceLine({ resource }: { readonly resource: ResourceStatus }): JSX.Element {
  const { page, words } = useLanguage();
  const lasting = words.span(Math.floor(resource.lastsMs / 1000) * 1000);
  return (
    <li>
      <a href={addressOfChosen({ kind: "resource", name: resource.id })}>
        {resource.id.split("/").slice(1).join("/")}
      </a>
      <StateMark state={resourceState(resource)} />
      <span class="quiet">{page.details.for(lasting)}</span>
    </li>
  );
}

interface WatchingProps {
  readonly status: ServerStatus;
  /** A group, or a resource as `group/name`. */
  readonly target: string;
}

/** The monitors that recover it, or a part of it. */
export function Watching({ status, target }: WatchingProps): JSX.Element {
  const { page } = useLanguage();
  const monitors = status.monitors.filter(
    (one) => one.target === target || one.target.startsWith(`${target}/`),
  );
  return (
    <>
      <h3>{page.details.watchedBy}</h3>
      {monitors.length === 0 ? <p class="quiet">{page.details.notWatched}</p> : null}
      <ul class="parts">
        {monitors.map((monitor) => (
          <li key={monitor.name}>
            <a href={addressOfChosen({ kind: "monitor", name: monitor.name })}>{monitor.name}</a>
            <StateMark state={monitorState(monitor)} />
            <span class="quiet">{monitor.reason}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
