import { REMOVED, redact, redactWords } from "../base/redact.ts";

/** What the parameters of a monitor hold that is often a secret, whatever it looks like. */
const VALUES_HIDDEN: ReadonlySet<string> = new Set(["headers", "environment", "body"]);
/** Any name may be that of a key to a page. */
const QUERY = /([?&][^=&#\s]{1,200}=)[^&#\s]+/g;

type Values = Readonly<Record<string, unknown>>;

/** The parameters of a monitor as everybody may see them who may see the monitor. */
export function shownParams(params: Values): Record<string, unknown> {
  return changed(params, (value, key) => (VALUES_HIDDEN.has(key) ? hidden(value) : shown(value)));
}

/** Names stay, values go. */
function hidden(value: unknown): unknown {
  return isMap(value) ? changed(value, () => REMOVED) : REMOVED;
}

function shown(value: unknown): unknown {
  if (typeof value === "string") return withoutQuery(redact(value));
  if (isMap(value)) return changed(value, shown);
  if (!Array.isArray(value)) return value;
  const isWords = value.every((one) => typeof one === "string");
  return isWords ? redactWords(value).map(withoutQuery) : value.map(shown);
}

function withoutQuery(text: string): string {
  return text.includes("://") ? text.replace(QUERY, `$1${REMOVED}`) : text;
}

function changed(
  values: Values,
  change: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, one]) => [key, change(one, key)]));
}

function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
