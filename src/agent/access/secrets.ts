import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

/** What a secret is for can be seen, so that one that got loose is found by those who look for such. */
const FORM = /^solosafe_(?:session|token)_[A-Za-z0-9_-]{43}$/;
const RANDOM_BYTES = 32;
/** Without those that are taken for one another; 32 of them. */
const CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";
const CODE_LENGTH = 12;

/** 256 random bits. */
export function newSecret(kind: "session" | "token"): string {
  return `solosafe_${kind}_${randomBytes(RANDOM_BYTES).toString("base64url")}`;
}

export function isSecret(text: string): boolean {
  return FORM.test(text);
}

/** What is kept of a secret: who reads the file of users signs in with nothing in it. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** What a page sends along to show that it is ours; follows from the session's secret, not the reverse. */
export function csrfOf(secret: string): string {
  return createHash("sha256").update(`csrf ${secret}`).digest("base64url");
}

/** 60 random bits, to be typed: `7KQ2-M0XA-93FD`. */
export function newCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () =>
    CODE_LETTERS.charAt(randomInt(CODE_LETTERS.length)),
  );
  return (letters.join("").match(/.{4}/g) ?? []).join("-");
}

/** As it was meant: people leave out hyphens and write small letters. */
export function plainCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
}

/** In a time that says nothing about where they differ. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
