import type { JSX } from "preact";
import type { ButtonName } from "../i18n/texts.ts";

const PATHS: Readonly<Record<ButtonName, string>> = {
  alerts: "M10 2.5a5 5 0 0 0-5 5v3.5L3.5 14h13L15 11V7.5a5 5 0 0 0-5-5zM8 16.5a2 2 0 0 0 4 0",
  logs: "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5M7.5 10h5.5M7.5 13.5h5.5",
  reload: "M16.5 10a6.5 6.5 0 1 1-2-4.7M16.5 2.5v4h-4",
  settings: "M3 6h7M14 6h3M3 14h3M10 14h7M12 4v4M8 12v4",
  service: "M10 2.5v7M5.7 5.3a6.5 6.5 0 1 0 8.6 0",
};

/** The picture of one of the five buttons; its word stands beside it. */
export function ButtonIcon({ name }: { readonly name: ButtonName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
