import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ConfigVersionFacts } from "../../../src/api/config-answers.ts";
import { useAsked } from "../data/asked.ts";
import { mayBe } from "../data/session.ts";
import { useLanguage } from "../i18n/language.ts";
import { Copyable } from "../parts/copyable.tsx";
import { Loading } from "../parts/loading.tsx";
import { Notice } from "../parts/notice.tsx";
import { When } from "../parts/when.tsx";

/** The configuration in force, and those before it. */
export function SettingsView(): JSX.Element {
  const { page } = useLanguage();
  const texts = page.settings;
  if (mayBe("administrator")) return <Shown />;
  return (
    <section class="card" aria-labelledby="view-title">
      <h1 id="view-title">{texts.title}</h1>
      <Notice state="waiting">{texts.forAdministrators}</Notice>
    </section>
  );
}

function Shown(): JSX.Element {
  const { page } = useLanguage();
  const texts = page.settings;
  const history = useAsked("configHistory", {});
  const [chosen, choose] = useState<number | null>(null);
  if (history.value === null) {
    return (
      <section class="card" aria-labelledby="view-title">
        <h1 id="view-title">{texts.title}</h1>
        <Loading problem={history.problem} again={history.again} />
      </section>
    );
  }
  const { path, inForce, isLastGood, versions } = history.value;
  const shown = chosen ?? inForce;
  return (
    <section class="card" aria-labelledby="view-title">
      <h1 id="view-title">{texts.title}</h1>
      {isLastGood ? <Notice state="warning">{texts.lastGood}</Notice> : null}
      <div class="settings">
        <div>
          <h2>{texts.history}</h2>
          {versions.length === 0 ? <p class="quiet">{texts.noHistory}</p> : null}
          <ul class="versions">
            {versions.toReversed().map((version) => (
              <Version
                key={version.id}
                version={version}
                isInForce={version.id === inForce}
                isShown={version.id === shown}
                onShow={() => choose(version.id)}
              />
            ))}
          </ul>
        </div>
        <div class="config-text">
          <h2>{shown === null || shown === inForce ? texts.inForce : texts.version(shown)}</h2>
          <p class="quiet">
            {texts.path}: <code>{path}</code>
          </p>
          <Text version={shown} />
          <p>{texts.edit}</p>
          <Copyable text={`sudo solosafe config apply ${path}`} />
        </div>
      </div>
    </section>
  );
}

interface VersionProps {
  readonly version: ConfigVersionFacts;
  readonly isInForce: boolean;
  readonly isShown: boolean;
  readonly onShow: () => void;
}

function Version({ version, isInForce, isShown, onShow }: VersionProps): JSX.Element {
  const { settings } = useLanguage().page;
  return (
    <li>
      <button type="button" class="version" aria-pressed={isShown} onClick={onShow}>
        <span class="version-head">
          <strong>{settings.version(version.id)}</strong>
          {isInForce ? <span class="tag">{settings.isInForce}</span> : null}
        </span>
        <span>
          <When wall={version.wall} /> {settings.kinds[version.kind]}, {settings.by(version.by)}
        </span>
        {version.message === "" ? null : <span class="version-message">{version.message}</span>}
      </button>
    </li>
  );
}

function Text({ version }: { readonly version: number | null }): JSX.Element {
  const { page } = useLanguage();
  const asked = useAsked("configVersion", version === null ? {} : { version });
  if (asked.value === null) return <Loading problem={asked.problem} again={asked.again} />;
  return (
    <pre tabIndex={0} aria-label={page.settings.inForce}>
      {asked.value.text}
    </pre>
  );
}
