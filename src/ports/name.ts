import type { Millis } from "../base/duration.ts";
import type { Fault } from "../base/result.ts";

/** Types of records that can be asked for. */
export const RECORD_TYPES = ["A", "AAAA", "MX", "TXT", "CNAME", "SRV", "NS", "PTR"] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export interface NameServer {
  /** An IPv4 or IPv6 address, never a name. */
  readonly address: string;
  readonly port: number;
}

export interface NameQuestion {
  readonly server: NameServer;
  /** For `PTR` an address is meant as the name that stands for it. */
  readonly name: string;
  readonly record: RecordType;
  /** The question is sent again while there is no answer, up to here. */
  readonly timeoutMs: Millis;
}

/** What one name server said. */
export type NameAnswer =
  /** One text per record: `192.0.2.1`, `10 mail.example.org` (MX), `0 5 5060 sip.example.org` (SRV). */
  | { readonly kind: "answered"; readonly records: readonly string[]; readonly tookMs: Millis }
  /** The name exists, without a record of this type. */
  | { readonly kind: "noRecord" }
  /** NXDOMAIN. */
  | { readonly kind: "noSuchName" }
  /** SERVFAIL. */
  | { readonly kind: "serverFailed" }
  /** REFUSED. */
  | { readonly kind: "refused" }
  /** Another code of RFC 1035 and its successors. */
  | { readonly kind: "otherCode"; readonly code: number }
  | { readonly kind: "silent" }
  /** What came is not an answer. */
  | { readonly kind: "garbled" }
  /** It could not be sent, or nobody listens there. */
  | { readonly kind: "unreachable"; readonly problem: Fault };

/** Asking name servers. */
export interface NameHost {
  /** Never later than the question's timeout; abandoned when `signal` says so. */
  askName(question: NameQuestion, signal: AbortSignal): Promise<NameAnswer>;
}
