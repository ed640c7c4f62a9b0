import type { Millis } from "../base/duration.ts";
import type { Fault } from "../base/result.ts";
import type { Soon } from "../base/soon.ts";
import type { Asker } from "./host.ts";

/** How an echo is sent. */
export const ECHO_METHODS = ["auto", "socket", "program"] as const;
/**
 * `socket`: an ICMP socket of the agent's own, where it may have one. `program`: the ping program,
 * which is allowed more than we are. `auto`: the socket where it may be had, otherwise the program.
 */
export type EchoMethod = (typeof ECHO_METHODS)[number];

export interface EchoRequest {
  /** Never a name; a link-local one with its zone. */
  readonly address: string;
  /** Own address to send from; null = the kernel chooses. */
  readonly source: string | null;
  /** Own interface to send through; null = the kernel chooses. */
  readonly interface: string | null;
  /** At most so many are sent, each when the one before was not answered. */
  readonly packets: number;
  readonly waitMs: Millis;
  readonly method: EchoMethod;
}

export type EchoAnswer =
  | { readonly kind: "answered"; readonly tookMs: Millis }
  | { readonly kind: "silent" }
  /** This server has no route there. */
  | { readonly kind: "noRoute" }
  /** This server could not send: no such interface or source address, forbidden, no memory. */
  | { readonly kind: "notSent"; readonly problem: Fault }
  /** There is no means here to send one; `hint` says what would give one. */
  | { readonly kind: "noMeans"; readonly hint: string };

export interface PingHost {
  /** Never later than `packets` times `waitMs` and a second; abandoned when the asker says so. */
  echo(request: EchoRequest, asker: Asker): Soon<EchoAnswer>;
}
