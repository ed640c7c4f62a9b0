import { randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { DAY, type Millis } from "../base/duration.ts";
import { provideMetadata } from "./reflect-metadata.ts";

/** A certificate and its key, as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** The longest life that all browsers and systems accept of a certificate that a person trusted by hand. */
export const LIFETIME: Millis = 825 * DAY;
/** A new one is made so long before the end of the old one. */
export const RENEW_BEFORE: Millis = 30 * DAY;
/** A server whose clock is set back after the certificate was made. */
const BACKDATED: Millis = DAY;
/** RFC 5280: a common name has 64 characters at most. */
const COMMON_NAME_MAX = 64;

/**
 * Makes a self-signed certificate (ECDSA P-256) for the names and addresses of this server. `key`
 * (PKCS 8, PEM) is kept when it is given, so that who trusted the key goes on trusting it.
 */
export async function makeCertificate(
  names: readonly string[],
  now: number,
  key: string | null,
): Promise<CertificatePair> {
  provideMetadata();
  const x509 = await import("@peculiar/x509");
  const keys = key === null ? await newKeys() : await keysOf(key);
  const [first = "localhost"] = names;
  const made = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // Positive, and with no zero in front.
      serialNumber: `4${randomBytes(16).toString("hex").slice(1)}`,
      name: [{ CN: [first.slice(0, COMMON_NAME_MAX)] }],
      notBefore: new Date(now - BACKDATED),
      notAfter: new Date(now - BACKDATED + LIFETIME),
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value })),
        ),
      ],
    },
    webcrypto,
  );
  return { certificate: `${made.toString("pem")}\n`, key: await keyText(keys.privateKey) };
}

/** When it ends, in milliseconds since 1970; null when the pair cannot be used as it is. */
export function endOf({ certificate, key }: CertificatePair): number | null {
  try {
    const parsed = new X509Certificate(certificate);
    const { createPrivateKey } = process.getBuiltinModule("node:crypto");
    return parsed.checkPrivateKey(createPrivateKey(key)) ? Date.parse(parsed.validTo) : null;
  } catch {
    return null;
  }
}

/** SHA-256 of the certificate, as browsers show it: `AB:CD:…`. */
export function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);
}

async function keysOf(text: string): Promise<webcrypto.CryptoKeyPair> {
  const { createPrivateKey, createPublicKey } = process.getBuiltinModule("node:crypto");
  const secret = createPrivateKey(text);
  const open = createPublicKey(secret);
  const privateKey = await webcrypto.subtle.importKey(
    "pkcs8",
    secret.export({ type: "pkcs8", format: "der" }),
    CURVE,
    true,
    ["sign"],
  );
  const publicKey = await webcrypto.subtle.importKey(
    "spki",
    open.export({ type: "spki", format: "der" }),
    CURVE,
    true,
    ["verify"],
  );
  return { privateKey, publicKey };
}

async function keyText(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key)).toString("base64");
  const lines = der.match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
}
