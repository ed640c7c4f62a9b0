import type { JSX } from "preact";
import { addressOf } from "../data/place.ts";
import { mayBe } from "../data/session.ts";
import { useLanguage } from "../i18n/language.ts";

/** Leads to where it can be started, stopped or suspended; only for who may. */
export function TurnService({ what }: { readonly what: string }): JSX.Element | null {
  const { buttons } = useLanguage().page;
  if (!mayBe("operator")) return null;
  return (
    <p class="turn">
      <a class="button-link" href={addressOf({ view: "service", what })}>
        {buttons.service} …
      </a>
    </p>
  );
}
