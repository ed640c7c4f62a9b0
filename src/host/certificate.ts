import { isIP } from "node:net";
import type { X509Certificate } from "node:crypto";
import type { Certificate } from "../ports/tls.ts";

/** So many certificates of one file or chain are looked at. */
const CHAIN_MOST = 10;
const NAMES_MOST = 100;

/** What a probe wants to know of one certificate; `name` null: it is not asked for one. */
export function describe(certificate: X509Certificate, name: string | null): Certificate {
  const names = namesOf(certificate);
  return {
    title: commonName(certificate.subject) ?? names[0] ?? lastPart(certificate.subject),
    names,
    isForName: name === null || isFor(certificate, name),
    isSelfSigned: certificate.checkIssued(certificate),
    validFrom: certificate.validFromDate.getTime(),
    validTo: certificate.validToDate.getTime(),
  };
}

function isFor(certificate: X509Certificate, name: string): boolean {
  const match = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  return match !== undefined;
}

/** The subject's alternative names; where there are none, programs take the common name. */
function namesOf({ subject, subjectAltName }: X509Certificate): readonly string[] {
  const listed = [...(subjectAltName ?? "").matchAll(/(?:DNS|IP Address):([^,"]+)/g)];
  const names = listed.map(([, name = ""]) => name.trim()).slice(0, NAMES_MOST);
  const common = commonName(subject);
  return names.length > 0 || common === null ? names : [common];
}

function commonName(subject: string): string | null {
  return /^CN=(.+)$/m.exec(subject)?.[1] ?? null;
}

/** Old authorities have no common name: `OU=Class 3 Authority` is their name. */
function lastPart(subject: string): string {
  return (
    subject
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^[^=]*=/, "") || "without a name"
  );
}

/** The certificate and those it was issued by, without the root: whoever trusts it minds no date. */
export function chainOf(first: X509Certificate): readonly X509Certificate[] {
  const chain = [first];
  for (let next = first.issuerCertificate; next !== undefined; next = next.issuerCertificate) {
    if (chain.length >= CHAIN_MOST || next.checkIssued(next)) break;
    chain.push(next);
  }
  return chain;
}

/** The certificates of a PEM file; throws when one of them is none. */
export function parsePem(text: string): readonly X509Certificate[] {
  const { X509Certificate: Reader } = process.getBuiltinModule("node:crypto");
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.slice(0, CHAIN_MOST).map((block) => new Reader(block));
}
