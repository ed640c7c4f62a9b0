const CERTIFICATE = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|CRL_|HOSTNAME_)/;

/** What is wrong with a certificate, and what helps; null when the fault is about something else. */
export function trustWords(
  code: string,
  message: string,
): { readonly why: string; readonly hint: string } | null {
  if (!CERTIFICATE.test(code)) return null;
  const hint = /EXPIRED/.test(code)
    ? "It has to be renewed on that server; if it is valid, the clock of this server is wrong."
    : /ALTNAME/.test(code)
      ? "Write the name that stands in the certificate."
      : "Name the authority that signed it with `ca`.";
  return { why: `its certificate is not trusted: ${message}`, hint };
}
