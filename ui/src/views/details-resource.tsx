import type { JSX } from "preact";
import type { ResourceStatus, ServerStatus } from "../../../src/api/answers.ts";
import { resourceState } from "../data/tree-model.ts";
import { useLanguage } from "../i18n/language.ts";
import { Facts } from "../parts/facts.tsx";
import { DetailsTitle } from "../parts/details-title.tsx";
import { Explained } from "../parts/explained.tsx";
import { Watching } from "./details-group.tsx";
import { TurnService } from "./turn-service.tsx";

const PIDS_SHOWN = 8;

interface Props {
  readonly status: ServerStatus;
  readonly resource: ResourceStatus;
}

/** A resource: its processes and how it is tracked. */
export function ResourceDetails({ status, resource }: Props): JSX.Element {
  const { page } = useLanguage();
  const texts = page.details;
  const { pids } = resource;
  const shown = pids.slice(0, PIDS_SHOWN).join(", ");
  const rest = pids.length - PIDS_SHOWN;
  const marks = [
    ...(resource.isStoppedByPerson ? [texts.byPerson] : []),
    ...(resource.isStoppedOutside ? [texts.byOthers] : []),
  ];
  return (
    <>
      <DetailsTitle
        kind={page.tree.resource}
        name={resource.id}
        state={resourceState(resource)}
        marks={marks}
      />
      <h3>{texts.says}</h3>
      <Explained name={resource.id} />
      <Facts
        facts={[
          [texts.type, `${resource.type}, ${texts.kinds[resource.kind]}`],
          [
            texts.processes,
            pids.length === 0
              ? texts.none
              : `${shown}${rest > 0 ? ` ${page.confirm.and(rest)}` : ""}`,
          ],
          pids.length === 0 ? null : [texts.tracking, resource.tracking],
          [texts.starts, String(resource.starts)],
          resource.after.length === 0 ? null : [texts.after, resource.after.join(", ")],
        ]}
      />
      <Watching status={status} target={resource.id} />
      <TurnService what={resource.id} />
    </>
  );
}
