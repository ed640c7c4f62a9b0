import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { type CertificatePair, endOf, makeCertificate, RENEW_BEFORE } from "./certificate.ts";

/** Where a certificate of the administrator's lies. */
export interface OwnFiles {
  readonly certificate: string;
  readonly key: string;
}

const CERTIFICATE = "certificate.pem";
const KEY = "key.pem";
/** More addresses than a certificate of readable size holds belong to containers. */
const ADDRESSES_MAX = 40;
const FILE_MAX = 256 * 1024;

/**
 * The certificate of the page: the administrator's files where they can be used, else our own one
 * in `folder`, which is made or renewed when that is due. It never fails: a disk that takes nothing
 * means one that lives as long as this process. `tell` hears what went wrong.
 */
export async function findCertificate(
  folder: string,
  own: OwnFiles | null,
  names: readonly string[],
  now: number,
  tell: (message: string) => void,
): Promise<CertificatePair> {
  if (own !== null) {
    const pair = readPair(own.certificate, own.key);
    const end = pair === null ? null : endOf(pair);
    if (pair !== null && end !== null && end > now) return pair;
    const why = pair === null ? "cannot be read" : end === null ? "do not fit" : "have expired";
    tell(`${own.certificate} and ${own.key} ${why}; the page uses a certificate of its own`);
  }
  const kept = readPair(join(folder, CERTIFICATE), join(folder, KEY));
  const keptEnd = kept === null ? null : endOf(kept);
  if (kept !== null && keptEnd !== null && keptEnd - RENEW_BEFORE > now) return kept;
  const made = await makeCertificate(names, now, keptEnd === null ? null : (kept?.key ?? null));
  try {
    // The key first: a certificate without its key is made anew, and never the other way round.
    replace(join(folder, KEY), made.key);
    replace(join(folder, CERTIFICATE), made.certificate);
  } catch (error) {
    tell(
      `the certificate could not be kept: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return made;
}

/** The names by which this server may be called, its own one first. */
export function ownNames(further: readonly string[]): readonly string[] {
  const host = hostname().toLowerCase();
  const names = [host, ...aliasesOf(host), ...domainsOf(host), "localhost", ...further];
  return [...new Set(names.filter((name) => NAME.test(name)))];
}

/** The addresses of this server that others may use. */
export function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const usable = all.filter(({ scopeid }) => scopeid === undefined || scopeid === 0);
  return [...new Set(["127.0.0.1", "::1", ...usable.map(({ address }) => address)])].slice(
    0,
    ADDRESSES_MAX,
  );
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)*$/;

/** What /etc/hosts calls the same address (hosts(5)). */
function aliasesOf(host: string): readonly string[] {
  return (
    linesOf("/etc/hosts")
      .map((words) => words.slice(1).map((word) => word.toLowerCase()))
      .find((words) => words.includes(host)) ?? []
  );
}

/** The name with the domain of this server (resolv.conf(5)). */
function domainsOf(host: string): readonly string[] {
  if (host.includes(".")) return [];
  return linesOf("/etc/resolv.conf")
    .filter(([word]) => word === "search" || word === "domain")
    .flatMap((words) => words.slice(1, 3))
    .map((domain) => `${host}.${domain.toLowerCase()}`);
}

function linesOf(path: string): readonly (readonly string[])[] {
  const text = readSmall(path) ?? "";
  return text.split("\n").map((line) => line.replace(/#.*/, "").trim().split(/\s+/));
}

function readPair(certificatePath: string, keyPath: string): CertificatePair | null {
  const certificate = readSmall(certificatePath);
  const key = readSmall(keyPath);
  return certificate === null || key === null ? null : { certificate, key };
}

function readSmall(path: string): string | null {
  try {
    return readFileSync(path, "utf8").slice(0, FILE_MAX);
  } catch {
    return null;
  }
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
