/** What is known about an address that did not answer. */
export interface Silence {
  /** As people are told: an address, or a name with its address. */
  readonly shown: string;
  /** It is a default gateway of this server. */
  readonly isGateway: boolean;
  /** Through which interface it would be reached; null: there is no way. */
  readonly interface: string | null;
  /** Why nothing can be sent there from here; null: something can. */
  readonly ownFault: string | null;
  /** The gateway on the way there; null: it is in the network of the interface itself. */
  readonly gateway: string | null;
  readonly isGatewayAnswering: boolean;
  /** Whether the first to take the packet (the gateway, or the address itself) is in the network. */
  readonly firstHop: "there" | "notThere" | "unclear";
  /** Somebody else in the same network is there; null: nobody can say. */
  readonly hasOtherNeighbours: boolean | null;
  /** What lies behind the same gateway and answers, as people are told; null: nothing is known to. */
  readonly answeringBeyond: string | null;
}

/** Where the fault is, the nearest first. Only `own` is this server's. */
export const FAULTS = ["own", "cable", "gateway", "beyond"] as const;
export type Fault = (typeof FAULTS)[number];

export interface Verdict {
  readonly fault: Fault;
  /** One sentence for people, without a full stop. */
  readonly reason: string;
}

/** Whose fault it is that an address does not answer; null: it is there and only drops pings. */
export function whoseFault(silence: Silence): Verdict | null {
  const { shown, ownFault } = silence;
  if (ownFault !== null) {
    return { fault: "own", reason: `${shown} cannot be reached: ${ownFault} (own link)` };
  }
  return silence.gateway === null ? inOwnNetwork(silence) : behindGateway(silence, silence.gateway);
}

function inOwnNetwork(silence: Silence): Verdict | null {
  const { shown, isGateway, firstHop, answeringBeyond } = silence;
  if (isGateway && (firstHop === "there" || answeringBeyond !== null)) return null;
  if (firstHop === "notThere" && silence.hasOtherNeighbours === false) return cable(silence);
  const place = `the network of \`${silence.interface}\``;
  const why =
    firstHop === "there"
      ? `it is in ${place} but drops pings or hangs`
      : firstHop === "notThere"
        ? `nobody in ${place} has this address`
        : `whether it is in ${place} is not known`;
  return isGateway
    ? { fault: "gateway", reason: `${shown} does not answer: ${why} (gateway)` }
    : { fault: "beyond", reason: `${shown} does not answer: ${why} (beyond this server)` };
}

function behindGateway(silence: Silence, gateway: string): Verdict {
  const { shown, firstHop, answeringBeyond } = silence;
  const beyond = (why: string): Verdict => {
    return { fault: "beyond", reason: `${shown} does not answer: ${why} (beyond the gateway)` };
  };
  if (silence.isGatewayAnswering) return beyond(`the gateway ${gateway} does`);
  if (answeringBeyond !== null) return beyond(`${answeringBeyond} behind the same gateway does`);
  if (firstHop === "there") return beyond(`the gateway ${gateway} is there and drops pings`);
  if (firstHop === "notThere" && silence.hasOtherNeighbours === false) return cable(silence);
  const reason = `${shown} does not answer, and neither does the gateway ${gateway} (gateway)`;
  return { fault: "gateway", reason };
}

function cable({ shown, interface: name }: Silence): Verdict {
  return {
    fault: "cable",
    reason: `${shown} does not answer: \`${name}\` has a link, but nobody on it answers (cable or switch)`,
  };
}

/** The one that is nearest to this server; it explains those that are farther away. */
export function nearest(verdicts: readonly Verdict[]): Verdict | null {
  const ranked = verdicts.toSorted(
    (one, other) => FAULTS.indexOf(one.fault) - FAULTS.indexOf(other.fault),
  );
  return ranked[0] ?? null;
}
