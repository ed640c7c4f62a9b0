/** Where a secret is found; it is read by who needs it, when it is needed, and kept nowhere. */
export type SecretPlace = { readonly file: string } | { readonly env: string };
