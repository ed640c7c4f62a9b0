import type { JSX } from "preact";
import { useLanguage } from "../i18n/language.ts";
import { Copyable } from "../parts/copyable.tsx";

/** Where logs are collected. */
export function LogsView(): JSX.Element {
  const { logs } = useLanguage().page;
  return (
    <section class="card prose" aria-labelledby="view-title">
      <h1 id="view-title">{logs.title}</h1>
      <p>{logs.says}</p>
      <p>{logs.command}</p>
      <Copyable text="sudo solosafe logs collect" />
      <p>{logs.afterwards}</p>
      <p class="quiet">{logs.only}</p>
    </section>
  );
}
