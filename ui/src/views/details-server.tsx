import type { JSX } from "preact";
import type { ServerStatus } from "../../../src/api/answers.ts";
import { useAsked } from "../data/asked.ts";
import { serverNameOf, useLiveData } from "../data/context.ts";
import { addressOf } from "../data/place.ts";
import { serverState } from "../data/tree-model.ts";
import { dayText } from "../i18n/dates.ts";
import { useLanguage } from "../i18n/language.ts";
import { AvailabilityStrip } from "../parts/availability-strip.tsx";
import { Facts } from "../parts/facts.tsx";
import { DetailsTitle } from "../parts/details-title.tsx";
import { Explained } from "../parts/explained.tsx";
import { TurnService } from "./turn-service.tsx";

/** The server as a whole. */
export function ServerDetails({ status }: { readonly status: ServerStatus }): JSX.Element {
  const { page, words } = useLanguage();
  const { statusAt } = useLiveData();
  const texts = page.details;
  const reboots = useAsked("reboots", {}, Math.floor(statusAt / 60_000));
  const { agent, incidents } = status;
  const lasting = words.span(Math.floor(agent.uptimeMs / 60_000) * 60_000);
  return (
    <>
      <DetailsTitle
        kind={page.tree.server}
        name={serverNameOf(status, page.frame.thisServer)}
        state={serverState(status)}
        marks={[page.tree.counts(status.groups.length, status.monitors.length)]}
      />
      {incidents.length === 0 ? null : (
        <>
          <h3>{texts.incidents}</h3>
          <ul class="plain">
            {incidents.map(({ id, group, cause, lastsMs }) => (
              <li key={id}>
                <a href={addressOf({ view: "incident", id })}>{id}</a> {group ?? page.tree.server},{" "}
                {cause}, {texts.openFor(words.span(Math.floor(lastsMs / 1000) * 1000))}
              </li>
            ))}
          </ul>
        </>
      )}
      <MeasuredTimes />
      <h3>{texts.says}</h3>
      <Explained name={null} />
      <Facts
        facts={[
          [texts.agent, texts.agentSays(agent.version, String(agent.pid), lasting)],
          [texts.mode, texts.modes[agent.mode]],
          [texts.configuration, <code>{agent.config}</code>],
          reboots.value === null
            ? null
            : [texts.reboots, texts.rebootsSays(reboots.value.counted.length, reboots.value.limit)],
        ]}
      />
      <TurnService what="" />
    </>
  );
}

/** Most groups that have a strip here; each has its own in its details. */
const STRIPS_MOST = 12;

/** One strip for the server and for each group. */
function MeasuredTimes(): JSX.Element | null {
  const { page, language } = useLanguage();
  const { availability } = useLiveData();
  const rows = (availability?.rows ?? []).filter((row) => row.availability !== null);
  if (availability === null || rows.length === 0) return null;
  const texts = page.availability;
  return (
    <>
      <h3>
        {texts.title} <small>{texts.since(dayText(language, availability.from))}</small>
      </h3>
      <table class="strips">
        <tbody>
          {rows.slice(0, STRIPS_MOST).map((row, at) => (
            <tr key={row.name}>
              <th scope="row">{at === 0 && row.name === "server" ? texts.server : row.name}</th>
              <td>
                <AvailabilityStrip row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet small-text">{texts.note}</p>
    </>
  );
}
