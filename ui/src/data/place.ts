import { useEffect, useState } from "preact/hooks";
import type { Chosen } from "./chosen.ts";

/** Where the page is: a view, and what of it. It stands behind the `#` of the address. */
export type Place =
  | { readonly view: "overview"; readonly at: Chosen | null }
  | { readonly view: "alerts" }
  | { readonly view: "incident"; readonly id: string }
  | { readonly view: "logs" }
  | { readonly view: "settings" }
  | { readonly view: "service"; readonly what: string };

const KINDS: readonly string[] = ["server", "group", "resource", "monitor"];

function isKind(text: string): text is Chosen["kind"] {
  return KINDS.includes(text);
}

/** Reads the part of an address behind `#`; what is not understood is the overview. */
export function readPlace(hash: string): Place {
  const [view = "", ...rest] = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decode);
  const name = rest.join("/");
  if (view === "alerts" || view === "logs" || view === "settings") return { view };
  if (view === "service") return { view, what: name };
  if (view === "incident" && name !== "") return { view, id: name };
  if (isKind(view)) return { view: "overview", at: { kind: view, name } };
  return { view: "overview", at: null };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place, for a link. */
export function addressOf(place: Place): string {
  if (place.view === "overview") return place.at === null ? "#/" : addressOfChosen(place.at);
  if (place.view === "incident") return `#/incident/${encodeURIComponent(place.id)}`;
  if (place.view === "service" && place.what !== "") {
    return `#/service/${place.what.split("/").map(encodeURIComponent).join("/")}`;
  }
  return `#/${place.view}`;
}

export function addressOfChosen({ kind, name }: Chosen): string {
  return `#/${kind}${name === "" ? "" : `/${name.split("/").map(encodeURIComponent).join("/")}`}`;
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  useEffect(() => {
    const listen = (): void => setPlace(readPlace(location.hash));
    addEventListener("hashchange", listen);
    return () => removeEventListener("hashchange", listen);
  }, []);
  return place;
}

export function goTo(place: Place): void {
  location.hash = addressOf(place);
}
