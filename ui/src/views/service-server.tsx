import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ServerStatus } from "../../../src/api/answers.ts";
import { useAsked } from "../data/asked.ts";
import { call } from "../data/client.ts";
import { useLanguage } from "../i18n/language.ts";
import { Copyable } from "../parts/copyable.tsx";
import { Loading } from "../parts/loading.tsx";
import { Notice } from "../parts/notice.tsx";
import { Outcome, useDeed } from "../parts/outcome.tsx";
import { Confirm } from "./confirm.tsx";
import { activeOf } from "./service-groups.tsx";

/** What concerns the agent and the whole server. */
export function ServerService({ status }: { readonly status: ServerStatus }): JSX.Element {
  const { service } = useLanguage().page;
  const [isAsking, setAsking] = useState(false);
  const deed = useDeed();
  return (
    <>
      <section class="card" aria-labelledby="agent-title">
        <h2 id="agent-title">{service.agent}</h2>
        <h3>{service.restartAgent}</h3>
        <p class="quiet">{service.restartAgentSays}</p>
        <Copyable text="sudo systemctl restart solosafe-agent.service" />
        <h3>{service.stopAll}</h3>
        <p class="quiet">{service.stopAllSays}</p>
        <div class="actions">
          <button
            type="button"
            class="danger"
            disabled={deed.isBusy}
            onClick={() => setAsking(true)}
          >
            {service.stopAll}
          </button>
        </div>
        <Outcome deed={deed} />
        {isAsking ? (
          <Confirm
            status={status}
            title={service.stopAll}
            verb={service.stop}
            names={activeOf(status, "")}
            onClose={() => setAsking(false)}
            onConfirmed={() => deed.run(service.stopAll, () => call("stopAll", { waitMs: 0 }))}
          />
        ) : null}
      </section>
      <EndOfBoot status={status} />
    </>
  );
}

type Action = "reboot" | "poweroff";

/** Reboots the server or switches it off; where that cannot be done here the command is told. */
function EndOfBoot({ status }: { readonly status: ServerStatus }): JSX.Element {
  const { service } = useLanguage().page;
  const asked = useAsked("server", {});
  const [action, setAction] = useState<Action | null>(null);
  const deed = useDeed();
  const server = asked.value;
  if (server === null) return <Loading problem={asked.problem} again={asked.again} />;
  const ends = [
    ["reboot", service.reboot, service.rebootSays],
    ["poweroff", service.shutDown, service.shutDownSays],
  ] as const;
  const title = action === "reboot" ? service.reboot : service.shutDown;
  return (
    <section class="card" aria-labelledby="server-title">
      <h2 id="server-title">{service.server}</h2>
      {server.refusal === null ? null : <Notice state="waiting">{server.refusal}</Notice>}
      {ends.map(([one, name, says]) => (
        <div key={one}>
          <h3>{name}</h3>
          <p class="quiet">{says}</p>
          {server.refusal === null ? (
            <button
              type="button"
              class="danger"
              disabled={deed.isBusy}
              onClick={() => setAction(one)}
            >
              {name}
            </button>
          ) : (
            <Copyable text={`sudo systemctl ${one}`} />
          )}
        </div>
      ))}
      <Outcome deed={deed} />
      {action === null ? null : (
        <Confirm
          status={status}
          title={title}
          verb={title}
          names={activeOf(status, "")}
          name={server.name}
          onClose={() => setAction(null)}
          onConfirmed={() =>
            deed.run(title, () => call("serverAction", { action, name: server.name }))
          }
        />
      )}
    </section>
  );
}
