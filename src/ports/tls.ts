import type { Millis } from "../base/duration.ts";
import type { Result } from "../base/result.ts";

/** Protocol versions, the oldest first. */
export const TLS_PROTOCOLS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
export type TlsProtocol = (typeof TLS_PROTOCOLS)[number];

export interface TlsTalk {
  readonly host: string;
  readonly port: number;
  /** The name that is asked for and that the certificate must be for; never an address's brackets. */
  readonly name: string;
  /** File with the certificates that are trusted; null = the server's own store. */
  readonly authorities: string | null;
  /** Older versions are refused. */
  readonly leastProtocol: TlsProtocol;
}

export interface Certificate {
  /** What people know it by: the common name, or the first name it is for. */
  readonly title: string;
  /** Names and addresses it is for. */
  readonly names: readonly string[];
  /** Whether it is for the name that was asked for. */
  readonly isForName: boolean;
  readonly isSelfSigned: boolean;
  /** Calendar time, milliseconds since 1970. */
  readonly validFrom: Millis;
  readonly validTo: Millis;
}

export interface TlsFacts {
  readonly protocol: string;
  /** The server's own first, then those it was issued by, as far as they are known. */
  readonly chain: readonly Certificate[];
  /** Why it is not trusted, in OpenSSL's word (`UNABLE_TO_GET_ISSUER_CERT_LOCALLY`); null: it is. */
  readonly distrust: string | null;
}

/** Certificates, of servers and of files. */
export interface TlsHost {
  /**
   * Shakes hands, whether or not the certificate is good. A fault's code is the system's
   * (`ECONNREFUSED`), OpenSSL's (`ERR_SSL_…`), `aborted`, or `no-authorities`.
   */
  shakeHands(talk: TlsTalk, signal: AbortSignal): Promise<Result<TlsFacts>>;
  /** The certificates of a PEM file in their order, judged against `name` where one is given. */
  readCertificates(path: string, name: string | null): Promise<Result<readonly Certificate[]>>;
}
