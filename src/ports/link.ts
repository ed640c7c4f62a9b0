import type { Result } from "../base/result.ts";

/** What the kernel calls the state of an interface (RFC 2863; `operstate` in sysfs). */
export type LinkState =
  | "up"
  | "down"
  | "lowerlayerdown"
  | "dormant"
  | "testing"
  | "notpresent"
  /** The driver does not say; it is then taken for up. */
  | "unknown";

/** The hardware behind an interface. */
export interface LinkDevice {
  /** Its folder in sysfs; it outlives the interface. */
  readonly path: string;
  /** Null while no driver serves it. */
  readonly driver: string | null;
}

export interface LinkFacts {
  readonly name: string;
  /** Stays the same when the interface is renamed; never given twice. */
  readonly index: number;
  /** Switched on by the administrator. */
  readonly isUp: boolean;
  readonly state: LinkState;
  /** Interfaces that this one is built on (VLAN, bond, bridge, macvlan); empty for most. */
  readonly lowers: readonly string[];
  /** Null for virtual interfaces. */
  readonly device: LinkDevice | null;
}

/** What probes may know about network interfaces; nothing here waits for a driver but the speed. */
export interface LinkHost {
  /** Null when there is no such interface; a fault when nobody can say. */
  readLink(name: string): Result<LinkFacts | null>;
  /** The name that the interface with this index has now; null when it is gone. */
  linkName(index: number): string | null;
  /** A device once told by `readLink`; null when it is gone. */
  readLinkDevice(path: string): LinkDevice | null;
  /** In Mbit/s; null when the driver does not say. */
  readLinkSpeed(name: string): Promise<number | null>;
}
