import type { Asked } from "../control.ts";

/** Long enough for any name; of what people write by hand the beginning is enough. */
const TEXT_MAX = 120;
const KEYS_MAX = 12;
/** Secrets, and what is too long to be kept. */
const LEFT_OUT: ReadonlySet<string> = new Set(["password", "old", "code", "token", "text"]);
/** People type their password where the name belongs. */
const UNKNOWN_USER = "(unknown)";

/** What a request was about, for the audit trail. */
export function aboutOf(
  { route, request }: Asked,
  isUser: (name: string) => boolean,
): Readonly<Record<string, string | number | boolean | null>> {
  if (typeof request !== "object" || request === null) return {};
  const about: Record<string, string | number | boolean | null> = {};
  for (const [key, value] of Object.entries(request).slice(0, KEYS_MAX)) {
    if (LEFT_OUT.has(key)) continue;
    if (typeof value === "string") about[key] = value.slice(0, TEXT_MAX);
    else if (typeof value === "number" || typeof value === "boolean" || value === null) {
      about[key] = value;
    }
  }
  const { user } = about;
  if (route === "sessionBegin" && typeof user === "string" && !isUser(user)) {
    return { ...about, user: UNKNOWN_USER };
  }
  return about;
}
