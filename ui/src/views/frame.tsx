import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Language } from "../../../src/base/language.ts";
import { serverNameOf, useLive, useLiveData } from "../data/context.ts";
import { areKeysOn, useKeys } from "../data/keys.ts";
import { addressOf, goTo, type Place, usePlace } from "../data/place.ts";
import { session, signOut } from "../data/session.ts";
import { useStore } from "../data/store.ts";
import { useLanguage } from "../i18n/language.ts";
import type { ButtonName } from "../i18n/texts.ts";
import { ButtonIcon } from "../parts/button-icon.tsx";
import { AlertsView } from "./alerts.tsx";
import { Connection } from "./connection.tsx";
import { Footer } from "./footer.tsx";
import { IncidentView } from "./incident.tsx";
import { KeysDialog } from "./keys-dialog.tsx";
import { LogsView } from "./logs.tsx";
import { Overview } from "./overview.tsx";
import { ServiceView } from "./service.tsx";
import { SettingsView } from "./settings.tsx";

/** The letters that press a button. */
const LETTERS: Readonly<Record<ButtonName, string>> = {
  alerts: "a",
  logs: "l",
  reload: "r",
  settings: "s",
  service: "v",
};
const BUTTONS: readonly ButtonName[] = ["alerts", "logs", "reload", "settings", "service"];

interface Props {
  readonly onLanguage: (language: Language) => void;
}

/** What is around every view: the server's name, five buttons, the state of the connection. */
export function Frame({ onLanguage }: Props): JSX.Element {
  const { page } = useLanguage();
  const live = useLive();
  const { status } = useLiveData();
  const place = usePlace();
  const [isShowingKeys, showKeys] = useState(false);
  const server = serverNameOf(status, page.frame.thisServer);
  const [isReloading, setReloading] = useState(false);
  const press = (button: ButtonName): void => {
    if (button === "service") return goTo({ view: button, what: "" });
    if (button !== "reload") return goTo({ view: button });
    setReloading(true);
    void live.reload().finally(() => setReloading(false));
  };
  useKeys({
    ...Object.fromEntries(BUTTONS.map((button) => [LETTERS[button], () => press(button)])),
    o: () => goTo({ view: "overview", at: null }),
    "?": () => showKeys(true),
    "/": () => document.querySelector<HTMLElement>("[data-find]")?.focus(),
  });
  useEffect(() => {
    document.title = titleOf(place, page.buttons, server);
  }, [place, page, server]);
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        {page.frame.skip}
      </a>
      <header>
        <a class="brand" href={addressOf({ view: "overview", at: null })}>
          <img src="icon.svg" alt="" width="28" height="28" />
          <span>{server}</span>
          <span class="unseen">: {page.frame.overview}</span>
        </a>
        <nav aria-label={page.frame.functions}>
          {BUTTONS.map((button) => (
            <FiveButton
              key={button}
              name={button}
              isCurrent={
                place.view === button || (button === "alerts" && place.view === "incident")
              }
              isBusy={button === "reload" && isReloading}
              onPress={() => press(button)}
            />
          ))}
        </nav>
      </header>
      <Connection />
      <main id="content" tabIndex={-1}>
        <View place={place} />
      </main>
      <Footer onLanguage={onLanguage}>
        <Signed />
        <button type="button" class="quiet-button" onClick={() => showKeys(true)}>
          {page.frame.shortcuts} <kbd>?</kbd>
        </button>
      </Footer>
      {isShowingKeys ? <KeysDialog letters={LETTERS} onClose={() => showKeys(false)} /> : null}
    </>
  );
}

/** The address must stay that of the view, so the link does not lead there itself. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#content")?.focus();
}

function titleOf(place: Place, buttons: Readonly<Record<ButtonName, string>>, server: string) {
  if (place.view === "overview") return `${server} · SoloSafe`;
  const view = place.view === "incident" ? place.id : buttons[place.view];
  return `${view} · ${server} · SoloSafe`;
}

interface ButtonProps {
  readonly name: ButtonName;
  readonly isCurrent: boolean;
  readonly isBusy: boolean;
  readonly onPress: () => void;
}

function FiveButton({ name, isCurrent, isBusy, onPress }: ButtonProps): JSX.Element {
  const { page } = useLanguage();
  return (
    <button
      type="button"
      class={isBusy ? "five busy" : "five"}
      aria-current={isCurrent ? "page" : undefined}
      aria-keyshortcuts={areKeysOn() ? LETTERS[name] : undefined}
      onClick={onPress}
    >
      <ButtonIcon name={name} />
      <span>{page.buttons[name]}</span>
    </button>
  );
}

function Signed(): JSX.Element {
  const { page } = useLanguage();
  const { who } = useStore(session);
  const { status } = useLiveData();
  return (
    <>
      {status === null ? null : <span>{page.frame.version(status.agent.version)}</span>}
      {who === null ? null : (
        <span>{page.frame.signedInAs(who.user, page.frame.roles[who.role])}</span>
      )}
      <button type="button" class="quiet-button" onClick={() => void signOut()}>
        {page.frame.signOut}
      </button>
    </>
  );
}

function View({ place }: { readonly place: Place }): JSX.Element {
  switch (place.view) {
    case "overview":
      return <Overview at={place.at} />;
    case "alerts":
      return <AlertsView />;
    case "incident":
      return <IncidentView id={place.id} />;
    case "logs":
      return <LogsView />;
    case "settings":
      return <SettingsView />;
    case "service":
      return <ServiceView what={place.what} />;
  }
}
