import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ServerStatus, SuspensionStatus } from "../../../src/api/answers.ts";
import type { BootReport } from "../../../src/api/boot-answers.ts";
import { render, renderStatement } from "../../../src/events/render.ts";
import { useLive, useLiveData } from "../data/context.ts";
import { call } from "../data/client.ts";
import { mayBe } from "../data/session.ts";
import { fullTime } from "../i18n/dates.ts";
import { keepSetting, readSetting, useLanguage } from "../i18n/language.ts";
import type { ShownState } from "../i18n/texts.ts";
import { Notice } from "../parts/notice.tsx";
import { Said } from "../parts/said.tsx";

const SEEN = "solosafe-boot-seen";

/** What is suspended until somebody says so comes before everything else. */
export function Suspensions({ status }: { readonly status: ServerStatus }): JSX.Element | null {
  const { suspensions } = status;
  if (suspensions.length === 0) return null;
  const isForever = (one: SuspensionStatus): boolean => one.leftMs === null;
  const ordered = [
    ...suspensions.filter(isForever),
    ...suspensions.filter((one) => !isForever(one)),
  ];
  return (
    <div class="banners">
      {ordered.map((one) => (
        <Suspended key={one.scope + one.by} suspension={one} />
      ))}
    </div>
  );
}

/** Below the first sentence: the reboot until somebody has seen it, and truths about the agent. */
export function Banners({ status }: { readonly status: ServerStatus }): JSX.Element | null {
  const { boots } = useLiveData();
  const [seen, setSeen] = useState(() => readSetting(SEEN));
  const newest = boots?.isThisBoot === true ? boots.boots[0] : undefined;
  const isNew = newest !== undefined && newest.verdict !== "by-person" && newest.bootId !== seen;
  const dismiss = (bootId: string): void => {
    keepSetting(SEEN, bootId);
    setSeen(bootId);
  };
  if (!isNew && status.notes.length === 0) return null;
  return (
    <div class="banners">
      {isNew ? <Rebooted report={newest} onSeen={() => dismiss(newest.bootId)} /> : null}
      {status.notes.map(({ id }) => (
        <Note key={id} id={id} />
      ))}
    </div>
  );
}

function Suspended({ suspension }: { readonly suspension: SuspensionStatus }): JSX.Element {
  const { speech, page } = useLanguage();
  const live = useLive();
  const { scope, by, leftMs } = suspension;
  const left = leftMs === null ? null : Math.ceil(leftMs / 60_000) * 60_000;
  const resume = (): void => {
    void call("resume", { scope }).then(() => live.reload());
  };
  return (
    <Notice
      state="suspended"
      action={
        mayBe("operator") && !by.startsWith("the planned window ") ? (
          <button type="button" class="small" onClick={resume}>
            {page.banner.resume}
          </button>
        ) : undefined
      }
    >
      <Said text={renderStatement({ id: "suspended", fields: { scope, by, left } }, speech)} />
    </Notice>
  );
}

interface RebootedProps {
  readonly report: BootReport;
  readonly onSeen: () => void;
}

function Rebooted({ report, onSeen }: RebootedProps): JSX.Element {
  const { page, speech, language } = useLanguage();
  const texts = page.banner;
  return (
    <Notice
      state={report.verdict === "by-solosafe" ? "warning" : "failed"}
      action={
        <button type="button" class="small" onClick={onSeen}>
          {texts.seen}
        </button>
      }
    >
      <strong>{texts.rebooted}</strong> <Said text={render(report.event, speech)} />{" "}
      <span class="quiet">{texts.began(fullTime(language, report.bootedWall))}</span>
      {report.facts.length === 0 ? null : (
        <details>
          <summary>
            {texts.facts} ({texts.sure[report.confidence]})
          </summary>
          <ul>
            {report.facts.map((fact, at) => (
              <li key={at}>
                <Said text={renderStatement(fact, speech)} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Notice>
  );
}

/** Notes that only tell; all others say that something is wrong. */
const QUIET = ["package-work", "observe-mode", "server-actions-simulated", "guard-waits"];

function Note({ id }: { readonly id: string }): JSX.Element {
  const { notes } = useLanguage().page;
  const state: ShownState = QUIET.includes(id) ? "waiting" : "warning";
  const text = new Map<string, string>(Object.entries(notes)).get(id);
  return (
    <Notice state={state}>
      <Said text={text ?? id} />
    </Notice>
  );
}
