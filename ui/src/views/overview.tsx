import type { JSX } from "preact";
import { serverNameOf, useLive, useLiveData } from "../data/context.ts";
import type { Chosen } from "../data/chosen.ts";
import { addressOf } from "../data/place.ts";
import { treeOf } from "../data/tree-model.ts";
import { useLanguage } from "../i18n/language.ts";
import { AlertList, useLines } from "../parts/events-list.tsx";
import { Loading } from "../parts/loading.tsx";
import { Banners, Suspensions } from "./banners.tsx";
import { Freshness } from "./connection.tsx";
import { Details } from "./details.tsx";
import { HeadlineBlock } from "./headline-block.tsx";
import { Tree } from "./tree.tsx";

const NEWEST = 10;

/** The main view: one sentence, the tree with details beside it, the newest alerts below. */
export function Overview({ at }: { readonly at: Chosen | null }): JSX.Element {
  const { page } = useLanguage();
  const live = useLive();
  const { status, link } = useLiveData();
  if (status === null) {
    const problem = link === "agent-down" || link === "lost" ? ("no-answer" as const) : null;
    return (
      <Loading
        problem={problem === null ? null : { kind: link === "lost" ? problem : "agent-down" }}
        again={() => void live.reload()}
      />
    );
  }
  const root = treeOf(status, serverNameOf(status, page.frame.thisServer));
  const isEmpty = status.groups.length + status.monitors.length === 0;
  return (
    <div class={`overview${at === null ? "" : " has-chosen"}`}>
      <Suspensions status={status} />
      <HeadlineBlock status={status} />
      <Banners status={status} />
      {isEmpty ? null : (
        <div class="halves">
          <section class="card tree-card" aria-labelledby="tree-title">
            <div class="card-head">
              <h2 id="tree-title">{page.tree.title}</h2>
              <Freshness />
            </div>
            <Tree root={root} chosen={at} />
          </section>
          <section class="card details-card" aria-labelledby="details-title">
            <Details status={status} at={at ?? { kind: "server", name: "" }} />
          </section>
        </div>
      )}
      <Newest />
    </div>
  );
}

function Newest(): JSX.Element {
  const { alerts } = useLanguage().page;
  const { events } = useLiveData();
  const lines = useLines((events ?? []).slice(0, NEWEST));
  return (
    <section class="card newest" aria-labelledby="newest-title">
      <div class="card-head">
        <h2 id="newest-title">{alerts.newest}</h2>
        <a href={addressOf({ view: "alerts" })}>{alerts.all}</a>
      </div>
      {lines.length === 0 ? <p class="quiet">{alerts.none}</p> : <AlertList lines={lines} />}
    </section>
  );
}
