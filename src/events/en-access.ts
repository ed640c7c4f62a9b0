import type { AccessChange } from "../core/event.ts";
import type { Texts } from "./en-server.ts";
import { because, quote, span } from "./words-en.ts";

const CHANGES: Readonly<Record<AccessChange, string>> = {
  "user-added": "was added as a user",
  "user-changed": "has another role",
  "user-removed": "was removed; it is no user any more",
  "password-changed": "has another password",
  "token-added": "was added as a token",
  "token-removed": "was removed; it is no token any more",
};

/** English texts about who may do what. */
export const ACCESS_TEXTS = {
  "access-changed": (f) => `${quote(f.name)} ${CHANGES[f.what]} (by ${quote(f.by)}).`,
  "sign-in-locked": (f) =>
    `Too many wrong passwords ${f.user === "" ? "" : `for ${quote(f.user)} `}from ${quote(f.from)}: no further one is looked at for ${span(f.lasts)}.`,
  "access-lost": (f) =>
    `The file of users cannot be used: ${because(f.fault)}. ${f.kept === "" ? "It was left where it is." : `It was kept as ${quote(f.kept)}.`} Nobody can sign in on the page; \`solosafe web setup\` sets a password anew.`,
  "page-opened": (f) =>
    `The page can be reached from other computers, at port ${f.port} (by ${quote(f.by)}).`,
  "page-closed": (f) => `The page can be reached from this server only (by ${quote(f.by)}).`,
} satisfies Partial<Texts>;
