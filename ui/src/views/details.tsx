import type { JSX } from "preact";
import type { ServerStatus } from "../../../src/api/answers.ts";
import type { Chosen } from "../data/chosen.ts";
import { useLanguage } from "../i18n/language.ts";
import { BackLink } from "../parts/details-title.tsx";
import { GroupDetails } from "./details-group.tsx";
import { MonitorDetails } from "./details-monitor.tsx";
import { ResourceDetails } from "./details-resource.tsx";
import { ServerDetails } from "./details-server.tsx";

interface Props {
  readonly status: ServerStatus;
  readonly at: Chosen;
}

/** Everything about the line of the tree that was chosen. */
export function Details({ status, at }: Props): JSX.Element {
  const { tree } = useLanguage().page;
  const group = status.groups.find((one) =>
    at.kind === "group" ? one.name === at.name : one.resources.some(({ id }) => id === at.name),
  );
  if (at.kind === "server") return <ServerDetails status={status} />;
  if (at.kind === "group" && group !== undefined) {
    return <GroupDetails status={status} group={group} />;
  }
  if (at.kind === "resource" && group !== undefined) {
    const resource = group.resources.find(({ id }) => id === at.name);
    if (resource !== undefined) return <ResourceDetails status={status} resource={resource} />;
  }
  const monitor = status.monitors.find((one) => one.name === at.name);
  if (at.kind === "monitor" && monitor !== undefined) {
    return <MonitorDetails status={status} monitor={monitor} />;
  }
  return (
    <>
      <BackLink />
      <h2 id="details-title">{at.name}</h2>
      <p class="quiet">{tree.chooseOne}</p>
    </>
  );
}
