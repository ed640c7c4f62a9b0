import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { Language } from "../../src/base/language.ts";
import { LiveContext } from "./data/context.ts";
import { Live } from "./data/live.ts";
import { findSession, session, sessionEnded } from "./data/session.ts";
import { useStore } from "./data/store.ts";
import { keepLanguage, LanguageContext } from "./i18n/language.ts";
import { loadPack, type Pack } from "./i18n/pack.ts";
import { Frame } from "./views/frame.tsx";
import { Footer } from "./views/footer.tsx";
import { SignIn } from "./views/sign-in.tsx";
import { Unreachable } from "./views/unreachable.tsx";

/** The page: in a language, for whoever is signed in. */
export function App({ first }: { readonly first: Pack }): JSX.Element {
  const [pack, setPack] = useState(first);
  const choose = useCallback((language: Language) => {
    keepLanguage(language);
    void loadPack(language).then(setPack);
  }, []);
  useEffect(() => {
    document.documentElement.lang = pack.language === "zh" ? "zh-Hans" : pack.language;
  }, [pack]);
  useEffect(() => void findSession(), []);
  return (
    <LanguageContext.Provider value={pack}>
      <Inside onLanguage={choose} />
    </LanguageContext.Provider>
  );
}

interface Choosing {
  readonly onLanguage: (language: Language) => void;
}

function Inside({ onLanguage }: Choosing): JSX.Element {
  const { phase } = useStore(session);
  if (phase === "signed-in") return <SignedIn onLanguage={onLanguage} />;
  return (
    <div class="outside">
      {phase === "signed-out" ? <SignIn /> : <Unreachable isAsking={phase === "asking"} />}
      <Footer onLanguage={onLanguage} />
    </div>
  );
}

function SignedIn({ onLanguage }: Choosing): JSX.Element {
  const live = useMemo(() => new Live(sessionEnded), []);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return (
    <LiveContext.Provider value={live}>
      <Frame onLanguage={onLanguage} />
    </LiveContext.Provider>
  );
}
