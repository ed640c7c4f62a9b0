import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { askHealth, type CallProblem, type Health } from "../data/client.ts";
import { session, signIn, signInWithCode } from "../data/session.ts";
import { useStore } from "../data/store.ts";
import { useLanguage } from "../i18n/language.ts";
import { Problem } from "../parts/loading.tsx";
import { Notice } from "../parts/notice.tsx";
import { Said } from "../parts/said.tsx";

type Way = "password" | "code";

/** One form: name and password, or a one-time code of this server. */
export function SignIn(): JSX.Element {
  const { access } = useLanguage().page;
  const { hasEnded } = useStore(session);
  const [health, setHealth] = useState<Health | null>(null);
  const [chosen, setWay] = useState<Way | null>(null);
  useEffect(() => void askHealth().then(setHealth), []);
  const isFirst = health?.hasPassword === false;
  const way = chosen ?? (isFirst ? "code" : "password");
  const [problem, setProblem] = useState<CallProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const typed = (name: string): string => {
      const value = form.get(name);
      return typeof value === "string" ? value : "";
    };
    setBusy(true);
    const trying =
      way === "password" ? signIn(typed("user"), typed("password")) : signInWithCode(typed("code"));
    void trying.then((found) => {
      setBusy(false);
      setProblem(found);
    });
  };
  const other = way === "password" ? "code" : "password";
  return (
    <main id="content" class="narrow">
      <h1 class="mark-name">
        <img src="icon.svg" alt="" width="36" height="36" />
        SoloSafe
      </h1>
      <form class="card sign-in" onSubmit={submit}>
        <h2>{isFirst ? access.firstTitle : access.title}</h2>
        {health === null || health.title === "" ? null : (
          <p class="quiet">{access.server(health.title)}</p>
        )}
        {isFirst ? <p>{access.firstSays}</p> : null}
        {hasEnded && problem === null ? <Notice state="waiting">{access.ended}</Notice> : null}
        {problem === null ? null : (
          <Notice state="failed" isNews>
            <WhyNot problem={problem} way={way} />
          </Notice>
        )}
        {way === "password" ? <PasswordFields /> : <CodeField isFirst={isFirst} />}
        <button class="main-button" disabled={isBusy}>
          {isBusy ? access.signingIn : access.signIn}
        </button>
        <button
          type="button"
          class="quiet-button"
          onClick={() => {
            setWay(other);
            setProblem(null);
          }}
        >
          {other === "code" ? access.withCode : access.withPassword}
        </button>
      </form>
    </main>
  );
}

function WhyNot({
  problem,
  way,
}: {
  readonly problem: CallProblem;
  readonly way: Way;
}): JSX.Element {
  const { access } = useLanguage().page;
  if (problem.kind !== "not-signed-in" && problem.kind !== "not-allowed") {
    return <Problem problem={problem} />;
  }
  return <>{way === "password" ? access.wrong : access.wrongCode}</>;
}

function PasswordFields(): JSX.Element {
  const { access } = useLanguage().page;
  return (
    <>
      <label class="field">
        <span>{access.name}</span>
        <input name="user" autocomplete="username" required maxLength={200} autocapitalize="off" />
      </label>
      <label class="field">
        <span>{access.password}</span>
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          required
          maxLength={400}
        />
      </label>
    </>
  );
}

function CodeField({ isFirst }: { readonly isFirst: boolean }): JSX.Element {
  const { access } = useLanguage().page;
  return (
    <>
      <label class="field">
        <span>{access.code}</span>
        <input
          name="code"
          autocomplete="one-time-code"
          required
          maxLength={64}
          class="code-input"
        />
      </label>
      <p class="quiet">
        <Said text={access.codeSays} />
      </p>
      {isFirst ? (
        <p class="quiet">
          <Said text={access.firstThen} />
        </p>
      ) : null}
    </>
  );
}
