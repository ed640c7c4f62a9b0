import * as z from "zod/mini";
import type { SecretPlace } from "../base/secret-place.ts";
import { about, absolutePath, url } from "../monitors/fields.ts";

const SECRET_EXPECTED =
  "a secret does not stand in this file; `{ file: /etc/solosafe/secret }` or `{ env: NAME }` is needed here";

const place = [
  z.strictObject({ file: about("A file; its first line is the secret", absolutePath()) }),
  z.strictObject({
    env: about(
      "A variable in the spawner's environment",
      z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/)),
    ),
  }),
] as const;

/** Where a secret is found: `{ file: … }` or `{ env: … }`. */
export function secretPlace() {
  return z.union(place, { error: SECRET_EXPECTED });
}

/** An address, or where it is found: for many services whoever knows it may use it. */
export function secretUrl() {
  const error =
    "an address that begins with `http://` or `https://`, or `{ file: … }` or `{ env: … }` with one, is needed here";
  return z.union([url(), ...place], { error });
}

/** The value, or null where it is a secret's place. */
export function plainOf(value: string | SecretPlace): string | null {
  return typeof value === "string" ? value : null;
}

/** The address itself, once secrets are known. Throws when what was read is none. */
export function urlOf(value: string | SecretPlace, secret: string | undefined): string {
  const text = typeof value === "string" ? value : (secret ?? "").trim();
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new Error("what was read is no address that begins with `http://` or `https://`");
}

/** Whom it names, without what may be secret in it. */
export function hostOf(value: string | SecretPlace): string {
  if (typeof value === "string") return new URL(value).host;
  return "file" in value ? `the address in ${value.file}` : `the address in ${value.env}`;
}
