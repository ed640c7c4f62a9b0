import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ServerStatus } from "../../../src/api/answers.ts";
import { call } from "../data/client.ts";
import { groupState, resourceState } from "../data/tree-model.ts";
import { useLanguage } from "../i18n/language.ts";
import { type Deed, Outcome, useDeed } from "../parts/outcome.tsx";
import { StateMark } from "../parts/state-mark.tsx";
import { Confirm } from "./confirm.tsx";

interface Props {
  readonly status: ServerStatus;
  /** A group, a resource, or nothing yet. */
  readonly what: string;
}

type Danger = "stop" | "restart";

/** Names of what would stop: the resources of it that are not inactive. */
export function activeOf(status: ServerStatus, what: string): readonly string[] {
  return status.groups
    .flatMap((group) => group.resources.map((resource) => ({ group, resource })))
    .filter(({ group, resource }) => what === "" || group.name === what || resource.id === what)
    .filter(({ resource }) => resource.phase !== "inactive" && resource.phase !== "failed")
    .map(({ resource }) => resource.id);
}

/** Starts, stops or restarts a group or one resource. */
export function GroupService({ status, what }: Props): JSX.Element {
  const { page } = useLanguage();
  const texts = page.service;
  const [name, setName] = useState(what === "" ? (status.groups[0]?.name ?? "") : what);
  const [danger, setDanger] = useState<Danger | null>(null);
  const deed = useDeed();
  const group = status.groups.find((one) => one.name === name);
  const resource = status.groups.flatMap((one) => one.resources).find((one) => one.id === name);
  const state =
    group === undefined
      ? resource === undefined
        ? null
        : resourceState(resource)
      : groupState(status, group);
  return (
    <section class="card" aria-labelledby="groups-title">
      <h2 id="groups-title">{texts.groups}</h2>
      <p class="quiet">{texts.groupsSays}</p>
      <div class="row">
        <label class="field">
          <span>{texts.what}</span>
          <select value={name} onChange={({ currentTarget }) => setName(currentTarget.value)}>
            {status.groups.map((one) => (
              <optgroup key={one.name} label={one.name}>
                <option value={one.name}>{texts.ofGroup(one.name)}</option>
                {one.resources.map(({ id }) => (
                  <option key={id} value={id}>
                    {id}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </label>
        {state === null ? null : <StateMark state={state} />}
      </div>
      <Buttons name={name} deed={deed} onDanger={setDanger} />
      <Outcome deed={deed} />
      {danger === null ? null : (
        <Confirm
          status={status}
          title={`${texts[danger]}: ${name}`}
          verb={texts[danger]}
          names={activeOf(status, name)}
          isRestarted={danger === "restart"}
          onClose={() => setDanger(null)}
          onConfirmed={() => {
            deed.run(texts[danger], () => call(danger, { name, waitMs: 0 }));
          }}
        />
      )}
    </section>
  );
}

interface ButtonsProps {
  readonly name: string;
  readonly deed: Deed;
  readonly onDanger: (danger: Danger) => void;
}

function Buttons({ name, deed, onDanger }: ButtonsProps): JSX.Element {
  const texts = useLanguage().page.service;
  return (
    <div class="actions">
      <button
        type="button"
        disabled={deed.isBusy}
        onClick={() => deed.run(texts.start, () => call("start", { name, waitMs: 0 }))}
      >
        {texts.start}
      </button>
      <button type="button" class="danger" disabled={deed.isBusy} onClick={() => onDanger("stop")}>
        {texts.stop}
      </button>
      <button
        type="button"
        class="danger"
        disabled={deed.isBusy}
        onClick={() => onDanger("restart")}
      >
        {texts.restart}
      </button>
      <button
        type="button"
        title={texts.clearSays}
        disabled={deed.isBusy}
        onClick={() => deed.run(texts.clear, () => call("clear", { name }))}
      >
        {texts.clear}
      </button>
    </div>
  );
}
