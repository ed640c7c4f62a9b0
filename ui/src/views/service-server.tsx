import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ServerStatus } from "../../../src/api/answers.ts";
import { call } from "../data/client.ts";
import { useLanguage } from "../i18n/language.ts";
import { Copyable } from "../parts/copyable.tsx";
import { Outcome, useDeed } from "../parts/outcome.tsx";
import { Confirm } from "./confirm.tsx";
import { activeOf } from "./service-groups.tsx";

/** What concerns the agent and the whole server. Rights that the web program lacks are commands. */
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
      <section class="card" aria-labelledby="server-title">
        <h2 id="server-title">{service.server}</h2>
        <p class="quiet">{service.onServer}</p>
        <h3>{service.reboot}</h3>
        <p class="quiet">{service.rebootSays}</p>
        <Copyable text="sudo systemctl reboot" />
        <h3>{service.shutDown}</h3>
        <p class="quiet">{service.shutDownSays}</p>
        <Copyable text="sudo systemctl poweroff" />
      </section>
    </>
  );
}
