import type { NameServer } from "../ports/name.ts";

/** Where it is written which name servers the programs of this server ask. */
export const SERVERS_FILE = "/etc/resolv.conf";
/** Programs ask no more servers than this (resolv.conf(5), MAXNS). */
export const SERVERS_MOST = 3;
export const DNS_PORT = 53;
/** Who is asked where no server is named (resolv.conf(5)). */
export const OWN_SERVER: NameServer = { address: "127.0.0.1", port: DNS_PORT };
