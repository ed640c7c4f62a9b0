import type { JSX } from "preact";
import { useLiveData } from "../data/context.ts";
import { mayBe } from "../data/session.ts";
import { useLanguage } from "../i18n/language.ts";
import { Notice } from "../parts/notice.tsx";
import { Loading } from "../parts/loading.tsx";
import { GroupService } from "./service-groups.tsx";
import { ServerService } from "./service-server.tsx";
import { SuspendService } from "./service-suspend.tsx";

/** Start, stop, suspend, resume; what the role may not do is not offered. */
export function ServiceView({ what }: { readonly what: string }): JSX.Element {
  const { page } = useLanguage();
  const { status } = useLiveData();
  if (status === null) return <Loading problem={null} again={() => {}} />;
  const monitor = what.startsWith("monitor:") ? what : null;
  return (
    <div class="service">
      <h1>{page.service.title}</h1>
      {mayBe("operator") ? null : <Notice state="waiting">{page.service.viewer}</Notice>}
      {mayBe("operator") ? (
        <>
          {status.groups.length === 0 ? null : (
            <GroupService key={what} status={status} what={monitor === null ? what : ""} />
          )}
          <SuspendService key={`suspend ${what}`} status={status} what={what} />
        </>
      ) : null}
      {mayBe("administrator") ? <ServerService status={status} /> : null}
    </div>
  );
}
